//! `cargo xtask canaries`: a canary in the place of every secret, through every path, and what is seen of them.

use crate::run::{Failure, built, cargo, succeed};

/// Builds the terminal program, which is one of the paths, and runs the tests that look.
pub(crate) fn run() -> Result<(), Failure> {
    built("apsara", "calls")?;
    succeed(&mut cargo(&["test", "--quiet", "--workspace", "--test", TARGET, "--", "--nocapture"]))
}

/// The test target, which needs the program.
pub(crate) const TARGET: &str = "canaries";
