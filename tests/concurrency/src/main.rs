//! The quota and the refresh of credentials, with tasks that run, wait, give up and are dropped in every order that a scheduler draws.
//!
//! It runs the runtime's own sources, unchanged: [`lane`] and [`cache`] are the files of apsara-core. Their locks, their tasks and
//! their time are shuttle's and ours, so that an order that fails can be run again: shuttle prints the schedule, and this the seed.

// Whoever builds it as a test would build the sources' own tests too, which need the real library.
#![cfg(not(test))]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test says what it did, and fails by panicking")]
#![allow(dead_code, reason = "of the runtime's sources not everything is run here")]

// The runtime's sources say `std` and `tokio`, and find these.
extern crate apsara_concurrency as std;
extern crate self as tokio;

mod chance;
mod keys;
mod quota;
mod time;

pub use shuttle_tokio::{spawn, sync, task};

/// What the sources expect around them.
mod operation {
    pub(crate) use apsara_core::Quota;
}
mod transport {
    pub(crate) use apsara_core::transport::BoxFuture;
}
mod error {
    use std::sync::Arc;

    /// Stands for the runtime's error, which makes none of these public.
    #[derive(Debug)]
    pub(crate) struct Error(pub(crate) String);

    impl Error {
        pub(crate) fn config(message: impl Into<String>) -> Self {
            Self(message.into())
        }

        pub(crate) fn shared(error: &Arc<Self>, _place: impl Into<String>) -> Self {
            Self(error.0.clone())
        }
    }
}
use apsara_core::Credentials;
use apsara_core::pacing::PacingError;

#[path = "../../../crates/apsara-core/src/pacing/lane.rs"]
mod lane;

#[path = "../../../crates/apsara-core/src/credentials/cache.rs"]
mod cache;

/// How many steps an execution may have: one that has more is one in which somebody waits for ever.
const STEPS: usize = 1_000_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str| -> u64 {
        let text =
            arguments.next().unwrap_or_else(|| panic!("usage: concurrency EXECUTIONS SEED, and there is no {name}"));
        text.parse().unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let (executions, seed) = (number("EXECUTIONS"), number("SEED"));
    println!("seed {seed}");
    let mut config = shuttle::Config::new();
    // Weaker orderings than the strongest are taken for it, which is said here and not at each start.
    config.silence_warnings = true;
    config.max_steps = shuttle::MaxSteps::FailAfter(STEPS);
    let half = usize::try_from(executions / 2).unwrap();
    for (name, scenario) in [("quota", quota::scenario as fn()), ("refresh", keys::scenario)] {
        // Drawn at random all orders are likely alike; with few changes of the running task those that need several are found.
        let random = shuttle::scheduler::RandomScheduler::new_from_seed(seed, half);
        shuttle::Runner::new(random, config.clone()).run(scenario);
        let few = shuttle::scheduler::PctScheduler::new_from_seed(seed, 3, half);
        shuttle::Runner::new(few, config.clone()).run(scenario);
        println!("{name}: {} executions", 2 * half);
    }
    println!(
        "concurrency: {} executions, {} grants, {} keys issued, {} tasks dropped: 0 wrong",
        4 * half,
        quota::granted(),
        keys::issued(),
        chance::dropped()
    );
}
