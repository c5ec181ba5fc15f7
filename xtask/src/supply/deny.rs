//! cargo-deny, in one version, which is installed below the target folder.

use std::fs;
use std::process::Command;

use crate::run::{Failure, installed, root, succeed};

/// The last version that is known to read our deny.toml.
const VERSION: &str = "0.20.2";

/// Lets it look at licences, duplicates and sources; returns how many duplicates are allowed.
pub(super) fn check(advisories: bool) -> Result<usize, Failure> {
    let program = installed("cargo-deny", VERSION)?;
    let mut deny = Command::new(&program);
    deny.current_dir(root()).args(["--offline", "--locked", "--log-level", "error", "check", "--hide-inclusion-graph"]);
    succeed(deny.args(["licenses", "bans", "sources"]))?;
    if advisories {
        let mut deny = Command::new(&program);
        deny.current_dir(root()).args(["--locked", "--log-level", "error", "check", "advisories"]);
        succeed(&mut deny)?;
    } else {
        println!("advisories: not asked; `cargo xtask supply --advisories` fetches them");
    }
    let path = root().join("deny.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.lines().filter(|line| line.trim_start().starts_with("{ crate = ")).count())
}
