//! `apsara emulator --data`: killed at random moments, it has lost nothing that was acknowledged.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod model;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::model::{Caller, Draws, LIVE, STS};
use crate::wire::{Key, Program, call, control, nonce};

const KILLS: usize = 20;
/// By how many seconds the clock is moved before each kill.
const MOVED: u64 = 60;

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_done_when_it_is_killed() {
    let seed = std::env::var("APSARA_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into();
    let seed: u64 = seed.unwrap_or_else(now);
    println!("APSARA_SEED={seed}");
    let mut draws = Draws(seed);
    let data = folder("killed");
    let mut callers: Vec<Caller> = (0..2).map(|name| Caller { name, ..Caller::default() }).collect();
    let mut program = Program::start(&data);
    let mut acknowledged = 0;
    for kill in 1..=KILLS {
        control(&program.host, "POST", "clock", &format!(r#"{{"advance": {MOVED}}}"#));
        let host = program.host.clone();
        std::thread::scope(|scope| {
            for caller in &mut callers {
                let mut draws = Draws(draws.0 ^ (kill * 2 + caller.name) as u64);
                let host = &host;
                scope.spawn(move || caller.run(host, &mut draws));
            }
            std::thread::sleep(Duration::from_micros(draws.below(250_000) as u64));
            program.kill();
        });
        program = Program::start(&data);
        check(&program, &mut callers);
        check_clock(&program, MOVED * kill as u64);
        acknowledged = callers.iter().flat_map(|caller| caller.tasks.values()).map(|task| task.ids.len()).sum();
    }
    assert!(acknowledged > KILLS, "hardly anything happened: {acknowledged} ids");
    println!("{acknowledged} ids of tasks over {KILLS} kills");
    drop(program);
    std::fs::remove_dir_all(&data).unwrap();
}

/// Compares all that the program remembers with what it has told its callers, and takes up how open changes ended.
fn check(program: &Program, callers: &mut [Caller]) {
    let tasks = control(&program.host, "GET", "tasks", "");
    let tasks = tasks["tasks"].as_array().unwrap();
    check_links(tasks);
    let callbacks = model::callbacks(program);
    let mut by_name: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for task in tasks {
        by_name.entry(task["task_name"].as_str().unwrap()).or_default().push(task);
    }
    let counters = control(&program.host, "GET", "counters", "");
    let created = counters["calls"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["operation"] == "CreateLivePullToPush" && row["status"] == 200);
    let created = created.map_or(0, |row| row["count"].as_u64().unwrap());
    assert_eq!(created, by_name.len() as u64, "a count and what it counts are one change");
    for caller in callers {
        let open = caller.open.take();
        if let Some((name, change)) = &open {
            // It is done as a whole or not at all; which of them, nobody was told.
            let there =
                by_name.get(name.as_str()).map(|found| found.iter().map(|task| seen(&callbacks, task)).collect());
            let there: Vec<Seen> = there.unwrap_or_default();
            let before = caller.tasks.get(name).cloned();
            let is_before = fits(before.as_ref(), &there);
            if !is_before {
                caller.apply(name, change, there.last().map(|last| last.id.clone()));
            }
            assert!(fits(caller.tasks.get(name), &there), "{name} {change:?}: {before:?} became {there:?}");
        }
        for (name, task) in &caller.tasks {
            let found = by_name.get(name.as_str()).unwrap_or_else(|| panic!("{name} is lost"));
            let found: Vec<Seen> = found.iter().map(|task| seen(&callbacks, task)).collect();
            assert!(fits(Some(task), &found), "{name}: {task:?} became {found:?}");
        }
        for key in caller.sessions.iter().rev().take(3) {
            let (status, answer) = call(&program.host, key, &nonce(), (STS, "GetCallerIdentity"), &[]).unwrap();
            assert_eq!((status, &answer["IdentityType"]), (200, &"AssumedRoleUser".into()), "{answer}");
        }
        if let Some(used) = &caller.used {
            let operation = (LIVE, "DescribeLivePullToPushList");
            let (_, answer) = call(&program.host, &Key::of_the_account(), used, operation, &[]).unwrap();
            assert_eq!(answer["Code"], "SignatureNonceUsed", "{answer}");
        }
    }
}

/// One id of a task as the program shows it.
#[derive(Debug)]
struct Seen {
    id: String,
    status: String,
    callback: String,
    interruptions: u64,
}

/// What is shown of a task; of an id that it no longer goes by, no callback address is.
fn seen(callbacks: &BTreeMap<String, String>, task: &Value) -> Seen {
    let id = task["task_id"].as_str().unwrap().to_owned();
    Seen {
        callback: callbacks.get(&id).cloned().unwrap_or_default(),
        status: task["status"].as_str().unwrap().to_owned(),
        interruptions: task["interruptions"].as_u64().unwrap(),
        id,
    }
}

/// Whether a task is as it was told, under all its ids: all but the last are over.
fn fits(told: Option<&model::Task>, seen: &[Seen]) -> bool {
    let Some(told) = told else {
        return seen.is_empty();
    };
    let ids: BTreeSet<&String> = seen.iter().map(|one| &one.id).collect();
    let last = seen.iter().find(|one| Some(&one.id) == told.ids.last());
    ids == told.ids.iter().collect()
        && seen.iter().all(|one| Some(&one.id) == told.ids.last() || one.status == "exit")
        && last.is_some_and(|last| {
            (last.status.as_str(), &last.callback, last.interruptions)
                == (told.status, &told.callback, told.interruptions)
        })
}

/// A restart is on both of its tasks, or on none.
fn check_links(tasks: &[Value]) {
    let by_id: BTreeMap<&str, &Value> = tasks.iter().map(|task| (task["task_id"].as_str().unwrap(), task)).collect();
    for task in tasks {
        if let Some(next) = task["restarted_as"].as_str() {
            assert_eq!(by_id[next]["restarted_from"], task["task_id"]);
            assert_eq!(task["status"], "exit");
        }
        if let Some(former) = task["restarted_from"].as_str() {
            assert_eq!(by_id[former]["restarted_as"], task["task_id"]);
        }
    }
}

/// The clock of tasks is ahead of the gateway's by what it was moved by.
fn check_clock(program: &Program, moved: u64) {
    let clocks = control(&program.host, "GET", "clock", "");
    let time = |name: &str| clocks[name]["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let ahead = time("world").duration_since(time("gateway"));
    assert!(ahead.as_secs().abs_diff(moved.try_into().unwrap()) <= 1, "{ahead:?} and not {moved} s");
}

#[test]
fn data_that_another_has_or_that_is_none_is_refused_with_a_reason() {
    let data = folder("refused");
    let first = Program::start(&data);
    let refused = |folder: &PathBuf| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_apsara")).args(["emulator", "--data"]).arg(folder).output().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let text = refused(&data);
    assert!(text.contains("another emulator uses the data in"), "{text}");
    drop(first);
    std::fs::write(data.join("emulator.redb"), "no database").unwrap();
    let text = refused(&data);
    assert!(text.contains("cannot be used: "), "{text}");
    std::fs::remove_dir_all(&data).unwrap();
}
