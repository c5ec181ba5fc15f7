//! A bulk run at a terminal, and Ctrl-C.

use apsara_emulator::Emulator;

use crate::cloud::{alone, cloud, folder, task, text, variables};
use crate::terminal::Terminal;

const CALLS: usize = 60;

/// Returns how many calls of a run were executed.
fn executed(emulator: &Emulator) -> usize {
    let ledger = emulator.ledger();
    ledger.iter().filter(|entry| entry.executed && entry.action == "DescribeLivePullToPush").count()
}

#[test]
fn ctrl_c_lets_what_is_under_way_end_and_the_rest_is_called_when_the_run_is_resumed() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let folder = folder();
    let (input, journal) = (folder.path().join("tasks.jsonl"), folder.path().join("run.journal"));
    let results = folder.path().join("results.jsonl");
    // Results hold answers: whoever could read an older file must not read them.
    std::fs::write(&results, "old").unwrap();
    let line = format!("{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}\n");
    std::fs::write(&input, line.repeat(CALLS)).unwrap();
    let words = ["bulk", "live", "DescribeLivePullToPush", "--allow-duplicates", "--input", text(&input)];
    let words = [&words[..], &["--journal", text(&journal), "--results", text(&results)]].concat();
    // The resumed run knows nothing of the other's grants, so the cloud may throttle a call of it, which is sent again.
    let executed = || executed(&emulator);

    let mut terminal = Terminal::start(&words, &variables(&emulator));
    // Ten go out at once, and the quota makes the others wait: there is time to see how far it is.
    terminal.shows("[###");
    terminal.types("\u{3}");
    terminal.shows("note: no further call goes out");
    assert_eq!(terminal.ends(), 130, "{}", terminal.screen());
    assert!(terminal.screen().contains("--resume"), "{}", terminal.screen());
    let before = executed();
    assert!((10..CALLS).contains(&before), "{before}");

    let mut resumed = alone(&[&words[..], &["--resume"]].concat());
    let resumed = resumed.envs(variables(&emulator)).output().unwrap();
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(executed(), CALLS, "none is repeated, and none is forgotten");
    assert_eq!(std::fs::read_to_string(&results).unwrap().lines().count(), CALLS);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&results).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_terminal_that_goes_away_ends_no_run() {
    const CALLS: usize = 25;
    let emulator = cloud();
    let id = task(&emulator, "night");
    let folder = folder();
    let (input, journal) = (folder.path().join("tasks.jsonl"), folder.path().join("run.journal"));
    let results = folder.path().join("results.jsonl");
    let line = format!("{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}\n");
    std::fs::write(&input, line.repeat(CALLS)).unwrap();
    let words = ["bulk", "live", "DescribeLivePullToPush", "--allow-duplicates", "--input", text(&input)];
    let words = [&words[..], &["--journal", text(&journal), "--results", text(&results)]].concat();
    let mut terminal = Terminal::start_for_good(&words, &variables(&emulator));
    // The quota makes the others wait, so that more is to be shown behind that.
    terminal.shows("[####");
    terminal.goes_away();
    assert_eq!((terminal.ends(), executed(&emulator)), (0, CALLS));
    assert_eq!(std::fs::read_to_string(&results).unwrap().lines().count(), CALLS);
}

#[test]
fn ctrl_c_at_the_question_is_a_no_and_leaves_no_journal() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let folder = folder();
    let (input, journal) = (folder.path().join("tasks.jsonl"), folder.path().join("run.journal"));
    std::fs::write(&input, format!("{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}\n")).unwrap();
    let words = ["bulk", "live", "RestartLivePullToPush", "--input", text(&input), "--journal", text(&journal)];
    for (typed, code) in [("\u{3}", 130), ("n\n", 11)] {
        let mut terminal = Terminal::start(&words, &variables(&emulator));
        terminal.shows("Go on? [y/N]");
        assert!(journal.exists());
        terminal.types(typed);
        assert_eq!(terminal.ends(), code, "{}", terminal.screen());
        assert!(terminal.screen().contains("not sent") && !journal.exists(), "{}", terminal.screen());
    }
    assert!(emulator.ledger().iter().all(|entry| entry.action != "RestartLivePullToPush"));
}
