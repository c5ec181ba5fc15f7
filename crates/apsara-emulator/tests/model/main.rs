//! Random sequences of calls, failures and moves of the clock, against a model that reads its rules from a table.
//!
//! `MODEL_SEED=N` draws other sequences.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod drive;
mod machine;
mod playing;
mod sequence;
mod table;
mod wire;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::drive::{Difference, Driver};
use crate::sequence::{Draw, Step};
use crate::table::{STATES, Table};

/// The rules that other sequences are run under; between them every row of the table comes into play.
const OTHER_RULES: [&str; 10] = [
    "same-id",
    "stop-ignored,early-restart-ignored",
    "older",
    "newer",
    "files-1m",
    "files-1m,finished-exits,same-id",
    "files-1m,finished-runs",
    "files-1m,sources-at-once,running-update-end",
    "exited-15m",
    "past-start-refused",
];

/// Whether a difference was found: what else runs in this process then need not go on for long.
static RED: AtomicBool = AtomicBool::new(false);

/// Draws sequences by consecutive seeds and wants no difference; gives the lines of the table that came into play.
async fn compare(rules: &str, sequences: u64, first: u64) -> BTreeSet<usize> {
    let first = std::env::var("MODEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(first);
    let mut driver = Driver::new(rules).await;
    let mut used = BTreeSet::new();
    for seed in first..first + sequences {
        assert!(!RED.load(Ordering::Relaxed), "another test has found a difference");
        let steps = Draw(seed).sequence();
        match driver.run(&steps).await {
            Ok(lines) => used.extend(lines),
            Err(difference) => {
                RED.store(true, Ordering::Relaxed);
                let (steps, difference) = shrink(rules, steps, difference).await;
                panic!("rules {rules}, seed {seed}: {} after\n{steps:#?}", difference.what);
            }
        }
    }
    used
}

/// Cuts a sequence to what fails, then takes out one step after another as long as it still fails.
async fn shrink(rules: &str, mut steps: Vec<Step>, mut difference: Difference) -> (Vec<Step>, Difference) {
    let mut driver = Driver::new(rules).await;
    steps.truncate(difference.step + 1);
    for at in (0..steps.len()).rev() {
        let mut fewer = steps.clone();
        if at < fewer.len() {
            fewer.remove(at);
        }
        if let Err(still) = driver.run(&fewer).await {
            fewer.truncate(still.step + 1);
            (steps, difference) = (fewer, still);
        }
    }
    (steps, difference)
}

#[tokio::test]
async fn ten_thousand_sequences_show_no_difference() {
    let used = compare("2025-08", 10_000, 0).await;
    let table = Table::new(&"2025-08".parse().unwrap());
    let unused: Vec<_> = table.rows.iter().filter(|row| !used.contains(&row.line)).collect();
    // Files have no length under these rules, so that no list ends.
    assert!(unused.iter().all(|row| row.events == ["list-end"]), "rows that never came into play: {unused:?}");
}

#[tokio::test]
async fn every_rule_is_modelled() {
    let mut unused: BTreeSet<usize> = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (number, rules) in OTHER_RULES.iter().enumerate() {
        used.extend(compare(rules, 300, 1_000_000 * (number as u64 + 1)).await);
        unused.extend(Table::new(&rules.parse().unwrap()).rows.iter().map(|row| row.line));
    }
    unused.retain(|line| !used.contains(line));
    assert!(unused.is_empty(), "lines of the table that never came into play: {unused:?}");
}

#[test]
fn the_table_has_one_row_for_every_event_in_every_state() {
    for rules in OTHER_RULES.iter().chain(&["2025-08"]) {
        let table = Table::new(&rules.parse().unwrap());
        let events: BTreeSet<_> = table.rows.iter().flat_map(|row| row.events.iter().copied()).collect();
        for event in events.iter().filter(|event| !event.starts_with("create")) {
            for state in STATES.iter().chain(&["gone"]) {
                // `find` refuses a second row; times are reached only in some states.
                let row = table.find(state, event);
                let is_time = ["start-time", "retries-end", "list-end", "end-time"].contains(event);
                assert!(row.is_some() || is_time, "{rules}: no row for {event} in {state}");
            }
        }
    }
}
