//! `cargo xtask mutants`: the code that must not be wrong, changed in every way that cargo-mutants knows; a test must notice each.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::run::{Failure, forget_package, installed, root, succeed, target};

/// The last version that was run.
const VERSION: &str = "27.1.0";

/// Which part, and how much of it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this part: signer, outcome, quota, journal or ram.
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// Only this share of each part, such as 0/8.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// How many are built and tried at a time.
    #[arg(long, value_name = "N", default_value_t = 2)]
    jobs: u32,
}

/// A part: its package, whose tests must notice, and its files.
struct Part {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
}

const PARTS: [Part; 5] = [
    Part { name: "signer", package: "apsara-core", files: &["crates/apsara-core/src/sign/*.rs"] },
    Part {
        name: "outcome",
        package: "apsara-core",
        files: &["crates/apsara-core/src/outcome.rs", "crates/apsara-core/src/error/service.rs"],
    },
    Part { name: "quota", package: "apsara-core", files: &["crates/apsara-core/src/pacing/**/*.rs"] },
    Part { name: "journal", package: "apsara-bulk", files: &["crates/apsara-bulk/src/journal/*.rs"] },
    Part { name: "ram", package: "apsara-emulator", files: &["crates/apsara-emulator/src/ram/*.rs"] },
];

/// Those that no test can notice, each with why: `name of the mutant | reason`.
const EXPLAINED: &str = "xtask/src/mutants.txt";

/// Tries them, and says of each that survived what it was.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let wanted = |part: &&Part| args.part.as_ref().is_none_or(|name| name == part.name);
    if !PARTS.iter().any(|part| wanted(&part)) {
        return Err(format!("there is no such part: {}", PARTS.map(|part| part.name).join(", ")));
    }
    let program = installed("cargo-mutants", VERSION)?;
    let explained = explained()?;
    let (mut counts, mut survived) = (BTreeMap::<String, usize>::new(), Vec::new());
    for part in PARTS.iter().filter(wanted) {
        let out = target().join("mutants").join(part.name);
        if out.exists() {
            fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        }
        fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        let mut command = std::process::Command::new(&program);
        forget_package(&mut command);
        command.current_dir(root()).args(["mutants", "--package", part.package, "--all-features", "--no-shuffle"]);
        command.args(["--colors", "never", "--jobs", &args.jobs.to_string(), "--output"]).arg(&out);
        // One file changes from one to the next, and nobody looks at them with a debugger.
        command.env("CARGO_INCREMENTAL", "1");
        for profile in ["DEV", "TEST"] {
            command.env(format!("CARGO_PROFILE_{profile}_DEBUG"), "0");
        }
        part.files.iter().for_each(|file| {
            command.args(["--file", file]);
        });
        // The tests that stand beside the code are no code.
        command.args(["--exclude", "*tests.rs"]);
        if let Some(shard) = &args.shard {
            command.args(["--shard", shard]);
        }
        // It fails where one survives, which is looked at below.
        let _ = succeed(command.args(["--", "--lib", "--tests"]));
        read(&out.join("mutants.out/outcomes.json"), &mut counts, &mut survived)?;
    }
    let (known, unknown): (Vec<String>, Vec<String>) =
        survived.into_iter().partition(|name| explained.contains_key(name));
    unknown.iter().for_each(|name| println!("survived: {name}"));
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    println!(
        "mutants: {} noticed, {} too slow, {} that do not compile, {} explained, {} survived",
        count("CaughtMutant"),
        count("Timeout"),
        count("Unviable"),
        known.len(),
        unknown.len()
    );
    if unknown.is_empty() { Ok(()) } else { Err(format!("no test notices {} mutants", unknown.len())) }
}

/// Reads why some of them cannot be noticed.
fn explained() -> Result<BTreeMap<String, String>, Failure> {
    let text = fs::read_to_string(root().join(EXPLAINED)).map_err(|error| format!("{EXPLAINED}: {error}"))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        let (name, reason) =
            line.split_once(" | ").ok_or(format!("{EXPLAINED}: `{line}` gives no reason behind ` | `"))?;
        Ok((name.to_owned(), reason.to_owned()))
    };
    lines.map(read).collect()
}

/// Counts what became of each, and collects those that no test noticed, without the lines and columns, which change.
fn read(
    path: &std::path::Path,
    counts: &mut BTreeMap<String, usize>,
    survived: &mut Vec<String>,
) -> Result<(), Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let outcomes: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    for outcome in outcomes["outcomes"].as_array().into_iter().flatten() {
        let Some(name) = outcome["scenario"]["Mutant"]["name"].as_str() else { continue };
        let summary = outcome["summary"].as_str().unwrap_or_default();
        *counts.entry(summary.to_owned()).or_default() += 1;
        if summary == "MissedMutant" {
            survived.push(without_place(name));
        }
    }
    Ok(())
}

/// Returns `file: change in function` of `file:line:column: change in function`.
fn without_place(name: &str) -> String {
    let Some((place, change)) = name.split_once(": ") else { return name.to_owned() };
    format!("{}: {change}", place.split(':').next().unwrap_or(place))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mutant_is_known_by_its_file_and_what_it_changes() {
        let name = "crates/a/src/lane.rs:94:9: replace Log::try_grant -> Result<(), Instant> with Ok(())";
        assert_eq!(
            super::without_place(name),
            "crates/a/src/lane.rs: replace Log::try_grant -> Result<(), Instant> with Ok(())"
        );
    }
}
