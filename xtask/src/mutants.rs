//! `cargo xtask mutants`: the code that must not be wrong, changed in every way that cargo-mutants knows; a test must notice each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

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
    let (mut counts, mut known, mut unknown) = (BTreeMap::<String, usize>::new(), 0, Vec::new());
    let mut needless = Vec::new();
    for part in PARTS.iter().filter(wanted) {
        // What stands beside the code notices most, and takes a second; the rest is for what it does not notice and nobody has explained.
        let shard: Vec<&str> = args.shard.iter().flat_map(|shard| ["--shard", shard]).collect();
        let outcomes = tried(&program, part, args.jobs, &shard, "--lib")?;
        if args.shard.is_none() {
            needless.extend(explained_without_need(&explained, &outcomes));
        }
        let missed = counted(outcomes, &mut counts);
        let is_explained = |name: &String| explained.contains_key(&without_place(name));
        let (of_known, mut missed): (Vec<String>, Vec<String>) = missed.into_iter().partition(is_explained);
        known += of_known.len();
        if !missed.is_empty() {
            let only = format!("^({})$", missed.iter().map(|name| escaped(name)).collect::<Vec<_>>().join("|"));
            let mut again = tried(&program, part, args.jobs, &["--re", &only], "--tests")?;
            // Of some kinds, such as fields that are left out, it tries all, whatever it is asked for.
            again.retain(|outcome| missed.contains(&outcome.name));
            missed = counted(again, &mut counts);
        }
        unknown.extend(missed.iter().map(|name| without_place(name)));
    }
    unknown.iter().for_each(|name| println!("survived: {name}"));
    needless.iter().for_each(|name| println!("explained without need: {name}"));
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    println!(
        "mutants: {} noticed, {} too slow, {} that do not compile, {} explained, {} survived",
        count("CaughtMutant"),
        count("Timeout"),
        count("Unviable"),
        known,
        unknown.len()
    );
    match (unknown.len(), needless.len()) {
        (0, 0) => Ok(()),
        (0, lines) => Err(format!("{lines} lines of {EXPLAINED} explain what is noticed, or is no longer there")),
        (mutants, _) => Err(format!("no test notices {mutants} mutants")),
    }
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

/// What became of a mutant, as cargo-mutants calls it.
struct Outcome {
    name: String,
    summary: String,
}

/// Tries some mutants of a part by some of its tests.
fn tried(program: &Path, part: &Part, jobs: u32, which: &[&str], tests: &str) -> Result<Vec<Outcome>, Failure> {
    let out = target().join("mutants").join(part.name);
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut command = Command::new(program);
    forget_package(&mut command);
    command.current_dir(root()).args(["mutants", "--package", part.package, "--all-features", "--no-shuffle"]);
    command.args(["--colors", "never", "--jobs", &jobs.to_string(), "--output"]).arg(&out);
    // One file changes from one to the next, and nobody looks at them with a debugger.
    command.env("CARGO_INCREMENTAL", "1");
    for profile in ["DEV", "TEST"] {
        command.env(format!("CARGO_PROFILE_{profile}_DEBUG"), "0");
    }
    part.files.iter().for_each(|file| {
        command.args(["--file", file]);
    });
    // The tests that stand beside the code are no code.
    command.args(["--exclude", "*tests.rs"]).args(which).arg(format!("--cargo-arg={tests}"));
    // It fails where one survives, which is looked at below.
    let _ = succeed(&mut command);
    let meant = fs::read_to_string(out.join("mutants.out/mutants.json")).map_err(|error| error.to_string())?;
    let meant: Vec<Value> = serde_json::from_str(&meant).map_err(|error| error.to_string())?;
    read(&out.join("mutants.out/outcomes.json"), meant.len())
}

/// Reads what became of each. Fails where one was not tried, as none is if the tests are red before anything is changed.
fn read(path: &Path, meant: usize) -> Result<Vec<Outcome>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let told: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of_one = |told: &Value| {
        let name = text(&told["scenario"]["Mutant"]["name"])?;
        Some(Outcome { name, summary: text(&told["summary"]).unwrap_or_default() })
    };
    let outcomes: Vec<Outcome> = told["outcomes"].as_array().into_iter().flatten().filter_map(of_one).collect();
    if outcomes.len() == meant {
        Ok(outcomes)
    } else {
        Err(format!("{} of {meant} mutants were tried; what cargo-mutants printed says why", outcomes.len()))
    }
}

