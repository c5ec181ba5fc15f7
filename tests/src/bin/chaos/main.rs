//! Many clients, every fault at random: what the clients were told must agree with what the emulator did, call by call.
//!
//! `cargo xtask chaos --calls N --seed S` starts it; with `--soak`, clients are processes that are killed, and the emulator and a Redis
//! server are too.

// It reports to a terminal.
#![allow(clippy::print_stdout)]

mod calls;
mod faults;
mod soak;
mod verdict;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apsara_emulator::{Emulator, Quotas};
use apsara_tests::relay_task;

use crate::calls::{Clients, Place, Told};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How many calls are under way at a time.
const IN_FLIGHT: usize = 64;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [calls, seed] => plain(calls.parse()?, seed.parse()?).await,
        ["soak", calls, seed] => soak::run(calls.parse()?, seed.parse()?).await,
        ["emulator", ref rest @ ..] => soak::emulator::run(rest).await,
        ["client", ref rest @ ..] => soak::client::run(rest).await,
        _ => Err("CALLS SEED, or soak CALLS SEED".into()),
    }
}

/// Lets the clients of one process meet every fault.
async fn plain(calls: usize, seed: u64) -> Result<ExitCode> {
    // No callbacks: nobody listens at the addresses that the calls name.
    let emulator = Emulator::builder().quota(Quotas::Off).fault_seed(seed).callbacks(false).start().await?;
    let task = running_task(&emulator).await?;
    faults::inject(&emulator);
    emulator.clear_ledger();

    let start = Instant::now();
    let told = run(&emulator, &task, calls, seed).await?;
    let seconds = start.elapsed().as_secs_f64();
    // A delayed call goes on after its caller gave up; nothing is delayed longer than this.
    tokio::time::sleep(faults::LONGEST_DELAY * 10).await;

    let report = emulator.with_ledger(|entries| verdict::compare(&told, entries));
    let injected = emulator.faults().injected();
    println!("seed {seed}: {calls} calls of {IN_FLIGHT} workers in {seconds:.1} s, {} requests", report.requests);
    let kinds: Vec<String> = injected.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("faults: {} ({})", injected.values().sum::<u64>(), kinds.join(", "));
    println!("{report}");
    let is_complete = calls < faults::ENOUGH || injected.len() == faults::KINDS;
    if !is_complete {
        println!("chaos: only {} of {} kinds of faults were met", injected.len(), faults::KINDS);
    }
    Ok(if report.differences.is_empty() && is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Creates a task that runs for as long as the chaos does.
async fn running_task(emulator: &Emulator) -> Result<String> {
    let live = apsara_tests::live(emulator);
    let created = relay_task(&live, emulator, "chaos").send().await?;
    emulator.clock().advance(Duration::from_secs(3700));
    Ok(created.task_id.unwrap_or_default())
}

/// Makes the calls, each with a number that the ledger finds it by.
async fn run(emulator: &Emulator, task: &str, calls: usize, seed: u64) -> Result<Vec<Told>> {
    let clients = Arc::new(Clients::new(&Place::new(emulator, task), None, seed)?);
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (clients, next) = (Arc::clone(&clients), Arc::clone(&next));
        workers.spawn(async move {
            let mut told = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= calls {
                    return told;
                }
                told.push(clients.call(number).await);
            }
        });
    }
    let mut told: Vec<Told> = workers.join_all().await.into_iter().flatten().collect();
    told.sort_by_key(|told| told.number);
    Ok(told)
}
