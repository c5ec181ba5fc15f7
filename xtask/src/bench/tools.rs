//! `cargo xtask bench tools`: what stands around the client, in one table: throughput, CPU, memory, and how they grow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{cli, cpu, explorer, memory, page};
use crate::run::{Failure, cargo, shown, succeed, target};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A folder of the portal's documents, which are not shipped; without it, there is no row for them.
    #[arg(long, value_name = "FOLDER")]
    corpus: Option<PathBuf>,
    /// How often each program of the terminal is run, and the explorer's page opened.
    #[arg(long, default_value_t = 30)]
    runs: u32,
    /// Write the table into docs.
    #[arg(long)]
    write: bool,
}

/// One line of the table. What has no figure is empty.
#[derive(Default)]
struct Row {
    what: String,
    of: String,
    seconds: Option<f64>,
    per_second: Option<f64>,
    /// CPU µs of each.
    cpu: Option<f64>,
    memory: Option<f64>,
}

/// A program that has run to its end.
struct Ran {
    wall: f64,
    cpu: f64,
    /// The most memory that it had, in MiB.
    memory: f64,
    printed: String,
}

/// Builds what is measured, runs it, and prints the table.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut build = cargo(&["build", "--quiet", "--release", "--package", "apsara-tests"]);
    succeed(build.args(["--bin", "bench_emulator", "--bin", "bulk"]))?;
    let mut rows = generator()?;
    if let Some(folder) = &args.corpus {
        rows.push(corpus(folder)?);
    }
    rows.extend(emulator()?);
    rows.extend(terminal(args.runs)?);
    rows.extend(pages(args.runs)?);
    rows.extend(bulk()?);
    let mut out =
        String::from("| what | of | seconds | per second | CPU µs of each | MiB |\n|---|---|---:|---:|---:|---:|\n");
    for row in &rows {
        let short = |value: Option<f64>| match value {
            None => "–".to_owned(),
            Some(value) if value < 0.1 => format!("{value:.4}"),
            Some(value) if value < 1.0 => format!("{value:.3}"),
            Some(value) if value < 100.0 => format!("{value:.1}"),
            Some(value) => page::thousands(value),
        };
        let [seconds, per_second, cpu, memory] = [row.seconds, row.per_second, row.cpu, row.memory].map(short);
        out += &format!("| {} | {} | {seconds} | {per_second} | {cpu} | {memory} |\n", row.what, row.of);
    }
    println!("{out}");
    if args.write { page::insert("tools", &out) } else { Ok(()) }
}

/// Generates the clients of Live, and of several products that are like it.
fn generator() -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for copies in ["1", "2", "4", "8"] {
        let ran = this_program(&["bench", "codegen", "--copies", copies])?;
        let operations = number(&ran.printed, "operations are generated")?;
        rows.push(row_of_generator("generator: Live, so many times over", operations, &ran));
    }
    Ok(rows)
}

/// Generates the clients of the portal's documents, some at a time.
fn corpus(folder: &Path) -> Result<Row, Failure> {
    let ran = this_program(&["corpus", &folder.display().to_string(), "--no-compile"])?;
    // The line of the sums: how many documents, how many operations in them, how many were generated.
    let sums = ran.printed.lines().find_map(|line| line.split_once(" documents ")).map(|(_, sums)| sums);
    let operations = sums.and_then(|sums| sums.split_whitespace().nth(1)).and_then(|sum| sum.parse().ok());
    let operations = operations.ok_or_else(|| format!("there is no sum of the documents: {}", ran.printed))?;
    Ok(row_of_generator("generator: the portal's documents, one by one", operations, &ran))
}

fn this_program(arguments: &[&str]) -> Result<Ran, Failure> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    measure(Command::new(this).args(arguments))
}

fn row_of_generator(what: &str, operations: f64, ran: &Ran) -> Row {
    Row {
        what: what.to_owned(),
        of: format!("{} operations", page::thousands(operations)),
        seconds: Some(ran.wall),
        per_second: Some(operations / ran.wall),
        cpu: Some(ran.cpu * 1e6 / operations),
        memory: Some(ran.memory),
    }
}

