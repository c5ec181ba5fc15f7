//! `cargo xtask chaos`: many clients, every fault at random, and the ledger that must agree with what they were told.

use std::process::Command;

use crate::peers;
use crate::run::{Failure, built_for, succeed};

/// How many calls, and by which seed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many calls are made.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    calls: u64,
    /// What all that is random follows from; else it is drawn, and printed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Let the clients be processes that are killed, the emulator crash and go on with its data, and Redis, which they share a quota
    /// by, be killed and come back.
    #[arg(long)]
    soak: bool,
}

/// Runs the program in the tests package that does it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let seed = args.seed.unwrap_or_else(crate::run::drawn_seed);
    let (calls, seed) = (args.calls.to_string(), seed.to_string());
    let program = built_for("chaos", args.calls)?;
    let mut command = Command::new(program);
    if args.soak {
        peers::install_redis()?;
        command.arg("soak");
    }
    succeed(command.args([calls, seed]))
}

/// What every test run does.
pub(crate) fn sample() -> Result<(), Failure> {
    run(&Args { calls: 20_000, seed: None, soak: false })
}

/// A short soak, which every test run does as well.
pub(crate) fn soak_sample() -> Result<(), Failure> {
    run(&Args { calls: 3_000, seed: None, soak: true })
}
