//! Rounds of a client in its own process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::bench::memory::most_resident;
use crate::run::{Failure, shown};

/// A program that answers each line with a line, until it is dropped.
#[derive(Debug)]
pub(super) struct Running {
    shown: String,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What a round was measured to cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Seconds per call, as one waits for them.
    pub(super) wall: f64,
    /// Seconds of the client's CPU per call.
    pub(super) cpu: f64,
    pub(super) allocations: f64,
    /// The most memory so far, in MiB.
    pub(super) memory: f64,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> Result<Self, Failure> {
        let shown = shown(command);
        // No proxy stands between a client and this machine.
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(name);
        }
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("a pipe is missing")?;
        Ok(Self { shown, child, input, output: BufReader::new(output) })
    }

    /// Reads one line of what the program prints.
    pub(super) fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(count) if count > 0 => Ok(line.trim().to_owned()),
            _ => Err(format!("`{}` ended; what it printed says why", self.shown)),
        }
    }

    /// Has so many calls made, so many at once.
    pub(super) fn round(&mut self, calls: usize, at_once: usize) -> Result<Measured, Failure> {
        let failed = |error: std::io::Error| format!("`{}`: {error}", self.shown);
        let input = self.input.as_mut().ok_or("a pipe is missing")?;
        writeln!(input, "{calls} {at_once}").and_then(|()| input.flush()).map_err(failed)?;
        let line = self.line()?;
        let told: Value = serde_json::from_str(&line).map_err(|error| format!("`{}`: {error}: {line}", self.shown))?;
        let number = |name: &str| {
            told[name].as_f64().ok_or_else(|| format!("`{}` told no number of {name}: {line}", self.shown))
        };
        let per_call = |name: &str| number(name).map(|value| value / calls as f64);
        let memory = most_resident(self.child.id()).ok_or("memory is measured on Linux only")?;
        Ok(Measured {
            wall: per_call("wall_ns")? / 1e9,
            cpu: per_call("cpu_ns")? / 1e9,
            allocations: per_call("allocations")?,
            memory: memory as f64 / 1024.0,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A program that has nothing more to read ends by itself; one that does not is ended.
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
