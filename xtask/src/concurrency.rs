//! `cargo xtask concurrency`: the sources of the quota and of the refresh of credentials, in every order that a scheduler draws.

use std::process::Command;

use crate::run::{Failure, built, drawn_seed, succeed};

/// How many executions, and by which seed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many executions of each of the two.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    executions: u64,
    /// What the orders follow from; else it is drawn, and printed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// Runs the program that does it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let (executions, seed) = (args.executions.to_string(), args.seed.unwrap_or_else(drawn_seed).to_string());
    succeed(Command::new(built("concurrency", "orders")?).args([executions, seed]))
}
