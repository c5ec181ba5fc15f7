//! An emulator in a process of its own, for commands that run programs against it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::run::Failure;

/// An emulator that ends with this.
pub(crate) struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts an emulator; returns it with the variables that lead to it.
pub(crate) fn start(terminal: &Path) -> Result<(Emulator, Vec<(String, String)>), Failure> {
    let mut command = Command::new(terminal);
    command.args(["emulator", "--quota", "off", "--no-callbacks"]).stdout(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("{}: {error}", terminal.display()))?;
    let mut emulator = Emulator(child);
    let stdout = emulator.0.stdout.take().ok_or("the emulator has no output")?;
    let exported = BufReader::new(stdout).lines().take(4).filter_map(|line| {
        let line = line.ok()?;
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let variables: Vec<(String, String)> = exported.collect();
    if variables.len() == 3 { Ok((emulator, variables)) } else { Err("the emulator did not start".to_owned()) }
}
