//! The results of a run, as its journal tells them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::BulkError;
use crate::fate::{Fate, State};
use crate::journal::{Outcome, Record, decode, open, replay};

/// Writes what became of every line whose call was made, in the order of the lines, as JSON objects with `line`, `outcome`, and
/// `response` or `code`, `request_id` and `message`, in whole lines. It returns how many there are of each outcome and code.
///
/// It works at any time: after a run, after one that was killed, and while one is under way. But on Windows a [`Run`](crate::Run) keeps
/// its journal to itself for as long as it is there; [`Run::results`](crate::Run::results) writes them then.
///
/// # Errors
///
/// Fails when the journal cannot be read, is damaged anywhere but at its end, or the results cannot be written.
pub fn results(journal: &Path, out: &mut dyn Write) -> Result<BTreeMap<String, u64>, BulkError> {
    results_of(&open(journal)?, journal, out)
}

/// Writes the results of a journal that is open, by whatever it was opened for.
pub(crate) fn results_of(file: &File, journal: &Path, out: &mut dyn Write) -> Result<BTreeMap<String, u64>, BulkError> {
    let mut places: Vec<u64> = Vec::new();
    let replay = replay(file, journal, true, |at, record| {
        let (line, at) = match record {
            // It stands at 0, so no result does.
            Record::Header(header) => (header.last, 0),
            Record::Call { line, .. } => (*line, 0),
            Record::Result(outcome) => (outcome.line, at),
        };
        let line = usize::try_from(line).unwrap_or(usize::MAX - 1);
        if line >= places.len() {
            places.reserve_exact(line + 1 - places.len());
            places.resize(line + 1, 0);
        }
        places[line] = at;
    })?;
    let mut reader = Reader { file: BufReader::new(file), line: Vec::new() };
    let mut out = BufWriter::new(out);
    let mut counts = BTreeMap::new();
    for (line, state) in replay.states.lines() {
        let at = usize::try_from(line).ok().and_then(|line| places.get(line)).copied().unwrap_or(0);
        let outcome = if state == State::Called || at == 0 {
            let message = Some("the run ended while the call was under way".to_owned());
            Outcome { message, ..Outcome::new(line, Fate::Unknown) }
        } else {
            reader.outcome(at).map_err(|error| BulkError::file(journal, "cannot be read", error))?
        };
        let key =
            outcome.code.as_ref().map_or_else(|| outcome.fate.to_string(), |code| format!("{} {code}", outcome.fate));
        *counts.entry(key).or_insert(0) += 1;
        // As a whole, so that no write to `out` ends within a character.
        let text = format!("{}\n", outcome.to_json());
        out.write_all(text.as_bytes()).map_err(unwritten)?;
    }
    out.flush().map_err(unwritten)?;
    Ok(counts)
}

fn unwritten(error: std::io::Error) -> BulkError {
    BulkError::file(Path::new("the results"), "cannot be written", error)
}

struct Reader<'a> {
    file: BufReader<&'a File>,
    line: Vec<u8>,
}

impl Reader<'_> {
    /// Reads the result that begins at a byte; those of neighbours stand near each other.
    fn outcome(&mut self, at: u64) -> std::io::Result<Outcome> {
        let here = self.file.stream_position()?;
        match i64::try_from(at).ok().zip(i64::try_from(here).ok()) {
            Some((at, here)) => self.file.seek_relative(at - here)?,
            None => _ = self.file.seek(SeekFrom::Start(at))?,
        }
        self.line.clear();
        self.file.read_until(b'\n', &mut self.line)?;
        match decode(self.line.trim_ascii_end()) {
            Some(Record::Result(outcome)) => Ok(outcome),
            _ => Err(std::io::Error::other("it changes while it is read")),
        }
    }
}
