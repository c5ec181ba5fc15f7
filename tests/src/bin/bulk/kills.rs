//! Restarts of many tasks by a program that is killed again and again: what its journal says must agree with what the emulator did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use apsara_emulator::{Emulator, Fault, FaultRule, Quotas, Rules};
use apsara_tests::{relay_task, workspace};
use serde_json::Value;

use crate::{Result, child};

const RESTART: &str = "RestartLivePullToPush";

/// Lets both rule sets be met: with them a restarted task has a new id, or keeps the one it had.
pub(crate) async fn run(tasks: usize, kills: usize, seed: u64) -> Result<()> {
    println!("seed {seed}");
    for (rules, knows) in [("2025-08", true), ("2025-08", false), ("2025-08,same-id", false)] {
        restart(tasks, kills, seed, rules, knows).await?;
    }
    Ok(())
}

async fn restart(tasks: usize, kills: usize, seed: u64, rules: &str, knows: bool) -> Result<()> {
    let rules_named: Rules = rules.parse()?;
    let emulator = Emulator::builder().quota(Quotas::Off).rules(rules_named).callbacks(false).fault_seed(seed);
    let emulator = emulator.start().await?;
    let ids = running_tasks(&emulator, tasks).await?;
    let place = Place::new(&ids, knows)?;
    for fault in [Fault::ResetAfterExecuting, Fault::ResetBeforeExecuting, Fault::Truncate] {
        emulator.faults().add(FaultRule::new(fault).operation(RESTART).with_probability(0.005));
    }
    emulator.clear_ledger();

    let start = Instant::now();
    let mut random = seed;
    let mut killed = 0;
    for kill in 0..kills {
        // Somewhere in the next part of the requests, and somewhere in what follows from one.
        let part = tasks * 9 / 10 / kills.max(1);
        let at = kill * part + drawn(&mut random) as usize % part.max(1);
        let mut running = place.start(&emulator)?;
        while requests(&emulator) <= at && running.try_wait()?.is_none() {
            std::thread::sleep(Duration::from_micros(200));
            tokio::task::yield_now().await;
        }
        std::thread::sleep(Duration::from_micros(drawn(&mut random) % 3000));
        killed += usize::from(running.try_wait()?.is_none());
        running.kill()?;
        running.wait()?;
    }
    let mut outcomes = BTreeMap::new();
    for _ in 0..10 {
        let mut running = place.start(&emulator)?;
        while running.try_wait()?.is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if !running.wait()?.success() {
            return Err("the last run failed".into());
        }
        outcomes = place.outcomes()?;
        // What faults made unknown in the last run is asked about in the next.
        if !knows || !outcomes.values().any(|outcome| outcome == "unknown" || outcome == "not_executed") {
            break;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let verdict = Verdict::of(&emulator, &ids, &outcomes);
    println!(
        "{rules}{}: {tasks} tasks, {killed} kills in {seconds:.1} s: {verdict}",
        if knows { ", asked" } else { "" }
    );
    if killed < kills.div_ceil(2) {
        return Err(format!("only {killed} of {kills} kills came in time").into());
    }
    if !verdict.wrong.is_empty() || (knows && !verdict.unknown.is_empty()) {
        return Err(format!("the journal and the ledger differ: {:?}", verdict.wrong).into());
    }
    if verdict.unknown.len() > kills * child::IN_FLIGHT + tasks / 10 {
        return Err("more calls are unknown than can have been under way".into());
    }
    Ok(())
}

/// Creates tasks and lets time pass until they run.
async fn running_tasks(emulator: &Emulator, tasks: usize) -> Result<Vec<String>> {
    let live = apsara::live::Client::new(&config(emulator)?);
    let mut ids = Vec::new();
    for number in 0..tasks {
        let created = relay_task(&live, emulator, &format!("task-{number}")).send().await?;
        ids.push(created.task_id.unwrap_or_default());
    }
    emulator.clock().advance(Duration::from_secs(3700));
    Ok(ids)
}

fn config(emulator: &Emulator) -> Result<apsara::Config> {
    let credentials = apsara_tests::credentials(emulator);
    Ok(apsara::Config::builder().endpoint(emulator.url()).credentials(credentials).without_pacing().build()?)
}

/// How many restarts have reached the emulator.
fn requests(emulator: &Emulator) -> usize {
    emulator.with_ledger(|entries| entries.iter().filter(|entry| entry.action == RESTART).count())
}

/// An input and a journal.
struct Place {
    input: PathBuf,
    journal: PathBuf,
    knows: bool,
}

impl Place {
    fn new(ids: &[String], knows: bool) -> Result<Self> {
        let folder = workspace::scratch(&format!("bulk-{}", std::process::id()));
        let mut text = String::new();
        for id in ids {
            writeln!(text, "{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}")?;
        }
        let place = Self { input: folder.join("tasks.jsonl"), journal: folder.join("run.journal"), knows };
        std::fs::write(&place.input, text)?;
        Ok(place)
    }

    /// Begins the run, or resumes it.
    fn start(&self, emulator: &Emulator) -> Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["child", emulator.url(), emulator.access_key_id(), emulator.access_key_secret()]);
        command.arg(&self.input).arg(&self.journal).arg(if self.knows { "knows" } else { "asks nobody" });
        Ok(command.spawn()?)
    }

    /// Returns the outcomes by line.
    fn outcomes(&self) -> Result<BTreeMap<usize, String>> {
        let mut text = Vec::new();
        apsara_bulk::results(&self.journal, &mut text)?;
        let mut outcomes = BTreeMap::new();
        for line in std::str::from_utf8(&text)?.lines() {
            let result: Value = serde_json::from_str(line)?;
            let line = usize::try_from(result["line"].as_u64().unwrap_or(0))?;
            outcomes.insert(line, result["outcome"].as_str().unwrap_or_default().to_owned());
        }
        Ok(outcomes)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.journal.parent().unwrap_or(Path::new("")));
    }
}

