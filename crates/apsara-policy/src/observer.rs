//! An observer that writes a trace of what the runtime calls.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use apsara_core::Outcome;
use apsara_core::observe::{AddedHeaders, AttemptStarted, CallEnded, CallObserver, CallStarted, Observer};

use crate::fill::deciding;
use crate::lines::Lines;
use crate::trace::Line;
use crate::{Specs, Used};

/// Writes a line of a trace for each call of a configuration that was sent; [`Trace`](crate::Trace) reads it.
///
/// Besides product, version and operation it holds the region, where the host names it, and those parameters by whose values RAM
/// decides: what the resources and condition keys of the operation are called after. What is sensitive is not among them. A clone
/// writes to the same file.
///
/// ```no_run
/// # fn example(config: apsara_core::ConfigBuilder) -> Result<(), Box<dyn std::error::Error>> {
/// let trace = apsara_policy::TraceFile::create("calls.jsonl".as_ref())?;
/// let config = config.observer(trace.clone()).build()?;
/// // … and when all calls are made:
/// assert_eq!(trace.unwritten(), 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TraceFile(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    specs: Specs,
    /// What is known of operations, by product, version and name: looking for one decodes its spec.
    known: Mutex<BTreeMap<[&'static str; 3], Option<Used>>>,
    file: Mutex<Lines<File>>,
    unwritten: AtomicU64,
    /// Why the first of these lines was not written.
    why_unwritten: OnceLock<String>,
}

/// One call.
struct Observed {
    trace: TraceFile,
    line: Line,
    region: Option<String>,
    is_sent: bool,
}

impl TraceFile {
    /// Writes to a file, behind what it holds. What RAM decides by is looked up in the specs that are shipped.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::with_specs(path, Specs::shipped())
    }

    /// Does the same with other specs.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened.
    pub fn with_specs(path: &Path, specs: Specs) -> io::Result<Self> {
        let file = Mutex::new(Lines::behind(path)?);
        let (known, unwritten, why_unwritten) = (Mutex::default(), AtomicU64::new(0), OnceLock::new());
        Ok(Self(Arc::new(Shared { specs, known, file, unwritten, why_unwritten })))
    }

    /// Returns how many lines could not be written. A policy from such a trace may lack something.
    #[must_use]
    pub fn unwritten(&self) -> u64 {
        self.0.unwritten.load(Ordering::Relaxed)
    }

    /// Says why the first of the lines that could not be written was not; nothing while the file has them all.
    #[must_use]
    pub fn why_unwritten(&self) -> Option<String> {
        self.0.why_unwritten.get().cloned()
    }

    /// Returns those of a call's parameters by whose values RAM decides; nothing if no spec says which they are, or if one of them
    /// must not be seen.
    fn parameters(&self, call: &CallStarted<'_>) -> Option<BTreeMap<String, Vec<String>>> {
        let (operation, product) = (call.operation, call.operation.product);
        let key = [product.name, product.version, operation.name];
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let used = known.entry(key).or_insert_with(|| self.0.specs.find(key[0], Some(key[1]), key[2]));
        let names = deciding(used.as_ref()?.ram(), &call.parameters.names());
        let given = names.into_iter().filter(|name| call.parameters.is_given(name));
        // One that must not be seen was not left out: then it is not known what the call is about.
        let seen = |name: &str| Some((name.to_owned(), call.parameters.values(name))).filter(|(_, it)| !it.is_empty());
        given.map(seen).collect()
    }

    fn write(&self, line: &Line) {
        let text = serde_json::to_string(line).map_err(io::Error::from);
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = text.and_then(|text| file.write(&text)) {
            self.0.why_unwritten.get_or_init(|| error.to_string());
            self.0.unwritten.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Observer for TraceFile {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let (operation, product) = (call.operation, call.operation.product);
        let parameters = self.parameters(call);
        let stated = parameters.as_ref().and_then(|parameters| parameters.get("RegionId")?.first().cloned());
        let line = Line {
            product: product.name.to_owned(),
            version: product.version.to_owned(),
            operation: operation.name.to_owned(),
            account: None,
            region: stated,
            parameters,
        };
        let region = call.region.map(str::to_owned);
        Some(Box::new(Observed { trace: self.clone(), line, region, is_sent: false }))
    }
}

impl CallObserver for Observed {
    fn attempt_started(&mut self, attempt: &AttemptStarted<'_>, _: &mut AddedHeaders<'_>) {
        self.is_sent = true;
        // A central host serves resources of any region, so only a host of the region's own says that they are there.
        let region = self.region.take().filter(|region| attempt.host.split('.').any(|label| label == region));
        self.line.region = self.line.region.take().or(region);
    }

    fn ended(&mut self, call: &CallEnded<'_>) {
        // What never went out needed no permission: no attempt began, or none was sent.
        if self.is_sent && call.outcome != Some(Outcome::NotSent) {
            self.trace.write(&self.line);
        }
    }
}
