//! Screens as an operator sees them, compared with stored ones: `cargo insta review` shows what changed. With `APSARA_SCREENS` set to a
//! folder, they are written there with their colours, to be looked at.

use std::time::Duration;

use insta::assert_snapshot;

use crate::cloud::{cloud, task, variables};
use crate::terminal::Terminal;

/// Keeps a screen to be looked at, if somebody wants to.
fn keep(terminal: &Terminal, name: &str) {
    if let Some(folder) = std::env::var_os("APSARA_SCREENS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.ansi")), terminal.colored()).unwrap();
    }
}

/// Takes out of a screen what is another one in every run: ids, and seconds that passed.
fn fixed(screen: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    let words = screen.split_inclusive([' ', '\n']).map(|word| {
        let bare = word.trim_end();
        match () {
            () if is_id(bare) => word.replace(bare, "00000000-0000-0000-0000-000000000000"),
            () if bare.starts_with('(') && bare.ends_with('s') => word.replace(bare, "(SECONDS"),
            () => word.to_owned(),
        }
    });
    words.collect()
}

#[test]
fn a_terminal_is_asked_before_a_stream_is_interrupted() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    emulator.clock().advance(Duration::from_secs(120));
    let words = ["live", "restart-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id];
    let mut terminal = Terminal::start(&words, &variables(&emulator));
    terminal.shows("Go on? [y/N]");
    terminal.types("y\n");
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    keep(&terminal, "prompt");
    assert_snapshot!("prompt", fixed(&terminal.screen()));

    let mut terminal = Terminal::start(&words, &variables(&emulator));
    terminal.shows("Go on? [y/N]");
    terminal.types("\n");
    assert_eq!(terminal.ends(), 11, "{}", terminal.screen());
    terminal.shows("was not confirmed");
    let restarts = emulator.ledger().iter().filter(|entry| entry.action == "RestartLivePullToPush").count();
    assert_eq!(restarts, 1, "a no sends nothing");
}

#[test]
fn a_list_is_a_table_that_fits_the_terminal() {
    let emulator = cloud();
    for name in ["night relay", "東京の中継", "day"] {
        task(&emulator, name);
    }
    let words = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai", "--pages"];
    let mut terminal = Terminal::start(&words, &variables(&emulator));
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    keep(&terminal, "table");
    assert_snapshot!("table", fixed(&terminal.screen()));
    assert!(terminal.everything().contains("\x1b[1m"), "the header is bold");
}

#[test]
fn a_wait_shows_how_it_goes_in_one_line() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let words =
        ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--wait", "TaskStatus==1"];
    let mut terminal = Terminal::start(&words, &variables(&emulator));
    // The line may come in pieces; this is its last.
    terminal.shows("of 10m)");
    keep(&terminal, "progress");
    assert_snapshot!("progress", fixed(&terminal.screen()));
    emulator.clock().advance(Duration::from_secs(120));
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(!screen.contains("waiting for") && screen.contains("TaskStatus"), "{screen}");
}

#[test]
fn a_wait_is_one_line_however_long_it_is_and_however_narrow_the_terminal() {
    let emulator = cloud();
    let id = task(&emulator, &"夜".repeat(50));
    let words = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id];
    let condition = format!("TaskStatus==`1` && TaskInfo.TaskName!='{}'", "昼".repeat(50));
    let mut terminal =
        Terminal::start_narrow(80, &[&words[..], &["--wait", &condition]].concat(), &variables(&emulator));
    terminal.shows("of 10m)");
    let screen = terminal.screen();
    assert!(screen.starts_with("waiting for ") && screen.lines().count() == 1, "{screen}");
    emulator.clock().advance(Duration::from_secs(120));
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(!screen.contains("waiting for") && screen.contains("TaskStatus"), "{screen}");
}

#[test]
fn a_terminal_that_nothing_steers_is_told_in_lines() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let mut variables = variables(&emulator);
    variables.push(("TERM", "dumb".to_owned()));
    let words =
        ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--wait", "TaskStatus==1"];
    let mut terminal = Terminal::start(&words, &variables);
    terminal.shows("waiting for TaskStatus==1");
    emulator.clock().advance(Duration::from_secs(120));
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    assert!(!terminal.everything().contains('\u{1b}'), "{:?}", terminal.everything());
}
