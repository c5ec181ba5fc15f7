//! Journals that are cut, damaged, or say what cannot be.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use tempfile::TempDir;

use super::read::read;
use super::*;
use crate::fate::{Fate, MOST_LINES, State};

fn header() -> Header {
    let text = |text: &str| text.to_owned();
    Header {
        run: text("0a"),
        product: text("live"),
        version: text("2016-11-01"),
        operation: text("RestartLivePullToPush"),
        target: text("https://live.aliyuncs.com"),
        key_id: None,
        account: None,
        input: text("ab"),
        last: 9,
    }
}

fn call(line: u64) -> Record {
    Record::Call { line, at: 1_764_000_000_000 + line }
}

fn ended(line: u64, fate: Fate) -> Record {
    let response = (fate == Fate::Succeeded).then(|| serde_json::json!({ "TaskId": "neu \n\t\"ä\"" }));
    let code = (fate == Fate::Rejected).then(|| "CodeTaskNotExist".to_owned());
    Record::Result(Outcome { response, code, ..Outcome::new(line, fate) })
}

/// A history with a record of every kind.
fn history() -> Vec<Record> {
    vec![
        Record::Header(header()),
        call(1),
        call(2),
        ended(1, Fate::Succeeded),
        ended(2, Fate::Rejected),
        call(3),
        ended(3, Fate::Unknown),
        call(4),
        ended(4, Fate::NotExecuted),
        call(4),
        ended(4, Fate::Executed),
        call(5),
    ]
}

struct Place {
    _folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("run.journal"), _folder: folder }
    }

    fn replay(&self, bytes: &[u8], drops_damaged: bool) -> Result<Replay, BulkError> {
        read(bytes, bytes.len() as u64, &self.path, drops_damaged, |_, _| {})
    }
}

fn bytes(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(Record::encode).collect()
}

fn states(replay: &Replay) -> Vec<(u64, State)> {
    replay.states.lines().collect()
}

#[test]
fn what_is_written_is_read() {
    let replay = Place::new().replay(&bytes(&history()), false).unwrap();
    let expected = [
        (1, State::Ended(Fate::Succeeded)),
        (2, State::Ended(Fate::Rejected)),
        (3, State::Ended(Fate::Unknown)),
        (4, State::Ended(Fate::Executed)),
        (5, State::Called),
    ];
    assert_eq!(states(&replay), expected);
    assert_eq!(replay.unresolved.into_iter().collect::<Vec<_>>(), [(3, 1_764_000_000_003), (5, 1_764_000_000_005)]);
    assert_eq!((replay.header, replay.tail, replay.needs_newline), (header(), None, false));
    for record in history() {
        let line = record.encode();
        assert_eq!(decode(line.strip_suffix(b"\n").unwrap()), Some(record));
    }
}

#[test]
fn a_last_record_that_was_not_written_to_its_end_is_cut_off_wherever_it_ends() {
    let place = Place::new();
    let records = history();
    for count in 2..=records.len() {
        let (before, whole) = (bytes(&records[..count - 1]), bytes(&records[..count]));
        for length in before.len() + 1..whole.len() {
            let found = place.replay(&whole[..length], false).unwrap();
            let expected = place.replay(if length == whole.len() - 1 { &whole } else { &before }, false).unwrap();
            assert_eq!(states(&found), states(&expected), "{count} records, {length} bytes");
            let at = before.len() as u64;
            let tail = Tail { at, bytes: length as u64 - at, is_damaged: false };
            // Without the end of its line alone, the record is all there.
            assert_eq!(found.tail, (length < whole.len() - 1).then_some(tail));
            assert_eq!(found.needs_newline, length == whole.len() - 1);

            if count < records.len() {
                // To go on waits for the disk, so not every record is gone on with.
                continue;
            }
            fs::write(&place.path, &whole[..length]).unwrap();
            let (mut file, _) = reopen(&place.path, &header(), false).unwrap();
            file.write_all(&call(9).encode()).unwrap();
            drop(file);
            let gone_on = replay(&open(&place.path).unwrap(), &place.path, false, |_, _| {}).unwrap();
            assert_eq!((gone_on.tail, gone_on.states.get(9)), (None, State::Called));
        }
    }
}

