//! How long the explorer's page takes, from the start of the program until there is something to be seen.

use std::process::Stdio;

use serde_json::Value;

use crate::run::{Failure, cargo};
use crate::{dist, peers};

/// How often.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often the program is started and its page opened, for each number of operations.
    #[arg(long, default_value_t = 15)]
    rounds: u32,
}

/// Prints medians.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    println!("operations  started ms  first paint ms  all painted ms  operation opened ms       MiB");
    for Page { operations, started, first, largest, opened, resident } in measured(args.rounds)? {
        println!("{operations:>10} {started:>11.1} {first:>15.1} {largest:>15.1} {opened:>20.1} {resident:>9.1}");
    }
    Ok(())
}

/// The medians of a page with so many operations: milliseconds until the program has printed its address, from there on until something
/// was painted and until everything was, and from a click until an operation's form was; and the most MiB that the program has had.
pub(super) struct Page {
    pub(super) operations: f64,
    pub(super) started: f64,
    pub(super) first: f64,
    pub(super) largest: f64,
    pub(super) opened: f64,
    pub(super) resident: f64,
}

/// Builds the terminal as it is handed out, and opens the page that it serves so many times.
pub(super) fn measured(rounds: u32) -> Result<Vec<Page>, Failure> {
    peers::install_browser()?;
    let terminal = dist::build()?;
    let run = ["run", "--quiet", "--release", "--package", "apsara-tests", "--bin", "bench_explorer", "--"];
    let mut command = cargo(&run);
    command.arg(&terminal).arg(rounds.to_string()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("bench_explorer cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("bench_explorer failed ({})", output.status));
    }
    String::from_utf8_lossy(&output.stdout).lines().map(page).collect()
}

/// Reads a line of what was printed.
fn page(line: &str) -> Result<Page, Failure> {
    let told: Value = serde_json::from_str(line).map_err(|error| format!("{line:?} cannot be read: {error}"))?;
    let figure = |name: &str| told[name].as_f64().ok_or_else(|| format!("there is no {name} in {line}"));
    Ok(Page {
        operations: figure("operations")?,
        started: figure("started")?,
        first: figure("first")?,
        largest: figure("largest")?,
        opened: figure("opened")?,
        resident: figure("resident")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_figure_is_told() {
        let line = r#"{"first":60,"largest":308.5,"opened":38.4,"operations":1263,"resident":19.8,"started":7.9}"#;
        assert_eq!(page(line).map(|page| (page.operations, page.largest)), Ok((1263.0, 308.5)));
        let failure = page(&line.replace("opened", "closed")).map(|page| page.opened);
        assert!(failure.as_ref().is_err_and(|told| told.contains("no opened")), "{failure:?}");
    }
}
