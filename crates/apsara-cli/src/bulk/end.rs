//! How a run ends: its results, what became of its lines, and the exit code.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write};
use std::path::Path;

use apsara_bulk::{BulkError, Counts, Ended, Run, Summary};

use super::{Options, failed, wrong_files};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, private, terminal};

/// How many lines are listed of which nobody knows what became.
const LISTED: usize = 1000;

/// Writes the results, says what became of the lines, and by the exit code whether somebody has to do something.
pub(super) fn tell(options: &Options, run: &mut Run, summary: &Summary) -> Result<(), Failure> {
    // Once more: what a link leads to may not have been there before.
    if let Some(problem) = wrong_files(options) {
        return Err(Failure::new(Exit::Failed, problem).with("outcome", summary.to_string()));
    }
    // What became of the lines is told even where nobody takes the results.
    let written = write_results(options, run);
    for (code, count) in written.iter().flatten() {
        // What the cloud calls an error is one line.
        terminal::tell(&format!("{count:>8} {}", terminal::in_one_line(code)));
    }
    terminal::tell(&summary.to_string());
    tell_unknown(run);
    let Counts { rejected, not_executed, unknown, due, skipped, .. } = summary.counts;
    let exit = match summary.ended {
        Ended::Drained | Ended::Stopped => Some(Exit::Interrupted),
        _ if unknown > 0 => Some(Exit::Unknown),
        _ if rejected > 0 => Some(Exit::Rejected),
        _ if not_executed + due > 0 => Some(Exit::NotSent),
        _ if skipped > 0 => Some(Exit::Invalid),
        _ => None,
    };
    let next = next(options);
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

/// Says why a run could not go on, and what is known of its lines by then. Nobody has the results, but the journal has them.
pub(super) fn broken_off(options: &Options, run: &Run, error: &BulkError) -> Failure {
    tell_unknown(run);
    let counts = run.counts();
    let exit = if counts.unknown > 0 { Exit::Unknown } else { Exit::Failed };
    Failure::new(exit, error.to_string()).with("outcome", counts.to_string()).with("to go on", next(options))
}

/// Lists the lines of which nobody knows what became.
fn tell_unknown(run: &Run) {
    if let Some(lines) = listed(run.unknown()) {
        terminal::tell(&format!(
            "look whether the calls of these lines were executed; --retry-unknown makes them again: {lines}"
        ));
    }
}

/// Lists lines, as many as somebody may look at; nothing where there is none.
fn listed(mut lines: impl Iterator<Item = u64>) -> Option<String> {
    let first: Vec<String> = lines.by_ref().take(LISTED).map(|line| line.to_string()).collect();
    let text = first.join(" ");
    match lines.count() {
        _ if first.is_empty() => None,
        0 => Some(text),
        more => Some(format!("{text}, and {more} more, which the journal names")),
    }
}

/// Returns how the run is gone on with.
fn next(options: &Options) -> String {
    format!("apsara bulk … --journal {} --resume", options.journal.display())
}

/// Writes the results; returns how many lines ended with each code.
fn write_results(options: &Options, run: &mut Run) -> Result<BTreeMap<String, u64>, Failure> {
    let mut written = |to: &mut dyn Write| run.results(to).map_err(|error| failed(&error));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_not_listed_are_counted() {
        let last = |count: u64| listed(1..=count).map(|text| text.split_at(text.rfind("998 ").unwrap()).1.to_owned());
        assert_eq!(listed(0..0), None);
        assert_eq!(listed([3, 5].into_iter()).as_deref(), Some("3 5"));
        assert_eq!(last(1000).as_deref(), Some("998 999 1000"));
        assert_eq!(last(1002).as_deref(), Some("998 999 1000, and 2 more, which the journal names"));
    }
}
