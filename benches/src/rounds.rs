//! A round: so many calls, so many at once, and what they cost. `cargo xtask bench calls` asks for one by a line.

use std::io::{BufRead as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use stats_alloc::INSTRUMENTED_SYSTEM;

use crate::Failure;

/// Makes one call, and looks at its answer.
pub trait Caller: Send + Sync + 'static {
    /// Makes one call.
    fn call(&self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Runs the rounds of an asynchronous client, on the runtime that `#[tokio::main]` makes: a worker for each CPU. The client is made within
/// the runtime, and every call is made by a task of it.
///
/// # Errors
///
/// Fails where the client cannot be made, and where a call fails.
pub fn on_tokio<C: Caller>(make: impl FnOnce() -> Result<C, Failure>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let caller = Arc::new(runtime.block_on(async { make() })?);
    answer_lines(|calls, at_once| runtime.block_on(many(&caller, calls, at_once)))
}

async fn many<C: Caller>(caller: &Arc<C>, calls: usize, at_once: usize) -> Result<Cost, Failure> {
    let round = Arc::new(Round::new(calls, at_once));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (caller, round) = (Arc::clone(caller), Arc::clone(&round));
        lanes.spawn(async move {
            while round.begins_another()? {
                caller.call().await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    round.cost()
}

/// Runs the rounds of a client that blocks, with a thread and a client for each call that is under way.
///
/// # Errors
///
/// Fails where a client cannot be made, and where a call fails.
pub fn on_many_threads<F: FnMut() -> Result<(), Failure>>(
    make: impl Fn() -> Result<F, Failure> + Sync,
) -> Result<(), Failure> {
    answer_lines(|calls, at_once| {
        let round = Round::new(calls, at_once);
        let lane = || {
            let mut call = make()?;
            while round.begins_another()? {
                call()?;
            }
            Ok::<(), Failure>(())
        };
        std::thread::scope(|scope| {
            let lanes: Vec<_> = (0..at_once).map(|_| scope.spawn(lane)).collect();
            lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| Err("a thread panicked".into())))
        })?;
        round.cost()
    })
}

/// A round while it runs. What is measured begins when as many calls have begun as there are lanes, which is when nearly all of them run,
/// and ends when so many more have begun: to start and to end ten thousand lanes is no part of what a call costs.
struct Round {
    begun: AtomicUsize,
    first: usize,
    last: usize,
    start: OnceLock<Mark>,
    end: OnceLock<Mark>,
}

/// What a process has used up.
struct Mark {
    time: Instant,
    cpu: i64,
    allocations: usize,
}

/// What the calls of a round cost together.
struct Cost {
    time: Duration,
    cpu: i64,
    allocations: usize,
}

impl Round {
    fn new(calls: usize, at_once: usize) -> Self {
        let begun = AtomicUsize::new(0);
        Self { begun, first: at_once, last: at_once + calls, start: OnceLock::new(), end: OnceLock::new() }
    }

    /// Counts a call that a lane is about to make; returns whether it is to be made.
    fn begins_another(&self) -> Result<bool, Failure> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        if number == self.first {
            // Each number is counted once.
            let _ = self.start.set(Mark::now()?);
        }
        if number == self.last {
            let _ = self.end.set(Mark::now()?);
        }
        Ok(number < self.last)
    }

    fn cost(&self) -> Result<Cost, Failure> {
        let (Some(start), Some(end)) = (self.start.get(), self.end.get()) else { return Err("no round was run".into()) };
        Ok(Cost {
            time: end.time - start.time,
            cpu: end.cpu - start.cpu,
            allocations: end.allocations - start.allocations,
        })
    }
}

impl Mark {
    fn now() -> Result<Self, Failure> {
        let counted = INSTRUMENTED_SYSTEM.stats();
        Ok(Self { time: Instant::now(), cpu: cpu()?, allocations: counted.allocations + counted.reallocations })
    }
}

/// Answers each line, `CALLS AT_ONCE`, with what the calls cost: nanoseconds, nanoseconds of CPU, and allocations (nothing unless they
/// are counted).
fn answer_lines(mut run: impl FnMut(usize, usize) -> Result<Cost, Failure>) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (calls, at_once) = line.split_once(' ').ok_or("a line is two numbers")?;
        let (calls, at_once) = (calls.parse()?, at_once.parse()?);
        let cost = run(calls, at_once)?;
        let measured = serde_json::json!({
            "wall_ns": u64::try_from(cost.time.as_nanos())?,
            "cpu_ns": cost.cpu,
            "allocations": cost.allocations,
        });
        println!("{measured}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Returns the nanoseconds that this process has computed, for itself and in the kernel.
fn cpu() -> Result<i64, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let nanoseconds = |time: TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) * 1000;
    Ok(nanoseconds(usage.user_time()) + nanoseconds(usage.system_time()))
}
