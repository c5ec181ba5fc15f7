//! `cargo xtask demo`: the main job.

use std::process::Command;

use crate::generate;
use crate::run::{Failure, built, cargo, succeed};

/// Checks that the generated clients are those of the specs, then runs the program that uses them.
///
/// That program is not linked into this one: else a client that does not compile could not be generated anew.
pub(crate) fn run() -> Result<(), Failure> {
    generate::run(&generate::Args::check())?;
    succeed(&mut cargo(&["run", "--quiet", "--package", "apsara-tests", "--bin", "demo"]))
}

/// Runs that program alone, as it was built beside the tests.
pub(crate) fn sample() -> Result<(), Failure> {
    succeed(&mut Command::new(built("demo", "bulk")?))
}
