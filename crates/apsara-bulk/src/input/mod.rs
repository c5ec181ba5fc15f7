//! The input of a run: one call in each line, all of them checked before the first is made.

mod json;
mod lines;
mod rows;
mod spool;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::json::read_json;
use self::rows::Wrong;
pub(crate) use self::spool::{Spool, changed};
use crate::error::BulkError;
use crate::executor::Executor;
use crate::fate::{Counts, MOST_LINES, State, States};
use crate::journal::folder;

/// How many violations are kept; all are counted.
const SHOWN: usize = 10_000;

/// Says how calls are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A JSON object in each line, with the parameters by their names on the wire, each once; null is none. Empty lines count, and
    /// call nothing.
    JsonLines,
    /// Comma-separated values; the first row names the parameters, and an empty cell sets none. What is neither a text nor a
    /// named value is written as JSON: `3`, `true`, `["a","b"]`.
    Csv,
}

/// Reads calls.
pub struct Input {
    reader: Box<dyn Read + Send>,
    format: Format,
    name: String,
}

impl Input {
    /// Opens a file: CSV if it is called `.csv`, else a JSON object in each line.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BulkError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| BulkError::file(path, "cannot be opened", error))?;
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let format = if is_csv { Format::Csv } else { Format::JsonLines };
        Ok(Self { name: path.display().to_string(), ..Self::new(file, format) })
    }

    /// Takes what a reader gives, such as the standard input. It is read once, and copied to a file beside the journal.
    pub fn new(reader: impl Read + Send + 'static, format: Format) -> Self {
        Self { reader: Box::new(reader), format, name: "the input".to_owned() }
    }

    /// Sets how calls are written.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("format", &self.format).finish_non_exhaustive()
    }
}

/// States one thing that is wrong with a line, or may be. No value of a parameter is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineViolation {
    line: u64,
    text: String,
    is_warning: bool,
}

impl LineViolation {
    /// Returns the number of the line, as an editor counts.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns whether the line is called all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.is_warning
    }
}

impl fmt::Display for LineViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warning = if self.is_warning { "warning: " } else { "" };
        write!(f, "line {}: {warning}{}", self.line, self.text)
    }
}

/// Holds a checked input: a copy of its calls on the disk, and a byte for each line.
#[derive(Debug)]
pub struct Checked {
    pub(crate) states: States,
    pub(crate) digest: String,
    pub(crate) spool: Spool,
    violations: Vec<LineViolation>,
    violation_count: u64,
    duplicates: Vec<(u64, u64)>,
}

impl Checked {
    /// Returns everything that is wrong, then what may be, by line; the first 10,000 of each.
    pub fn violations(&self) -> impl Iterator<Item = &LineViolation> {
        let of = |is_warning: bool| self.violations.iter().filter(move |violation| violation.is_warning == is_warning);
        of(false).chain(of(true))
    }

    /// Returns how many things are wrong in all, warnings left aside.
    #[must_use]
    pub fn violation_count(&self) -> u64 {
        self.violation_count
    }

    /// Returns the lines that ask for the same call as an earlier one, each with that one. Only for an operation that may do harm
    /// when it is executed twice; the first 10,000.
    #[must_use]
    pub fn duplicates(&self) -> &[(u64, u64)] {
        &self.duplicates
    }

    /// Returns how many calls there are, and how many lines are wrong.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.states.counts()
    }
}

/// Reads an input to its end and checks every line. Nothing is sent. The copy of its calls stands in the journal's folder, without a
/// name where the system allows that, and goes away with what is returned.
///
/// # Errors
///
/// Fails when the input cannot be read, or copied. What is wrong with its lines is no error, but [`Checked::violations`].
pub fn check(input: Input, executor: &dyn Executor, journal: &Path) -> Result<Checked, BulkError> {
    let Input { reader, format, name } = input;
    let unreadable = |error: std::io::Error| BulkError::file(Path::new(&name), "cannot be read", error);
    let mut reader = Digested { reader, digest: Sha256::new() };
    let mut checking = Checking {
        executor,
        states: States::default(),
        spool: Spool::create(&folder(journal))?,
        violations: Vec::new(),
        warnings: Vec::new(),
        violation_count: 0,
        seen: executor.operation().is_unsafe().then(Vec::new),
    };
    match format {
        Format::JsonLines => rows::json_lines(&mut reader, |line, row| checking.row(line, row)),
        Format::Csv => rows::csv(&mut reader, executor, |line, row| checking.row(line, row)),
    }
    .map_err(|error| error.or(unreadable))?;
    // What stands behind the last row belongs to the input as well.
    std::io::copy(&mut reader, &mut std::io::sink()).map_err(unreadable)?;
    let digest = reader.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    checking.end(digest)
}

