//! The trace: one entry for each request, with no parameters but those by whose values RAM decides.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

/// How many entries are kept; a file that is written has them all.
const MOST: usize = 10_000;
/// How much of a word that the caller chose is kept.
const LONGEST: usize = 128;

/// Tells of one request what it was, what became of it, and what it needed.
///
/// Of the request's parameters only those are in it that say which resources it is about, so that it can be kept and shown without
/// a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TraceEntry {
    /// When the request was decided upon, by the gateway's clock.
    pub time: String,
    /// The same moment by the clock of relay tasks.
    pub world_time: String,
    /// The id that the answer carried, or would have carried.
    pub request_id: String,
    /// The operation's name; as sent, if there is no such operation.
    pub operation: String,
    /// The product's name as the portal writes it; empty if none serves the request.
    pub product: String,
    /// The version as sent; empty if none was.
    pub version: String,
    /// The account that was charged with the call: `None` until a signature has been verified.
    pub account: Option<String>,
    /// The access key id as sent, whether or not it exists.
    pub key_id: Option<String>,
    /// The HTTP status of the answer; 0 if none went out.
    pub status: u16,
    /// The error code of the answer; `None` if it has none.
    pub code: Option<String>,
    /// How long it took from when the request had arrived until its answer was made, in microseconds.
    pub duration_us: u64,
    /// The kind of the fault that the call met.
    pub fault: Option<&'static str>,
    /// Whether the operation was carried out, whatever answer went out.
    pub executed: bool,
    /// The RAM actions that the caller needed to be allowed; none for what is no operation.
    pub ram_actions: Vec<String>,
    /// The region in which its resources are, where the request says it.
    pub region: Option<String>,
    /// The parameters by whose values RAM decides: those that resources and condition keys of the actions are called after, each with
    /// its values. Nothing if one of them may hold a secret.
    pub parameters: Option<BTreeMap<String, Vec<String>>>,
}

/// The last entries, and the file that all of them are written to.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    entries: VecDeque<TraceEntry>,
    file: Option<File>,
    unwritten: u64,
    /// Why the first of these was not written.
    why_unwritten: Option<String>,
}

impl Trace {
    /// Writes to a file from now on, behind what it holds already.
    pub(crate) fn to_file(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Some(file), ..Self::default() })
    }

    pub(crate) fn push(&mut self, mut entry: TraceEntry) {
        for word in [&mut entry.operation, &mut entry.version].into_iter().chain(&mut entry.key_id) {
            shorten(word);
        }
        if let Some(file) = &mut self.file {
            // One write for a whole line: nothing stays behind in a buffer when the program is killed.
            let line = serde_json::to_string(&entry).map(|line| line + "\n").map_err(io::Error::from);
            if let Err(error) = line.and_then(|line| file.write_all(line.as_bytes())) {
                self.unwritten += 1;
                self.why_unwritten.get_or_insert_with(|| error.to_string());
            }
        }
        if self.entries.len() == MOST {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// The entries that are kept, the oldest first.
    pub(crate) fn entries(&self) -> &VecDeque<TraceEntry> {
        &self.entries
    }

    /// How many entries could not be written to the file.
    pub(crate) fn unwritten(&self) -> u64 {
        self.unwritten
    }

    /// Why the first of these was not written.
    pub(crate) fn why_unwritten(&self) -> Option<&str> {
        self.why_unwritten.as_deref()
    }

    /// Forgets the entries; what the file holds stays there.
    pub(crate) fn emptied(self) -> Self {
        Self { entries: VecDeque::new(), ..self }
    }
}

fn shorten(word: &mut String) {
    if let Some((end, _)) = word.char_indices().nth(LONGEST) {
        word.truncate(end);
        word.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(operation: String) -> TraceEntry {
        TraceEntry {
            time: String::new(),
            world_time: String::new(),
            request_id: String::new(),
            operation,
            product: String::new(),
            version: String::new(),
            account: None,
            key_id: None,
            status: 200,
            code: None,
            duration_us: 0,
            fault: None,
            executed: true,
            ram_actions: Vec::new(),
            region: None,
            parameters: None,
        }
    }

    #[test]
    fn the_ring_keeps_ten_thousand_entries() {
        let mut trace = Trace::default();
        for number in 0..MOST + 5 {
            trace.push(entry(number.to_string()));
        }
        assert_eq!((trace.entries().len(), trace.entries()[0].operation.as_str()), (10_000, "5"));
        assert_eq!(trace.emptied().entries().len(), 0);
    }

    #[test]
    fn a_long_word_is_cut() {
        let mut trace = Trace::default();
        trace.push(entry("é".repeat(500)));
        assert_eq!(trace.entries()[0].operation.chars().count(), LONGEST + 1);
    }
}
