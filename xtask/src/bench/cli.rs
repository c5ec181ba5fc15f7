//! How long the terminal takes to start and to make one call, beside the official Python SDK.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::run::{Failure, root, target};
use crate::{dist, emulator, peers};

/// How often.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each program is run; they take turns.
    #[arg(long, default_value_t = 100)]
    runs: u32,
}

/// Prints medians.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let measured = measured(args.runs)?;
    println!("{:<18} {:>9} {:>9} {:>9}", "median", "wall ms", "CPU ms", "most MiB");
    for Program { name, wall, cpu, memory } in &measured {
        let memory = memory.map_or_else(|| "-".to_owned(), |memory| format!("{memory:.1}"));
        println!("{name:<18} {wall:>9.1} {cpu:>9.1} {memory:>9}");
    }
    let find = |name: &str| measured.iter().find(|program| program.name == name);
    if let (Some(ours), Some(sdk)) = (find("apsara, call"), find("python SDK, call")) {
        println!("the SDK's call takes {:.1} times the time", sdk.wall / ours.wall);
        if let (Some(ours), Some(sdk)) = (ours.memory, sdk.memory) {
            println!("and {:.1} times the memory", sdk / ours);
        }
    }
    Ok(())
}

/// The medians of one program: milliseconds as one waits for them and of CPU; and the most MiB of several runs.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) wall: f64,
    pub(super) cpu: f64,
    /// Nothing where it ended before it could be looked at: no program is as small as what the system shows of one that begins.
    pub(super) memory: Option<f64>,
}

/// The least MiB that a program can have.
const LEAST: f64 = 0.1;

/// Builds the terminal as it is handed out, starts an emulator, and runs every program so many times.
pub(super) fn measured(runs: u32) -> Result<Vec<Program>, Failure> {
    peers::install_python()?;
    let terminal = dist::build()?;
    let (_emulator, variables) = emulator::start(&terminal)?;
    let python = target().join("peers/python/bin/python");
    let call = root().join("tests/peers/one_call.py");
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    let terminal = terminal.display().to_string();
    let list = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];
    let commands = [
        ("nothing", words(&["true"])),
        ("apsara --version", words(&[&terminal, "--version"])),
        ("apsara, dry run", words(&[&[terminal.as_str()], &list[..], &["--dry-run"]].concat())),
        ("apsara, call", words(&[&[terminal.as_str()], &list[..]].concat())),
        ("python --version", words(&[&python.display().to_string(), "-c", ""])),
        ("python SDK, call", words(&[&python.display().to_string(), &call.display().to_string()])),
    ];
    let measured = measure(runs, &commands, &variables)?;
    let of = |name: &str, part: usize| measured[name][part].as_f64().unwrap_or_default();
    let programs = commands.iter().map(|(name, _)| Program {
        name,
        wall: of(name, 0),
        cpu: of(name, 1),
        memory: Some(of(name, 2) / 1024.0).filter(|memory| *memory >= LEAST),
    });
    Ok(programs.collect())
}

fn measure(runs: u32, commands: &[(&str, Vec<String>)], variables: &[(String, String)]) -> Result<Value, Failure> {
    let named: serde_json::Map<String, Value> =
        commands.iter().map(|(name, words)| ((*name).to_owned(), json!(words))).collect();
    let mut command = Command::new("python3");
    command.arg(root().join("tests/peers/measure.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.env("HOME", target()).envs(variables.iter().cloned());
    let failed = |error: std::io::Error| format!("python3 cannot measure: {error}");
    let mut child = command.spawn().map_err(failed)?;
    let wanted = json!({ "runs": runs, "commands": named }).to_string();
    child.stdin.take().ok_or("python3 has no input")?.write_all(wanted.as_bytes()).map_err(failed)?;
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("measuring failed ({})", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("what was measured cannot be read: {error}"))
}