/// Computes the digest of what is read.
struct Digested {
    reader: Box<dyn Read + Send>,
    digest: Sha256,
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
}

struct Checking<'a> {
    executor: &'a dyn Executor,
    states: States,
    spool: Spool,
    violations: Vec<LineViolation>,
    warnings: Vec<LineViolation>,
    violation_count: u64,
    /// Digests of the calls, where the same call twice is probably a mistake.
    seen: Option<Vec<u64>>,
}

impl Checking<'_> {
    /// Takes a row: its request, or what is wrong with its text.
    fn row(&mut self, line: u64, row: Result<Value, Wrong>) -> Result<(), BulkError> {
        let last = row.as_ref().map_or_else(|wrong| wrong.last.max(line), |_| line);
        if last > MOST_LINES {
            return Err(BulkError::new(format!(
                "the input has more than {MOST_LINES} lines; divide it, with a journal for each part"
            )));
        }
        let request = match row {
            Ok(request) => request,
            Err(Wrong { text, .. }) => {
                (line..=last).for_each(|line| self.states.set(line, State::Skipped));
                self.violation(LineViolation { line, text, is_warning: false });
                return Ok(());
            }
        };
        let mut is_valid = true;
        for problem in self.executor.check(&request) {
            is_valid &= problem.is_warning;
            self.violation(LineViolation { line, text: problem.text, is_warning: problem.is_warning });
        }
        if !is_valid {
            self.states.set(line, State::Skipped);
            return Ok(());
        }
        self.states.set(line, State::Due);
        let json = canonical(request);
        self.seen.as_mut().map(|seen| seen.push(digest(json.as_bytes()))).unwrap_or_default();
        self.spool.push(line, &json)
    }

    fn violation(&mut self, violation: LineViolation) {
        self.violation_count += u64::from(!violation.is_warning);
        let kept = if violation.is_warning { &mut self.warnings } else { &mut self.violations };
        if kept.len() < SHOWN {
            kept.push(violation);
        }
    }

    fn end(mut self, digest: String) -> Result<Checked, BulkError> {
        self.spool.end()?;
        let duplicates = duplicates(self.seen.unwrap_or_default(), &self.spool)?;
        self.violations.append(&mut self.warnings);
        let Self { states, spool, violations, violation_count, .. } = self;
        Ok(Checked { states, digest, spool, violations, violation_count, duplicates })
    }
}

/// Writes a request so that two of the same call are one text.
fn canonical(mut request: Value) -> String {
    // Null is none: with it or without, it is the same call.
    if let Some(parameters) = request.as_object_mut() {
        parameters.retain(|_, value| !value.is_null());
    }
    // In a program some of whose crates want the order in which names are read, serde_json keeps that one.
    request.sort_all_objects();
    request.to_string()
}

/// Finds the lines that ask for the same call as an earlier one.
fn duplicates(mut seen: Vec<u64>, spool: &Spool) -> Result<Vec<(u64, u64)>, BulkError> {
    seen.sort_unstable();
    let mut twice: Vec<u64> = seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    twice.dedup();
    drop(seen);
    if twice.is_empty() {
        return Ok(Vec::new());
    }
    let mut first = std::collections::HashMap::new();
    let mut found = Vec::new();
    for row in spool.rows()? {
        let (line, json) = row?;
        let digest = digest(json.as_bytes());
        if twice.binary_search(&digest).is_ok() {
            match first.entry(digest) {
                std::collections::hash_map::Entry::Vacant(entry) => _ = entry.insert(line),
                std::collections::hash_map::Entry::Occupied(entry) => found.push((line, *entry.get())),
            }
        }
        if found.len() >= SHOWN {
            break;
        }
    }
    Ok(found)
}

/// Returns the first eight bytes of the SHA-256: of a million calls, two that differ share it once in some ten million inputs.
fn digest(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    /// Fails without the sorting only where a crate that is built with this one has serde_json keep the order in which names are read:
    /// `cargo test -p apsara-bulk --features serde_json/preserve_order`.
    #[test]
    fn in_whatever_order_its_names_stand_a_call_is_the_same() {
        let read = |text: &str| canonical(serde_json::from_str(text).unwrap());
        let [one, other] = [
            r#"{"TaskId": "a", "Region": "r", "Tag": [{"Value": null, "Key": "k"}], "Offset": null}"#,
            r#"{"Offset": null, "Tag": [{"Key": "k", "Value": null}], "Region": "r", "TaskId": "a"}"#,
        ]
        .map(read);
        assert_eq!(one, other);
        assert_eq!(canonical(json!([3, 1])), "[3,1]");
    }
}