#[test]
fn zeros_behind_the_last_record_are_no_record() {
    let place = Place::new();
    let whole = bytes(&history());
    let found = place.replay(&[&whole[..], &[0; 500]].concat(), false).unwrap();
    assert_eq!(found.tail, Some(Tail { at: whole.len() as u64, bytes: 500, is_damaged: false }));
}

#[test]
fn no_bit_can_change_without_being_noticed() {
    let place = Place::new();
    let records = history();
    let whole = bytes(&records);
    let last = whole.len() - records.last().unwrap().encode().len();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            let error = place.replay(&changed, false).expect_err(&format!("byte {at}, bit {bit}"));
            assert!(error.is_damaged(), "{error}");
            if at >= records[0].encode().len() {
                assert!(error.to_string().contains(", at byte "), "{error}");
            }
            // Asked to leave a damaged last record out, it leaves out no other.
            let forgiven = place.replay(&changed, true);
            if at < last - 1 {
                assert!(forgiven.is_err(), "byte {at}, bit {bit}");
            } else if let Ok(found) = forgiven {
                assert!(found.tail.is_some_and(|tail| tail.is_damaged), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn damage_is_told_by_its_place_with_what_to_do() {
    let place = Place::new();
    let name = place.path.display().to_string();
    let told = |bytes: &[u8]| place.replay(bytes, false).unwrap_err().to_string().replace(&name, "run.journal");
    let records = history();
    let mut middle = bytes(&records);
    let at = bytes(&records[..3]).len();
    middle[at + 20] ^= 1;
    assert_eq!(
        told(&middle),
        format!(
            "run.journal is damaged: record 4, at byte {at}, is not as it was written; calls behind line 2 may have been made that it no \
             longer tells of: restore the journal from a copy, or make the calls that are left by a new input and a new journal"
        )
    );
    let mut last = bytes(&records);
    let at = bytes(&records[..11]).len();
    last[at + 12] ^= 1;
    assert_eq!(
        told(&last),
        format!(
            "run.journal is damaged: record 12, at byte {at}, is not as it was written; it may announce the call of a line behind line 4: \
             look whether that was executed, then resume with the damaged record left out"
        )
    );
    assert_eq!(told(b""), "run.journal holds nothing, so no call was made; remove it and begin again");
    let other = "run.journal does not begin as a journal does; name the journal of a bulk run";
    assert_eq!(told(b"{\"TaskId\": \"a\"}\n"), other);
    assert_eq!(told(b"{\"TaskId"), other);
}

#[test]
fn what_cannot_have_happened_is_damage_as_well() {
    let place = Place::new();
    let cases = [
        (vec![call(1)], "record 1, at byte 0, stands before the header"),
        (vec![Record::Header(header()), Record::Header(header())], "is a second header"),
        (
            vec![Record::Header(header()), ended(1, Fate::Succeeded)],
            "is the result of line 1, of which no call was made",
        ),
        (vec![Record::Header(header()), call(10)], "is of line 10, and the input has 9"),
        (vec![Record::Header(header()), call(0)], "is of line 0, and the input has 9"),
        (
            vec![Record::Header(header()), call(1), ended(1, Fate::Succeeded), call(1)],
            "announces the call of line 1, which was executed already",
        ),
    ];
    for (records, expected) in cases {
        let error = place.replay(&bytes(&records), true).unwrap_err();
        assert!(error.is_damaged() && error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_journal_of_something_else_is_refused() {
    let place = Place::new();
    drop(create(&place.path, &header()).unwrap());
    let other = |change: fn(&mut Header)| {
        let mut wanted = header();
        change(&mut wanted);
        reopen(&place.path, &wanted, false).unwrap_err().to_string()
    };
    let operation = other(|header| header.operation = "StopLivePullToPush".to_owned());
    assert!(operation.contains("of live 2016-11-01 RestartLivePullToPush, not of live 2016-11-01 StopLivePullToPush"));
    assert!(other(|header| header.target = "http://127.0.0.1:1".to_owned()).contains("not to http://127.0.0.1:1"));
    // Who called is compared where both sides know it: temporary keys change, and older journals say nothing.
    let by = |key_id: Option<&str>, account: Option<&str>| {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Header { key_id: text(key_id), account: text(account), ..header() }
    };
    for known in [by(Some("LTAI-a"), None), by(None, Some("1"))] {
        let place = Place::new();
        drop(create(&place.path, &known).unwrap());
        for same in [known.clone(), header()] {
            reopen(&place.path, &same, false).unwrap();
        }
        let told = reopen(&place.path, &by(Some("LTAI-b"), Some("2")), false).unwrap_err().to_string();
        let expected = match known.key_id {
            Some(_) => "calls by the access key LTAI-a, not by LTAI-b; go on with what the run was begun with",
            None => "calls by a role of the account 1, not of 2; go on with what the run was begun with",
        };
        assert!(told.contains(expected), "{told}");
        // A key and a role are not the same, and of whose account a key is, nobody knows.
        let kinds = ["the access key LTAI-a", "a role of the account 1"];
        let (other, [found, wanted]) = match known.key_id {
            Some(_) => (by(None, Some("1")), kinds),
            None => (by(Some("LTAI-a"), None), [kinds[1], kinds[0]]),
        };
        let told = reopen(&place.path, &other, false).unwrap_err().to_string();
        assert!(told.contains(&format!("calls by {found}, not by {wanted}; go on with what")), "{told}");
    }
    reopen(&place.path, &by(Some("LTAI-b"), Some("2")), false).unwrap();
    assert!(other(|header| header.input = "cd".to_owned()).contains("another input"));
    assert!(create(&place.path, &header()).unwrap_err().to_string().contains("exists already"));
}

#[test]
fn one_run_at_a_time_has_the_journal() {
    let place = Place::new();
    let first = create(&place.path, &header()).unwrap();
    let error = reopen(&place.path, &header(), false).unwrap_err();
    assert!(error.to_string().contains("is the journal of a run that is under way"), "{error}");
    drop(first);
    reopen(&place.path, &header(), false).unwrap();
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_a_journal() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let file = create(&place.path, &header()).unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_call_is_not_announced_by_a_journal_that_cannot_be_written() {
    let place = Place::new();
    drop(create(&place.path, &header()).unwrap());
    let file = OpenOptions::new().read(true).open(&place.path).unwrap();
    let mut writer = Writer::new(file, &place.path).unwrap();
    assert!(!writer.call(1, 1).await);
    assert!(!writer.call(2, 1).await);
    assert!(writer.close().unwrap_err().to_string().contains("so no further call is made"));
}

#[tokio::test]
async fn what_is_announced_is_in_the_file() {
    let place = Place::new();
    let mut writer = Writer::new(create(&place.path, &header()).unwrap(), &place.path).unwrap();
    let calls: Vec<_> = (1..=9).map(|line| writer.call(line, 1)).collect();
    for (line, call) in (1..=9).zip(calls) {
        assert!(call.await);
        let replay = replay(&open(&place.path).unwrap(), &place.path, false, |_, _| {}).unwrap();
        assert_eq!(replay.states.get(line), State::Called);
        writer.result(Outcome::new(line, Fate::Succeeded));
    }
    writer.close().unwrap();
    let replay = replay(&open(&place.path).unwrap(), &place.path, false, |_, _| {}).unwrap();
    assert_eq!(replay.states.counts().succeeded, 9);
}

/// Random numbers that follow from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((number ^ (number >> 31)) % end as u64) as usize
    }
}

/// Makes up a history that can have happened, and the states after each of its records.
fn made_up(random: &mut Random) -> (Vec<Record>, Vec<Vec<(u64, State)>>) {
    let (mut records, mut states) = (vec![Record::Header(header())], States::default());
    let mut after = vec![Vec::new()];
    for _ in 0..random.below(30) {
        let line = 1 + random.below(9) as u64;
        let state = states.get(line);
        let fate = Fate::ALL[random.below(5)];
        let record = match state {
            State::Called => ended(line, fate),
            State::Ended(Fate::Succeeded | Fate::Executed) => continue,
            _ => call(line),
        };
        states.set(line, if matches!(record, Record::Call { .. }) { State::Called } else { State::Ended(fate) });
        records.push(record);
        after.push(states.lines().collect());
    }
    (records, after)
}

#[test]
fn a_journal_of_more_lines_than_any_input_has_is_refused() {
    for last in [u64::MAX, MOST_LINES + 1] {
        let place = Place::new();
        let begun = bytes(&[Record::Header(Header { last, ..header() }), Record::Call { line: last, at: 1 }]);
        let error = place.replay(&begun, true).unwrap_err();
        assert!(error.is_damaged() && error.to_string().contains("100000000 at most"), "{error}");
        fs::write(&place.path, &begun).unwrap();
        assert!(crate::results(&place.path, &mut Vec::new()).is_err(), "its results would fill the memory");
    }
}

#[test]
fn the_longest_input_has_a_journal() {
    let header = Header { last: MOST_LINES, ..header() };
    assert_eq!(Place::new().replay(&bytes(&[Record::Header(header.clone())]), false).unwrap().header, header);
}

#[test]
fn what_was_cut_off_is_told() {
    let tail = |is_damaged| Tail { at: 7, bytes: 5, is_damaged }.to_string();
    assert!(
        tail(false).starts_with("the last 5 bytes, from byte 7 on, are the beginning of a record"),
        "{}",
        tail(false)
    );
    assert!(tail(true).starts_with("the last record, 5 bytes from byte 7 on, is damaged"), "{}", tail(true));
}

#[test]
fn a_journal_stands_in_a_folder_and_in_time() {
    assert_eq!(folder(Path::new("a/run.journal")), Path::new("a"));
    assert_eq!(folder(Path::new("run.journal")), Path::new("."));
    let place = Place::new();
    sync_folder(&place.path).unwrap();
    assert_eq!(sync_folder(&place.path.join("gone/run.journal")).is_err(), cfg!(unix));
    let millis = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let (before, now, after) = (millis(), now(), millis());
    assert!(before <= now && now <= after, "{before} {now} {after}");
}

#[test]
fn of_a_random_history_as_much_is_read_as_is_whole_and_damage_is_never_taken_for_true() {
    let seed = std::env::var("JOURNAL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now);
    println!("JOURNAL_SEED={seed}");
    let (place, mut random) = (Place::new(), Random(seed));
    for _ in 0..300 {
        let (records, after) = made_up(&mut random);
        let whole = bytes(&records);
        let found = place.replay(&whole, false).unwrap();
        assert_eq!(states(&found), *after.last().unwrap());

        let cut = random.below(whole.len() + 1);
        let ends: Vec<usize> = (1..=records.len()).map(|count| bytes(&records[..count]).len()).collect();
        // A record that lacks the end of its line alone is whole.
        let count = ends.iter().filter(|end| **end <= cut + 1).count();
        match place.replay(&whole[..cut], false) {
            Ok(found) => assert_eq!(states(&found), after[count - 1], "cut at byte {cut}"),
            Err(_) => assert_eq!(count, 0, "cut at byte {cut}"),
        }

        let mut changed = whole.clone();
        let (at, was) = (random.below(whole.len()), random.below(256) as u8);
        changed[at] = was;
        if changed != whole {
            assert!(place.replay(&changed, false).unwrap_err().is_damaged(), "byte {at} is {was}");
        }
    }
}
