//! `cargo xtask bench micro`: how many instructions each step of a call takes. Unlike times, they hardly differ between runs.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::{calls, page};
use crate::run::{Failure, exists, root};

/// What to do with the counts.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail where a count is more than 5 % beyond the recorded one.
    #[arg(long)]
    check: bool,
    /// Record the counts in benches/micro.json, and in docs.
    #[arg(long, conflicts_with = "check")]
    record: bool,
}

/// The steps, as the program `micro` calls them.
const STEPS: [&str; 8] = [
    "serialize",
    "serialize and sign V1",
    "V1 by hand",
    "serialize and sign V3",
    "V3 by hand",
    "decode",
    "quota",
    "whole call",
];
/// By how much a count may be beyond the recorded one.
const MOST: f64 = 1.05;
/// How many times the instructions of the one that was tuned by hand ours may take.
const MOST_BY_HAND: f64 = 1.5;
/// How often a step is taken in two runs; what it costs is the difference, which a start is no part of.
const TIMES: [u64; 2] = [100, 1100];

/// Counts, and prints, compares or records what was counted.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if !exists("valgrind", "--version") {
        return Err(
            "valgrind is not there; install it (Debian: apt-get install valgrind) and run this again".to_owned()
        );
    }
    calls::build(false)?;
    let path = root().join("benches/micro.json");
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let recorded: BTreeMap<String, u64> = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| failed(&error))?,
        Err(error) if args.check => return Err(failed(&error)),
        Err(_) => BTreeMap::new(),
    };
    let mut counts = BTreeMap::new();
    let mut worse = Vec::new();
    println!("{:<24} {:>12} {:>12}", "instructions", "now", "recorded");
    for step in STEPS {
        let [few, many] = TIMES.map(|times| count(step, times));
        let now = many?.saturating_sub(few?) / (TIMES[1] - TIMES[0]);
        let before = recorded.get(step).copied();
        println!("{step:<24} {now:>12} {:>12}", before.map_or_else(|| "–".to_owned(), |count| count.to_string()));
        match before {
            Some(before) if now as f64 > before as f64 * MOST => {
                worse.push(format!("{step} takes {now} instructions, {before} are recorded"));
            }
            None if args.check => worse.push(format!("{step} is not recorded")),
            _ => {}
        }
        counts.insert(step.to_owned(), now);
    }
    let ratios = by_hand(&counts);
    println!("\n{ratios}");
    if args.record {
        let text = serde_json::to_string_pretty(&counts).map_err(|error| failed(&error))?;
        fs::write(&path, text + "\n").map_err(|error| failed(&error))?;
        let rows: String =
            STEPS.iter().map(|step| format!("| {step} | {} |\n", page::thousands(counts[*step] as f64))).collect();
        page::insert("micro", &format!("| step | instructions |\n|---|---:|\n{rows}\n{ratios}"))?;
    }
    if args.check && !worse.is_empty() {
        return Err(format!("{}; if it is worth it, record it: cargo xtask bench micro --record", worse.join("; ")));
    }
    Ok(())
}

/// Compares with those that were tuned by hand.
fn by_hand(counts: &BTreeMap<String, u64>) -> String {
    let mut out = String::new();
    for version in ["V1", "V3"] {
        let (ours, tuned) = (counts[&format!("serialize and sign {version}")], counts[&format!("{version} by hand")]);
        let ratio = ours as f64 / tuned as f64;
        let reached = if ratio <= MOST_BY_HAND { "reached" } else { "**not reached**" };
        out += &format!(
            "{version}: {ratio:.2} times the instructions of the one by hand; at most {MOST_BY_HAND} is wanted: {reached}.\n"
        );
    }
    out
}

/// Counts the instructions of a run.
fn count(step: &str, times: u64) -> Result<u64, Failure> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(calls::built("micro"));
    let output = command.args([step, &times.to_string()]).output();
    let output = output.map_err(|error| format!("valgrind cannot be started: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim());
    match collected.and_then(|count| count.parse().ok()) {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("`{step}` cannot be counted: {told}")),
    }
}
