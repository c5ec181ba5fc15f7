//! `cargo xtask bulk`: runs of many restarts that are killed and resumed, and the memory that a run of a million lines takes.

use crate::run::{Failure, cargo, succeed};

/// How many tasks and kills, and by which seed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many tasks are restarted, by each set of rules.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    tasks: u64,
    /// How often the program is killed in each run.
    #[arg(long, value_name = "N", default_value_t = 20)]
    kills: u64,
    /// What all that is random follows from; else it is drawn, and printed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Measure the memory that so many lines take instead.
    #[arg(long, value_name = "LINES", conflicts_with_all = ["tasks", "kills", "seed"])]
    memory: Option<u64>,
}

/// Runs the program in the tests package that does it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let start = ["run", "--quiet", "--package", "apsara-tests", "--bin", "bulk", "--"];
    if let Some(lines) = args.memory {
        let lines = lines.to_string();
        return succeed(&mut cargo(&[&start[..], &["memory", &lines]].concat()));
    }
    let seed = args.seed.unwrap_or_else(crate::run::drawn_seed);
    let (tasks, kills, seed) = (args.tasks.to_string(), args.kills.to_string(), seed.to_string());
    succeed(&mut cargo(&[&start[..], &["kills", &tasks, &kills, &seed]].concat()))
}
