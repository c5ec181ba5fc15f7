//! `cargo xtask semver`: what cargo-semver-checks says of every row of docs/evolution.md.

use crate::run::{Failure, cargo, exists, succeed};

/// Runs it; where it is not installed, says so and fails.
pub(crate) fn run() -> Result<(), Failure> {
    if !exists("cargo-semver-checks", "--version") {
        return Err(
            "nothing was checked: `cargo install cargo-semver-checks --locked` first, which takes some minutes"
                .to_owned(),
        );
    }
    let test = ["test", "--quiet", "--package", "apsara-tests", "--test", "evolution"];
    succeed(cargo(&test).args(["--", "--ignored", "--nocapture", "what_cargo_semver_checks_faults_is_breaking"]))
}
