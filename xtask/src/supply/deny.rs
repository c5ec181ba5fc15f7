//! cargo-deny, in one version, which is installed below the target folder.

use std::fs;
use std::process::Command;

use crate::run::{Failure, cargo, root, succeed, target};

/// The last version that is known to read our deny.toml.
const VERSION: &str = "0.20.2";

/// Lets it look at licences, duplicates and sources; returns how many duplicates are allowed.
pub(super) fn check(advisories: bool) -> Result<usize, Failure> {
    let folder = target().join("tools");
    let program = folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let told = Command::new(&program).arg("--version").output();
    if !told.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).trim().ends_with(VERSION)) {
        println!("cargo-deny {VERSION} is installed to {}, which takes some minutes", folder.display());
        succeed(cargo(&["install", "cargo-deny", "--version", VERSION, "--locked", "--quiet", "--root"]).arg(&folder))?;
    }
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
