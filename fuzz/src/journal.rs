//! Journals of bulk runs: read, or refused; and one that is cut loses what was cut and nothing else.

use std::path::Path;
use std::sync::LazyLock;

use apsara_bulk::{Answer, Called, Checked, Executor, Failure, Format, Input, Problem, Run, check, results};
use apsara_core::transport::BoxFuture;
use apsara_core::{Impact, Outcome, Repeat};
use serde_json::Value;

use crate::scratch;

/// How many calls the input has.
const LINES: usize = 20;

/// Describes an operation that nobody calls.
struct Nobody;

impl Executor for Nobody {
    fn operation(&self) -> Called {
        Called::new("test", "2026-01-01", "Change", "https://test.example").with(Repeat::Unsafe, Impact::Change, None)
    }

    fn is_text(&self, _: &str) -> bool {
        true
    }

    fn check(&self, _: &Value) -> Vec<Problem> {
        Vec::new()
    }

    fn execute<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async { Err(Failure::new(Outcome::NotSent, "nobody is there")) })
    }
}

fn checked(journal: &Path) -> Checked {
    let lines: String = (0..LINES).map(|line| format!("{{\"Id\":\"{line}\"}}\n")).collect();
    let input = Input::new(std::io::Cursor::new(lines), Format::JsonLines);
    check(input, &Nobody, journal).expect("the input is sound")
}

/// The first record of a journal of that input.
static HEADER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = scratch::path("header");
    let run = Run::create(checked(&path), &path, &Nobody).expect("a run can be begun");
    drop(run);
    let header = std::fs::read(&path).expect("it has a journal");
    let _ = std::fs::remove_file(&path);
    header
});

/// Takes the lines of a journal. The line `header` stands for that of a run, and one that begins with a plus for a record: its
/// checksum is made.
pub(crate) fn replay(input: &[u8]) {
    let mut journal = Vec::new();
    // Where each record ends.
    let mut ends = Vec::new();
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"+") {
            _ if line == b"header\n" => journal.extend(HEADER.iter()),
            Some(record) => {
                journal.extend(format!("{:08x} ", crc32fast::hash(record.trim_ascii())).bytes());
                journal.extend(record.trim_ascii());
                journal.push(b'\n');
            }
            None => journal.extend(line),
        }
        ends.push(journal.len());
    }
    let path = scratch::file("run.journal", &journal);
    let mut out = Vec::new();
    if let Err(error) = results(&path, &mut out) {
        assert!(!error.to_string().is_empty(), "a refusal says why");
    }
    let dropping = Run::resume_without_damaged(checked(&path), &path, &Nobody).map(drop);
    if let Err(error) = dropping {
        assert!(!error.to_string().is_empty(), "a refusal says why");
        assert!(std::fs::read(&path).expect("it is there") == journal, "a journal that is refused was changed");
        return;
    }
    let sound = resumed(&path, &journal).is_some_and(|(_, tail, file)| tail.is_none() && file == journal);
    if !sound || ends.first() != Some(&HEADER.len()) {
        return;
    }
    // Cut where the input says, as much as anything of it does.
    let rest = journal.len() - HEADER.len();
    for number in 0..3_u32 {
        let cut = HEADER.len() + (crc32fast::hash(&[input, &number.to_le_bytes()].concat()) as usize) % (rest + 1);
        cut_at(&path, &journal, &ends, cut);
    }
}

fn cut_at(path: &Path, journal: &[u8], ends: &[usize], cut: usize) {
    // A record that lacks nothing but the end of its line is whole.
    let whole = ends.iter().copied().filter(|end| *end <= cut + 1).max().unwrap_or(0);
    let (counts, tail, file) = resumed(path, &journal[..cut]).expect("a journal that is cut is opened");
    let (expected, _, _) = resumed(path, &journal[..whole]).expect("one that ends with a record is opened");
    assert_eq!(counts, expected, "cut at byte {cut}, it tells of other calls");
    assert!(file == journal[..whole], "cut at byte {cut}, it does not go on behind its last record");
    let torn = cut.checked_sub(whole).filter(|torn| *torn > 0);
    assert_eq!(tail, torn.map(|torn| (whole as u64, torn as u64, false)), "cut at byte {cut}");
}

/// Where a tail begins, how long it is, and whether it is damaged.
type Torn = (u64, u64, bool);

/// Goes on with a journal of these bytes; returns what is known of the calls, what was cut off, and the file.
fn resumed(path: &Path, journal: &[u8]) -> Option<(String, Option<Torn>, Vec<u8>)> {
    std::fs::write(path, journal).expect("a file can be written");
    let run = Run::resume(checked(path), path, &Nobody).ok()?;
    let unknown: Vec<u64> = run.unknown().collect();
    let tail = run.tail().map(|tail| (tail.at, tail.bytes, tail.is_damaged));
    Some((format!("{} {unknown:?}", run.counts()), tail, std::fs::read(path).expect("it is there")))
}