fn emulator() -> Result<Vec<Row>, Failure> {
    let program = target().join("release/bench_emulator");
    let ran = measure(&mut Command::new(&program))?;
    let start = |name: &str| -> Result<Row, Failure> {
        let seconds = Some(behind(&ran.printed, name)? / 1000.0);
        Ok(Row { what: format!("emulator: {name}"), of: "a start".to_owned(), seconds, ..Row::default() })
    };
    let call = |name: &str| -> Result<Row, Failure> {
        let cpu = behind(&ran.printed, name)?;
        let of = "a call, by CPU of the server".to_owned();
        Ok(Row { what: format!("emulator: {name}"), of, per_second: Some(1e6 / cpu), cpu: Some(cpu), ..Row::default() })
    };
    let mut rows = vec![start("started")?, start("first answer")?, call("unverified")?, call("verified")?];
    for calls in [10_000, 100_000, 400_000] {
        let mut command = Command::new(&program);
        command.args(["--memory", &calls.to_string()]).env("MALLOC_MMAP_THRESHOLD_", "131072");
        let ran = measure(&mut command)?;
        rows.push(Row {
            what: "emulator: calls one after another, by two callers".to_owned(),
            of: format!("{} calls", page::thousands(f64::from(calls) * 2.0)),
            seconds: Some(ran.wall),
            per_second: Some(f64::from(calls) * 2.0 / ran.wall),
            cpu: Some(ran.cpu * 1e6 / f64::from(calls) / 2.0),
            memory: Some(ran.memory),
        });
    }
    Ok(rows)
}

fn terminal(runs: u32) -> Result<Vec<Row>, Failure> {
    let programs = cli::measured(runs)?.into_iter();
    let rows = programs.map(|program| Row {
        what: format!("terminal: {}", program.name),
        of: "a start".to_owned(),
        seconds: Some(program.wall / 1000.0),
        cpu: Some(program.cpu * 1000.0),
        memory: program.memory,
        ..Row::default()
    });
    Ok(rows.collect())
}

/// Starts the explorer, and opens its page in a browser.
fn pages(runs: u32) -> Result<Vec<Row>, Failure> {
    let rows = explorer::measured(runs)?.into_iter().flat_map(|page| {
        let of = format!("{} operations", page::thousands(page.operations));
        let row = |what: &str, ms: f64| Row {
            what: format!("explorer: {what}"),
            of: of.clone(),
            seconds: Some(ms / 1000.0),
            ..Row::default()
        };
        let started = Row { memory: Some(page.resident), ..row("started", page.started) };
        let painted = [("first paint", page.first), ("all painted", page.largest), ("operation opened", page.opened)];
        std::iter::once(started).chain(painted.map(|(what, ms)| row(what, ms))).collect::<Vec<_>>()
    });
    Ok(rows.collect())
}

fn bulk() -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for lines in [10_000, 100_000, 1_000_000] {
        let ran = measure(Command::new(target().join("release/bulk")).args(["memory", &lines.to_string()]))?;
        rows.push(Row {
            what: "bulk: checked, called by nothing, resumed, results written".to_owned(),
            of: format!("{} lines", page::thousands(f64::from(lines))),
            seconds: Some(ran.wall),
            per_second: Some(f64::from(lines) / ran.wall),
            cpu: Some(ran.cpu * 1e6 / f64::from(lines)),
            memory: Some(ran.memory),
        });
    }
    Ok(rows)
}

/// Runs a program to its end, and looks again and again at the most memory that it has had.
fn measure(command: &mut Command) -> Result<Ran, Failure> {
    let failed = |error: std::io::Error| format!("`{}`: {error}", shown(command));
    let printed = target().join("scratch/bench-printed.txt");
    fs::create_dir_all(target().join("scratch")).map_err(failed)?;
    let file = fs::File::create(&printed).map_err(failed)?;
    let shown = shown(command);
    let (mut wall, mut memory) = (0.0, 0);
    let cpu = cpu::of(|| {
        let failed = |error: std::io::Error| format!("`{shown}`: {error}");
        let start = Instant::now();
        let mut child = command.stdout(Stdio::from(file)).spawn().map_err(failed)?;
        let status = loop {
            memory = memory.max(memory::most_resident(child.id()).unwrap_or(0));
            match child.try_wait().map_err(failed)? {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        wall = start.elapsed().as_secs_f64();
        if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})")) }
    })?;
    let printed = fs::read_to_string(&printed).map_err(|error| error.to_string())?;
    Ok(Ran { wall, cpu, memory: memory as f64 / 1024.0, printed })
}

/// Reads the number in front of some words of what a program printed.
fn number(printed: &str, words: &str) -> Result<f64, Failure> {
    let line = printed.lines().find(|line| line.contains(words));
    let before = line.and_then(|line| line.split(words).next()).and_then(|before| before.split_whitespace().last());
    before.and_then(|number| number.parse().ok()).ok_or_else(|| format!("there is no number of {words}: {printed}"))
}

/// Reads the number behind a name that a line begins with.
fn behind(printed: &str, name: &str) -> Result<f64, Failure> {
    let rest = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = rest.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.ok_or_else(|| format!("there is no number of {name}: {printed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_what_programs_print() {
        let printed = "15 rounds\nverified              81.5 (from 1 to 2)\n418 operations are generated\n";
        assert_eq!(behind(printed, "verified"), Ok(81.5));
        assert_eq!(number(printed, "operations are generated"), Ok(418.0));
        assert!(behind(printed, "unverified").is_err() && number(printed, "refusals").is_err());
    }
}
