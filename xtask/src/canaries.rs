//! `cargo xtask canaries`: a canary in the place of every secret, through every path, and what is seen of them.

use crate::run::{Failure, cargo, succeed};

/// Builds the terminal program, which is one of the paths, and runs the tests that look.
pub(crate) fn run() -> Result<(), Failure> {
    succeed(&mut cargo(&["build", "--quiet", "--package", "apsara-cli"]))?;
    succeed(&mut cargo(&["test", "--quiet", "--package", "apsara-tests", "--test", TARGET, "--", "--nocapture"]))
}

/// The test target, which needs the program.
pub(crate) const TARGET: &str = "canaries";
