//! Reads a journal from its beginning, and finds out where it is not as it was written.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::record::{Header, Record, decode};
use crate::error::BulkError;
use crate::fate::{Fate, MOST_LINES, State, States};

/// The longest record, in bytes: an answer is bounded by the transport, and JSON in JSON does not grow without bounds.
const LONGEST: u64 = 256 << 20;

/// What a journal tells.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) header: Header,
    pub(crate) states: States,
    /// When the first calls were made of which nobody knows what became, by line.
    pub(crate) unresolved: BTreeMap<u64, u64>,
    /// What was cut off.
    pub(crate) tail: Option<Tail>,
    /// Where the last whole record ends.
    pub(crate) end: u64,
    /// Whether that record lacks the end of its line.
    pub(crate) needs_newline: bool,
}

/// Says what stands behind the last whole record of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tail {
    /// Where it begins, in bytes.
    pub at: u64,
    /// How long it is.
    pub bytes: u64,
    /// Whether it was whole once, and is no longer as it was written. Else it was being written when the run was interrupted, so
    /// what it announces was not done.
    pub is_damaged: bool,
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, bytes, .. } = self;
        if self.is_damaged {
            return write!(
                f,
                "the last record, {bytes} bytes from byte {at} on, is damaged and was left out, as asked for"
            );
        }
        write!(
            f,
            "the last {bytes} bytes, from byte {at} on, are the beginning of a record that was being written when the run was interrupted; \
             what it announces was not done"
        )
    }
}

/// Reads a journal; `each` sees every record, with where it begins.
pub(crate) fn replay(
    file: &File,
    path: &Path,
    drops_damaged: bool,
    each: impl FnMut(u64, &Record),
) -> Result<Replay, BulkError> {
    let mut file = file;
    let length = file.seek(SeekFrom::End(0)).and_then(|length| file.seek(SeekFrom::Start(0)).map(|_| length));
    let length = length.map_err(|error| BulkError::file(path, "cannot be read", error))?;
    read(BufReader::with_capacity(1 << 16, file), length, path, drops_damaged, each)
}

/// Reads a journal of so many bytes, whatever holds them.
pub(super) fn read(
    mut reader: impl BufRead,
    length: u64,
    path: &Path,
    drops_damaged: bool,
    mut each: impl FnMut(u64, &Record),
) -> Result<Replay, BulkError> {
    let unreadable = |error| BulkError::file(path, "cannot be read", error);
    let mut replay: Option<Replay> = None;
    let (mut at, mut number) = (0, 0_u64);
    let (mut tail, mut needs_newline) = (None, false);
    let mut line = Vec::new();
    while at < length {
        line.clear();
        let count = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(unreadable)? as u64;
        if count == 0 {
            break;
        }
        number += 1;
        let is_whole = line.last() == Some(&b'\n');
        let text = if is_whole { &line[..line.len() - 1] } else { &line[..] };
        let Some(record) = decode(text) else {
            let is_last = at + count >= length;
            let found = unreadable_record(&line, is_whole, is_last);
            let is_damaged = found != Found::Cut;
            if found == Found::DamagedInside || replay.is_none() || (is_damaged && !drops_damaged) {
                return Err(damaged(path, at, number, found, replay.as_ref()));
            }
            tail = Some(Tail { at, bytes: count, is_damaged });
            break;
        };
        apply(&mut replay, &record).map_err(|problem| {
            let problem = format!("record {number}, at byte {at}, {problem}");
            BulkError::damaged(format!("{}: {problem}; restore the journal from a copy", path.display()))
        })?;
        // Only what can be true is seen: nobody makes room for a line that no input has.
        each(at, &record);
        needs_newline = !is_whole;
        at += count;
    }
    let Some(replay) = replay else {
        let problem = "holds nothing, so no call was made; remove it and begin again";
        return Err(BulkError::damaged(format!("{} {problem}", path.display())));
    };
    Ok(Replay { tail, end: at, needs_newline, ..replay })
}

/// What a record that cannot be read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It was not written to its end.
    Cut,
    DamagedLast,
    DamagedInside,
}

fn unreadable_record(line: &[u8], is_whole: bool, is_last: bool) -> Found {
    if !is_last {
        return Found::DamagedInside;
    }
    // A file can grow before what is in it reaches the disk; then there are zeros.
    let is_nothing = line.iter().all(|byte| *byte == 0);
    // Whole but for the end of its line: a cut takes away, it does not exchange.
    let only_end_is_wrong = !is_whole && line.split_last().is_some_and(|(_, rest)| decode(rest).is_some());
    if !is_nothing && (is_whole || only_end_is_wrong) { Found::DamagedLast } else { Found::Cut }
}

fn damaged(path: &Path, at: u64, number: u64, found: Found, replay: Option<&Replay>) -> BulkError {
    let path = path.display();
    let Some(replay) = replay else {
        return BulkError::damaged(format!("{path} does not begin as a journal does; name the journal of a bulk run"));
    };
    let called = replay.states.lines().filter(|(_, state)| *state != State::Due).map(|(line, _)| line).max();
    let behind = called.map_or_else(|| "of the first lines".to_owned(), |line| format!("behind line {line}"));
    let instead = match found {
        Found::DamagedLast => format!(
            "it may announce the call of a line {behind}: look whether that was executed, then resume with the damaged record left out"
        ),
        _ => format!(
            "calls {behind} may have been made that it no longer tells of: restore the journal from a copy, or make the calls that are \
             left by a new input and a new journal"
        ),
    };
    BulkError::damaged(format!("{path} is damaged: record {number}, at byte {at}, is not as it was written; {instead}"))
}

/// Takes a record for true, or says why it cannot be.
fn apply(replay: &mut Option<Replay>, record: &Record) -> Result<(), String> {
    let (replay, record) = match (replay.as_mut(), record) {
        (None, Record::Header(header)) if header.last > MOST_LINES => {
            return Err(format!("is of an input of {} lines, and one has {MOST_LINES} at most", header.last));
        }
        (None, Record::Header(header)) => {
            let states = States::default();
            let begun = Replay {
                header: header.clone(),
                states,
                unresolved: BTreeMap::new(),
                tail: None,
                end: 0,
                needs_newline: false,
            };
            *replay = Some(begun);
            return Ok(());
        }
        (None, _) => return Err("stands before the header".to_owned()),
        (Some(_), Record::Header(_)) => return Err("is a second header".to_owned()),
        (Some(replay), record) => (replay, record),
    };
    let line = match record {
        Record::Call { line, .. } => *line,
        Record::Result(outcome) => outcome.line,
        Record::Header(_) => 0,
    };
    if line == 0 || line > replay.header.last {
        return Err(format!("is of line {line}, and the input has {}", replay.header.last));
    }
    let before = replay.states.get(line);
    match record {
        Record::Call { at, .. } => {
            if matches!(before, State::Ended(Fate::Succeeded | Fate::Executed)) {
                return Err(format!("announces the call of line {line}, which was executed already"));
            }
            replay.states.set(line, State::Called);
            // A token that the cloud may have forgotten since the first call is not the same again by a second one.
            replay.unresolved.entry(line).or_insert(*at);
        }
        Record::Result(outcome) => {
            if !matches!(before, State::Called | State::Ended(Fate::Unknown)) {
                return Err(format!("is the result of line {line}, of which no call was made"));
            }
            replay.states.set(line, State::Ended(outcome.fate));
            if outcome.fate != Fate::Unknown {
                replay.unresolved.remove(&line);
            }
        }
        Record::Header(_) => {}
    }
    Ok(())
}
