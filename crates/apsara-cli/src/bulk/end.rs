//! How a run ends: its results, what became of its lines, and the exit code.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write};
use std::path::Path;

use apsara_bulk::{Counts, Ended, Run, Summary};

use super::{Options, failed, wrong_results};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, private, terminal};

/// Writes the results, says what became of the lines, and by the exit code whether somebody has to do something.
pub(super) fn tell(options: &Options, run: &Run, summary: &Summary) -> Result<(), Failure> {
    // Once more: what a link leads to may not have been there before.
    if let Some(problem) = wrong_results(options) {
        return Err(Failure::new(Exit::Failed, problem).with("outcome", summary.to_string()));
    }
    // What became of the lines is told even where nobody takes the results.
    let written = write_results(options);
    for (code, count) in written.iter().flatten() {
        // What the cloud calls an error is one line.
        terminal::tell(&format!("{count:>8} {}", terminal::in_one_line(code)));
    }
    terminal::tell(&summary.to_string());
    let unknown: Vec<String> = run.unknown().take(1000).map(|line| line.to_string()).collect();
    if !unknown.is_empty() {
        let lines = unknown.join(" ");
        terminal::tell(&format!(
            "look whether the calls of these lines were executed; --retry-unknown makes them again: {lines}"
        ));
    }
    let Counts { rejected, not_executed, unknown, due, skipped, .. } = summary.counts;
    let exit = match summary.ended {
        Ended::Drained | Ended::Stopped => Some(Exit::Interrupted),
        _ if unknown > 0 => Some(Exit::Unknown),
        _ if rejected > 0 => Some(Exit::Rejected),
        _ if not_executed + due > 0 => Some(Exit::NotSent),
        _ if skipped > 0 => Some(Exit::Invalid),
        _ => None,
    };
    let next = format!("apsara bulk … --journal {} --resume", options.journal.display());
    match (exit, written) {
        (None, Ok(_)) => Ok(()),
        // The journal has them, and a run that goes on makes no call again that was executed.
        (None, Err(failure)) => Err(failure.with("outcome", summary.to_string()).with("to write them", next)),
        (Some(exit), written) => {
            let failure = Failure::new(exit, "not every call was executed for certain").with("to go on", next);
            Err(failure.with_some("results", written.err().map(|unwritten| unwritten.to_string())))
        }
    }
}

/// Writes the results; returns how many lines ended with each code.
fn write_results(options: &Options) -> Result<BTreeMap<String, u64>, Failure> {
    let written = |to: &mut dyn Write| apsara_bulk::results(&options.journal, to).map_err(|error| failed(&error));
    match &options.results {
        Some(file) if file != Path::new("-") => private::replace(file, written),
        None if std::io::stdout().is_terminal() => written(&mut std::io::sink()),
        _ => written(&mut WhileRead),
    }
}

/// Writes to the standard output for as long as somebody reads it: who has seen enough has not made the run fail.
struct WhileRead;

impl Write for WhileRead {
    /// Writes JSON. It comes in whole lines, and what in them steers a terminal is escaped.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(std::io::Error::other)?;
        let written = std::io::stdout().write_all(output::escaped(text).as_bytes());
        output::while_read(written)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        output::while_read(std::io::stdout().flush())
    }
}
