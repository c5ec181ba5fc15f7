//! The CPU time that programs take, and what cargo takes of it for one crate.

use std::fs;
use std::path::Path;

use crate::run::{Failure, cargo, succeed};

/// Runs cargo in a folder.
pub(super) fn build_in(folder: &Path, target: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = cargo(arguments);
    command.arg("--quiet").current_dir(folder);
    succeed(command.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", target))
}

/// Returns the CPU seconds of the programs that something starts and waits for.
pub(super) fn of(run: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    let before = seconds()?;
    run()?;
    Ok(seconds()? - before)
}

/// Returns the CPU time, of user and system, of all programs that this one has waited for. Only Linux tells it without further ado.
fn seconds() -> Result<f64, Failure> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("CPU time is measured on Linux only: {error}"))?;
    // Behind the name, which may hold blanks, `cutime` and `cstime` are the 14th and the 15th field.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = fields.iter().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / TICKS_PER_SECOND)
}
