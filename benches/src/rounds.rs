//! A round: so many calls, so many at once, and what they cost. `cargo xtask bench calls` asks for one by a line.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

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

async fn many<C: Caller>(caller: &Arc<C>, calls: usize, at_once: usize) -> Result<(), Failure> {
    let begun = Arc::new(AtomicUsize::new(0));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (caller, begun) = (Arc::clone(caller), Arc::clone(&begun));
        lanes.spawn(async move {
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                caller.call().await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    Ok(())
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
        let begun = AtomicUsize::new(0);
        let lane = || {
            let mut call = make()?;
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                call()?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let lanes: Vec<_> = (0..at_once).map(|_| scope.spawn(lane)).collect();
            lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| Err("a thread panicked".into())))
        })
    })
}

/// Answers each line, `CALLS AT_ONCE`, with what the calls cost: nanoseconds, nanoseconds of CPU, and allocations (nothing unless they
/// are counted).
fn answer_lines(mut run: impl FnMut(usize, usize) -> Result<(), Failure>) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (calls, at_once) = line.split_once(' ').ok_or("a line is two numbers")?;
        let (calls, at_once) = (calls.parse()?, at_once.parse()?);
        let (start, before, counted) = (Instant::now(), cpu()?, INSTRUMENTED_SYSTEM.stats());
        run(calls, at_once)?;
        let after = cpu()?;
        let counts = INSTRUMENTED_SYSTEM.stats() - counted;
        let measured = serde_json::json!({
            "wall_ns": u64::try_from(start.elapsed().as_nanos())?,
            "cpu_ns": after - before,
            "allocations": counts.allocations + counts.reallocations,
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