/// Counts what became of those that did not survive, and returns the names of those that did.
fn counted(outcomes: Vec<Outcome>, counts: &mut BTreeMap<String, usize>) -> Vec<String> {
    let (missed, others): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|it| it.summary == "MissedMutant");
    others.into_iter().for_each(|it| *counts.entry(it.summary).or_default() += 1);
    missed.into_iter().map(|it| it.name).collect()
}

/// Returns what is explained of files that were tried as a whole, although a test notices it or no mutant has that name.
fn explained_without_need(explained: &BTreeMap<String, String>, outcomes: &[Outcome]) -> Vec<String> {
    let file = |name: &str| name.split(':').next().unwrap_or(name).to_owned();
    let files: BTreeSet<String> = outcomes.iter().map(|it| file(&it.name)).collect();
    // One that was too slow was stopped, which says nothing of it.
    let in_doubt = |name: &String| {
        let of_name = |it: &&Outcome| without_place(&it.name) == *name;
        outcomes.iter().filter(of_name).any(|it| it.summary != "CaughtMutant")
    };
    explained.keys().filter(|name| files.contains(&file(name)) && !in_doubt(name)).cloned().collect()
}

/// Writes a text as a regular expression that it alone matches.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for it in text.chars() {
        // Other signs mean something behind a backslash.
        if r"\.+*?()|[]{}^$#&-~".contains(it) {
            out.push('\\');
        }
        out.push(it);
    }
    out
}

/// Returns `file: change in function` of `file:line:column: change in function`.
fn without_place(name: &str) -> String {
    let Some((place, change)) = name.split_once(": ") else { return name.to_owned() };
    format!("{}: {change}", place.split(':').next().unwrap_or(place))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mutant_is_known_by_its_file_and_what_it_changes() {
        let name = "crates/a/src/lane.rs:94:9: replace Log::try_grant -> Result<(), Instant> with Ok(())";
        assert_eq!(
            without_place(name),
            "crates/a/src/lane.rs: replace Log::try_grant -> Result<(), Instant> with Ok(())"
        );
        assert_eq!(escaped("a.rs:1:2: replace + with <T> in f"), r"a\.rs:1:2: replace \+ with <T> in f");
    }

    #[test]
    fn tests_that_are_red_beforehand_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outcomes.json");
        let of = |name: &str, summary: &str| json!({ "scenario": { "Mutant": { "name": name } }, "summary": summary });
        let baseline = json!({ "scenario": "Baseline", "summary": "Failure" });
        fs::write(&path, json!({ "outcomes": [baseline] }).to_string()).unwrap();
        let told = read(&path, 2).err().unwrap();
        assert!(told.starts_with("0 of 2 mutants were tried"), "{told}");
        let outcomes = [of("a.rs:1:1: one", "MissedMutant"), of("a.rs:2:1: two", "CaughtMutant")];
        fs::write(&path, json!({ "outcomes": outcomes }).to_string()).unwrap();
        let mut counts = BTreeMap::new();
        assert_eq!(counted(read(&path, 2).unwrap(), &mut counts), ["a.rs:1:1: one"]);
        assert_eq!(counts, BTreeMap::from([("CaughtMutant".to_owned(), 1)]));
    }

    #[test]
    fn what_is_explained_without_need_is_told() {
        let of = |name: &str, summary: &str| Outcome { name: name.to_owned(), summary: summary.to_owned() };
        let outcomes = [
            of("a.rs:1:1: missed", "MissedMutant"),
            of("a.rs:2:1: caught", "CaughtMutant"),
            of("a.rs:3:1: slow", "Timeout"),
            of("a.rs:4:1: twice", "CaughtMutant"),
            of("a.rs:5:1: twice", "MissedMutant"),
        ];
        let names =
            ["a.rs: missed", "a.rs: caught", "a.rs: slow", "a.rs: twice", "a.rs: gone", "b.rs: of another part"];
        let explained = names.map(|name| (name.to_owned(), "reason".to_owned())).into();
        assert_eq!(explained_without_need(&explained, &outcomes), ["a.rs: caught", "a.rs: gone"]);
    }
}
