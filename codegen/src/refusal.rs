//! What is wrong with a spec: where, and what to write instead.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// Names a place in a spec file: the file, and the JSON path in it (RFC 6901, `/parameters/0/in`; empty for the whole file).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    file: Rc<str>,
    path: String,
}

/// Says that something in a spec cannot be generated, or is a mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    place: Place,
    problem: String,
    instead: String,
}

/// Holds every refusal of a run, sorted by place; nothing was generated.
#[derive(Clone, Debug)]
pub struct Refusals(Vec<Refusal>);

/// Collects refusals while specs are read.
#[derive(Debug, Default)]
pub(crate) struct Collector(RefCell<Vec<Refusal>>);

impl Place {
    /// Names a whole file.
    pub(crate) fn file(file: &str) -> Self {
        Self { file: file.into(), path: String::new() }
    }

    /// Names something in this place by its key or index.
    pub(crate) fn child(&self, key: impl fmt::Display) -> Self {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Self { file: Rc::clone(&self.file), path: format!("{}/{key}", self.path) }
    }

    /// Returns the file's path.
    pub(crate) fn file_name(&self) -> &str {
        &self.file
    }
}

impl Collector {
    /// Adds a refusal: `problem` says what is wrong, `instead` what to write.
    pub(crate) fn refuse(&self, place: &Place, problem: impl Into<String>, instead: impl Into<String>) {
        let refusal = Refusal { place: place.clone(), problem: problem.into(), instead: instead.into() };
        self.0.borrow_mut().push(refusal);
    }

    /// Fails if anything was refused.
    pub(crate) fn finish(&self) -> Result<(), Refusals> {
        let mut all = self.0.take();
        all.sort();
        all.dedup();
        if all.is_empty() { Ok(()) } else { Err(Refusals(all)) }
    }
}

impl Refusals {
    /// Returns the refusals, sorted by place.
    #[must_use]
    pub fn all(&self) -> &[Refusal] {
        &self.0
    }
}

/// Returns ", did you mean `x`?" for the known name that is nearest, if one is near.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near =
        known.into_iter().map(|known| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), known));
    let nearest = near.filter(|(nearness, _)| *nearness > 0.8).max_by(|(a, _), (b, _)| a.total_cmp(b));
    nearest.map_or_else(String::new, |(_, known)| format!(", did you mean `{known}`?"))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " {}", self.path) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.problem, self.instead)
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for refusal in &self.0 {
            writeln!(f, "{refusal}")?;
        }
        let count = self.0.len();
        write!(f, "{count} refusal{}, nothing was written", if count == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Refusals {}
