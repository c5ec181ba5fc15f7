//! What is wrong with a spec: where, and what to write instead.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

/// Names a place in a spec file: the file, and the JSON path in it (RFC 6901, `/parameters/0/in`; empty for the whole file).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    file: Arc<str>,
    path: String,
}

/// Says that something in a spec cannot be generated, or is a mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    place: Place,
    problem: String,
    instead: String,
}

/// Says how something in a document of the portal, which nobody can mend there, was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    place: Place,
    made: String,
}

/// Holds every refusal of a run, sorted by place; there is no result.
#[derive(Clone, Debug)]
pub struct Refusals(Vec<Refusal>);

/// Collects refusals and repairs while specs are read.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    refusals: RefCell<Vec<Refusal>>,
    repairs: RefCell<Vec<Repair>>,
    /// Whether what is read is as the portal published it.
    published: Cell<bool>,
}

impl Place {
    /// Names a whole file.
    pub(crate) fn file(file: &str) -> Self {
        Self { file: file.into(), path: String::new() }
    }

    /// Names something in this place by its key or index.
    pub(crate) fn child(&self, key: impl fmt::Display) -> Self {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Self { file: Arc::clone(&self.file), path: format!("{}/{key}", self.path) }
    }

    /// Returns the file's path.
    pub(crate) fn file_name(&self) -> &str {
        &self.file
    }

    /// Returns whether the place is in a folder of specs.
    pub(crate) fn is_in(&self, folder: &str) -> bool {
        self.file.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns the keys and indices that lead to the place in its file.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.path.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect()
    }
}

impl Collector {
    /// Adds a refusal: `problem` says what is wrong, `instead` what to write.
    pub(crate) fn refuse(&self, place: &Place, problem: impl Into<String>, instead: impl Into<String>) {
        let refusal = Refusal { place: place.clone(), problem: problem.into(), instead: instead.into() };
        self.refusals.borrow_mut().push(refusal);
    }

    /// Reads something that is as the portal published it, or that is not, whatever is read before and behind it.
    pub(crate) fn reading<T>(&self, published: bool, read: impl FnOnce() -> T) -> T {
        let around = self.published.replace(published);
        let value = read();
        self.published.set(around);
        value
    }

    /// Returns whether what is read is as the portal published it.
    pub(crate) fn is_published(&self) -> bool {
        self.published.get()
    }

    /// Refuses something without which an operation can be generated; where the portal publishes it, it is passed over.
    pub(crate) fn trifle(&self, place: &Place, problem: impl Into<String>, instead: impl Into<String>) {
        if self.published.get() {
            self.repair(place, format!("{}; passed over", problem.into()));
        } else {
            self.refuse(place, problem, instead);
        }
    }

    /// Returns what the cloud calls something without white space around it, which the cloud does not send and nobody could see.
    pub(crate) fn trimmed(&self, place: &Place, text: String) -> String {
        let trimmed = text.trim();
        if trimmed.len() == text.len() || trimmed.is_empty() {
            return text;
        }
        if self.published.get() {
            self.repair(place, format!("white space stands around `{trimmed}`; read without it"));
        } else {
            self.refuse(place, format!("white space stands around `{trimmed}`"), "remove it");
        }
        trimmed.to_owned()
    }

    /// Adds a repair: what was wrong, and how it was read.
    pub(crate) fn repair(&self, place: &Place, made: impl Into<String>) {
        self.repairs.borrow_mut().push(Repair { place: place.clone(), made: made.into() });
    }

    /// Returns all refusals, sorted by place.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        sorted(&self.refusals)
    }

    /// Returns all repairs, sorted by place.
    pub(crate) fn repairs(&self) -> Vec<Repair> {
        sorted(&self.repairs)
    }
}

fn sorted<T: Ord>(list: &RefCell<Vec<T>>) -> Vec<T> {
    let mut all = list.take();
    all.sort();
    all.dedup();
    all
}

impl Refusal {
    /// Returns where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl Refusals {
    pub(crate) fn new(refusals: Vec<Refusal>) -> Self {
        Self(refusals)
    }

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

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.made)
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for refusal in &self.0 {
            writeln!(f, "{refusal}")?;
        }
        let count = self.0.len();
        write!(f, "{count} refusal{}", if count == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Refusals {}