/// What the ledger says of what the journal says.
struct Verdict {
    once: usize,
    /// The lines that the journal calls unknown, each with how often its task was restarted.
    unknown: Vec<(usize, usize)>,
    wrong: Vec<String>,
}

impl Verdict {
    fn of(emulator: &Emulator, ids: &[String], outcomes: &BTreeMap<usize, String>) -> Self {
        let mut restarts: BTreeMap<String, usize> = BTreeMap::new();
        emulator.with_ledger(|entries| {
            for entry in entries.iter().filter(|entry| entry.action == RESTART) {
                let id = entry.parameter("TaskId").unwrap_or_default().to_owned();
                *restarts.entry(id).or_default() += usize::from(entry.executed);
            }
        });
        let mut verdict = Self { once: 0, unknown: Vec::new(), wrong: Vec::new() };
        for (line, id) in ids.iter().enumerate().map(|(index, id)| (index + 1, id)) {
            let count = restarts.get(id).copied().unwrap_or(0);
            match (outcomes.get(&line).map(String::as_str), count) {
                (Some("succeeded" | "executed"), 1) => verdict.once += 1,
                (Some("unknown"), 0 | 1) => verdict.unknown.push((line, count)),
                (outcome, count) => verdict.wrong.push(format!("line {line} is {outcome:?}, restarted {count} times")),
            }
        }
        verdict
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let restarted = self.unknown.iter().filter(|(_, count)| *count == 1).count();
        let lines: Vec<String> = self.unknown.iter().map(|(line, _)| line.to_string()).collect();
        write!(f, "{} restarted once, {} wrong, ", self.once, self.wrong.len())?;
        write!(f, "{} unknown, of which {restarted} restarted", lines.len())?;
        if lines.is_empty() { Ok(()) } else { write!(f, ": lines {}", lines.join(" ")) }
    }
}

/// Draws a number (SplitMix64).
fn drawn(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut number = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
