//! The trace: one entry for each request, with no parameters but those by whose values RAM decides.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;

/// How many entries are kept; a file that is written has them all.
const MOST: usize = 10_000;
/// How much of a word that the caller chose is kept.
const LONGEST: usize = 128;
/// How many bytes of parameters are kept; of more, nothing is.
const LONGEST_PARAMETERS: usize = 4096;

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
    /// its values. Nothing if one of them may hold a secret, or if they have more than 4096 bytes.
    pub parameters: Option<BTreeMap<String, Vec<String>>>,
}

/// The last entries, and the file that all of them are written to.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    entries: VecDeque<TraceEntry>,
    file: Option<Lines<File>>,
    unwritten: u64,
    /// Why the first of these was not written.
    why_unwritten: Option<String>,
}

impl Trace {
    /// Writes to a file from now on, behind what it holds already.
    pub(crate) fn to_file(path: &Path) -> io::Result<Self> {
        let to = OpenOptions::new().create(true).append(true).open(path)?;
        let found = to.metadata()?;
        // What cannot be read may end anywhere; an empty line more is none. Nothing stays in what is no file.
        let in_a_line = found.is_file() && found.len() > 0 && ends_in_a_line(path).unwrap_or(true);
        Ok(Self { file: Some(Lines { to, in_a_line }), ..Self::default() })
    }

    pub(crate) fn push(&mut self, mut entry: TraceEntry) {
        let words = [&mut entry.operation, &mut entry.version].into_iter();
        for word in words.chain(&mut entry.key_id).chain(&mut entry.region) {
            shorten(word);
        }
        entry.parameters = entry.parameters.filter(|parameters| length(parameters) <= LONGEST_PARAMETERS);
        if let Some(file) = &mut self.file {
            let line = serde_json::to_string(&entry).map_err(io::Error::from);
            if let Err(error) = line.and_then(|line| file.write(&line)) {
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

/// What lines are written to, so that none is joined to one that was written in part.
#[derive(Debug)]
struct Lines<W> {
    to: W,
    /// Whether it ends in the middle of a line.
    in_a_line: bool,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, line: &str) -> io::Result<()> {
        let before = if self.in_a_line { "\n" } else { "" };
        self.in_a_line = true;
        // One write for a whole line: nothing stays behind in a buffer when the program is killed.
        self.to.write_all(format!("{before}{line}\n").as_bytes())?;
        self.in_a_line = false;
        Ok(())
    }
}

/// Whether a file that is not empty ends in the middle of a line.
fn ends_in_a_line(path: &Path) -> io::Result<bool> {
    let (mut file, mut last) = (File::open(path)?, [0]);
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// How many bytes there are in names and values.
fn length(parameters: &BTreeMap<String, Vec<String>>) -> usize {
    parameters.iter().flat_map(|(name, values)| values.iter().chain([name])).map(String::len).sum()
}

fn shorten(word: &mut String) {
    if let Some((end, _)) = word.char_indices().nth(LONGEST) {
        word.truncate(end);
        word.push('…');
        word.shrink_to_fit();
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
    fn long_words_are_cut_and_long_parameters_left_out() {
        let mut trace = Trace::default();
        let parameters = |length| Some(BTreeMap::from([("Name".to_owned(), vec!["a".to_owned(), "b".repeat(length)])]));
        for length in [4091, 4092] {
            let region = Some("r".repeat(500));
            trace.push(TraceEntry { region, parameters: parameters(length), ..entry("é".repeat(500)) });
        }
        let [short, long] = [&trace.entries()[0], &trace.entries()[1]];
        assert_eq!(short.operation.chars().count(), LONGEST + 1);
        let region = short.region.as_ref().unwrap();
        assert_eq!(region.chars().count(), LONGEST + 1);
        assert!(region.capacity() < 500, "the rest of it is still there");
        assert_eq!((&short.parameters, &long.parameters), (&parameters(4091), &None));
    }

    /// Takes so many bytes, and fails then.
    struct Full {
        written: Vec<u8>,
        room: usize,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let length = bytes.len().min(self.room);
            self.room -= length;
            self.written.extend(&bytes[..length]);
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_written_in_part_takes_no_other_with_it() {
        let mut lines = Lines { to: Full { written: Vec::new(), room: 5 }, in_a_line: false };
        lines.write("the first").unwrap_err();
        lines.to.room = 100;
        lines.write("the next").unwrap();
        lines.write("the last").unwrap();
        assert_eq!(lines.to.written, b"the f\nthe next\nthe last\n");
    }

    #[test]
    fn a_file_that_ends_in_a_line_is_gone_on_with_on_another() {
        let path = std::env::temp_dir().join(format!("apsara-trace-part-{}.jsonl", std::process::id()));
        for (found, expected) in [("", 0), ("{}\n", 1), ("{\"time\":\"20", 1)] {
            std::fs::write(&path, found).unwrap();
            let mut trace = Trace::to_file(&path).unwrap();
            trace.push(entry("A".to_owned()));
            trace.push(entry("B".to_owned()));
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().skip(expected).collect();
            let written: Vec<String> = trace.entries().iter().map(|one| serde_json::to_string(one).unwrap()).collect();
            assert_eq!(lines, written, "{found}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
