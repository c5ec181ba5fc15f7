//! `--trace`: the file in which calls are noted, and whether all of them are there.

use std::path::{Path, PathBuf};

use apsara_core::ConfigBuilder;
use apsara_policy::TraceFile;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ConnectOptions;

/// Holds the file in which calls are noted, if there is to be one.
pub(crate) struct CallTrace(Option<(PathBuf, TraceFile)>);

impl CallTrace {
    /// Opens the file.
    pub(crate) fn open(connect: &ConnectOptions, documents: &[PathBuf]) -> Result<Self, Failure> {
        let Some(file) = &connect.trace else { return Ok(Self(None)) };
        let specs = crate::ram::specs(documents)?;
        let opened = TraceFile::with_specs(file, specs).map_err(|error| Failure::of_file(file, error))?;
        Ok(Self(Some((file.clone(), opened))))
    }

    /// Lets the calls of a configuration be noted.
    pub(super) fn noting(&self, builder: ConfigBuilder) -> ConfigBuilder {
        match &self.0 {
            Some((_, trace)) => builder.observer(trace.clone()),
            None => builder,
        }
    }

    /// Says which calls are missing, once all are made; nothing if none is.
    pub(crate) fn lack(&self) -> Option<String> {
        let (file, trace) = self.0.as_ref()?;
        Some(lack(file, trace.unwritten(), &trace.why_unwritten()?))
    }

    /// Makes a failure of what ended well if calls are missing, and else adds that to it: what became of the calls counts more.
    pub(crate) fn checked(&self, ended: Result<(), Failure>) -> Result<(), Failure> {
        match (ended, self.lack()) {
            (ended, None) => ended,
            (Ok(()), Some(lack)) => Err(incomplete(lack).with("outcome", "executed")),
            (Err(failure), Some(lack)) => Err(failure.with("trace", lack)),
        }
    }
}

/// Says how many calls a trace lacks, and why.
pub(crate) fn lack(file: &Path, calls: u64, why: &str) -> String {
    let noun = if calls == 1 { "call" } else { "calls" };
    format!("{} lacks {calls} {noun}: {why}", file.display())
}

/// Returns the failure that a trace is incomplete.
pub(crate) fn incomplete(lack: String) -> Failure {
    let what = "make room; a policy from it lacks what was called, unless --operations names that as well";
    Failure::new(Exit::Failed, lack).with("what to do", what)
}
