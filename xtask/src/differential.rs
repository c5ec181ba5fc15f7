//! `cargo xtask differential`: random calls, serialized and signed by us and by the official Python functions.

use std::process::Command;

use crate::peers;
use crate::run::{Failure, built_for, succeed};

/// How many calls, and by which seed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many calls are compared.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    cases: u64,
    /// What all that is random follows from, but for nonces and times; else it is drawn, and printed.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Only this case, with what both sides send.
    #[arg(long, value_name = "CASE", requires = "seed")]
    case: Option<u64>,
}

/// Installs the official functions, and runs the program in the tests package that compares.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    peers::install_python()?;
    let seed = args.seed.unwrap_or_else(crate::run::drawn_seed);
    let (cases, seed) = (args.cases.to_string(), seed.to_string());
    let program = built_for("differential", args.cases)?;
    let mut command = Command::new(program);
    command.args([&cases, &seed]).args(args.case.map(|case| case.to_string()));
    succeed(&mut command)
}

/// What every test run does.
pub(crate) fn sample() -> Result<(), Failure> {
    run(&Args { cases: 2_000, seed: None, case: None })
}
