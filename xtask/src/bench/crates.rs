//! `cargo xtask bench crates`: what clients cost whoever compiles them, beside those of other clouds, and how large a program is that
//! makes one call.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{cpu, page};
use crate::run::{Failure, cargo, root, target};

/// What to do with the figures.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each crate is compiled; told are the medians.
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: usize,
    /// Write the tables into docs.
    #[arg(long)]
    write: bool,
}

/// A crate, the package of benches/crates that depends on it, and how its operations are counted.
struct Subject {
    name: &'static str,
    package: &'static str,
    operations: fn(&Path) -> Option<usize>,
}

const SUBJECTS: [Subject; 4] = [
    Subject { name: "apsara", package: "live", operations: ours },
    Subject { name: "aws-sdk-ivs", package: "ivs", operations: of_aws },
    Subject { name: "google-cloud-video-livestream-v1", package: "livestream", operations: of_google },
    Subject { name: "k8s-openapi", package: "kubernetes", operations: |_| None },
];

/// By how much the program that makes one call may be larger than the one on raw reqwest.
const MOST: f64 = 1.15;

/// The package, the program, and what it is; the first is the one that the others are compared with.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("one-call-reqwest", "one-call-reqwest", "one-call-reqwest: raw reqwest, a key of two variables"),
    ("one-call-hyper", "one-call-hyper", "one-call-hyper: Apsara on hyper-util, a key of two variables"),
    ("one-call-apsara", "one-call-apsara", "one-call-apsara: Apsara as it is by default, a key of two variables"),
    ("one-call-apsara", "one-call-from-env", "one-call-from-env: the same, and every place where credentials may be"),
];

/// Compiles everything, and prints what it took.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let metadata = metadata()?;
    // All that the crates depend on, so that only they themselves are compiled when it counts.
    let mut measured: Vec<[Vec<f64>; 2]> = Vec::new();
    for subject in &SUBJECTS {
        for arguments in commands(subject.package) {
            build(&arguments)?;
        }
        measured.push([Vec::new(), Vec::new()]);
    }
    for run in 0..args.runs.max(1) {
        eprintln!("run {} of {}", run + 1, args.runs.max(1));
        for (subject, measured) in SUBJECTS.iter().zip(&mut measured) {
            // `cargo clean` cleans one profile at a time.
            build(&["clean", "-p", subject.name])?;
            build(&["clean", "--release", "-p", subject.name])?;
            for (seconds, arguments) in measured.iter_mut().zip(commands(subject.package)) {
                seconds.push(cpu::of(|| build(&arguments))?);
            }
        }
    }
    let mut out = String::from(
        "| crate | version | operations | lines | per operation | check, CPU s | release, CPU s | release, CPU ms per operation | rlib, MB |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (subject, [check, release]) in SUBJECTS.iter().zip(measured) {
        let (version, source) = package(&metadata, subject.name)?;
        let operations = (subject.operations)(&source);
        let lines = lines(&source)?;
        let each =
            |value: f64| operations.map_or_else(|| "–".to_owned(), |count| format!("{:.0}", value / count as f64));
        let (check, release) = (median(check), median(release));
        out += &format!(
            "| {} | {version} | {} | {} | {} | {check:.1} | {release:.1} | {} | {:.1} |\n",
            subject.name,
            operations.map_or_else(|| "–".to_owned(), |count| count.to_string()),
            page::thousands(lines as f64),
            each(lines as f64),
            each(release * 1000.0),
            library(subject.name)? as f64 / 1e6
        );
    }
    out += &programs()?;
    println!("{out}");
    if args.write { page::insert("crates", &out) } else { Ok(()) }
}

/// The folder that the crates are built in.
fn built() -> PathBuf {
    target().join("bench-crates")
}

fn build(arguments: &[&str]) -> Result<(), Failure> {
    cpu::build_in(&root().join("benches/crates"), &built(), arguments)
}

fn commands(package: &str) -> [Vec<&str>; 2] {
    [vec!["check", "--locked", "-p", package], vec!["build", "--release", "--locked", "-p", package]]
}

/// Builds the programs that make one call, and compares their sizes to the one on raw reqwest.
fn programs() -> Result<String, Failure> {
    let mut out = String::from("\n| program, stripped | MB | to the one on raw reqwest |\n|---|---:|---:|\n");
    let mut raw = None;
    let mut reached = Vec::new();
    for (package, program, what) in PROGRAMS {
        build(&["build", "--release", "--locked", "-p", package])?;
        let path = built().join("release").join(program);
        let size = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len() as f64;
        let ratio = size / *raw.get_or_insert(size);
        out += &format!("| {what} | {:.2} | {ratio:.2} |\n", size / 1e6);
        reached.push(format!("{}: {}", program, if ratio <= MOST { "reached" } else { "**not reached**" }));
    }
    Ok(out + &format!("\nAt most {MOST} is wanted: {}.\n", reached[1..].join(", ")))
}

fn metadata() -> Result<Value, Failure> {
    let output =
        cargo(&["metadata", "--format-version", "1", "--locked"]).current_dir(root().join("benches/crates")).output();
    let output = output.map_err(|error| format!("cargo cannot be started: {error}"))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Finds the version of a package, and the folder of its source.
fn package(metadata: &Value, name: &str) -> Result<(String, PathBuf), Failure> {
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let package = packages.iter().find(|package| package["name"] == name);
    let package = package.ok_or_else(|| format!("benches/crates does not depend on {name}"))?;
    let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
    let source = manifest.parent().unwrap_or(Path::new(".")).join("src");
    Ok((package["version"].as_str().unwrap_or_default().to_owned(), source))
}

/// Counts our operations: each has a file of its own in the one product that is compiled.
fn ours(source: &Path) -> Option<usize> {
    let versions = fs::read_dir(source.join("generated/live")).ok()?.flatten();
    let requests = versions.filter(|version| version.path().is_dir()).map(|version| {
        let files = fs::read_dir(version.path()).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
        texts.map(|text| text.matches("impl rt::Request for ").count()).sum::<usize>()
    });
    Some(requests.sum())
}

/// Counts a module for each operation.
fn of_aws(source: &Path) -> Option<usize> {
    let files = fs::read_dir(source.join("operation")).ok()?.flatten();
    Some(files.filter(|file| file.path().extension().is_some_and(|it| it == "rs")).count())
}

/// Counts the client's methods that return a builder.
fn of_google(source: &Path) -> Option<usize> {
    let text = fs::read_to_string(source.join("client.rs")).ok()?;
    let mut rest = text.as_str();
    let mut count = 0;
    while let Some((_, behind)) = rest.split_once("pub fn ") {
        let head = behind.split_once('{').map_or(behind, |(head, _)| head);
        count += usize::from(head.contains("&self") && head.contains("builder::"));
        rest = behind;
    }
    Some(count)
}

/// Counts the lines of all files of a folder that are not empty; of ours, those of the one product.
fn lines(folder: &Path) -> Result<usize, Failure> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut count = 0;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_other_product = folder.ends_with("generated") && path.is_dir() && !path.ends_with("live");
        if path.is_dir() && !is_other_product {
            count += lines(&path)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).map_err(failed)?;
            count += text.lines().filter(|line| !line.trim().is_empty()).count();
        }
    }
    Ok(count)
}

/// Returns the bytes of a crate's library for release.
fn library(name: &str) -> Result<u64, Failure> {
    let deps = built().join("release/deps");
    let begin = format!("lib{}-", name.replace('-', "_"));
    let files = fs::read_dir(&deps).map_err(|error| format!("{}: {error}", deps.display()))?.flatten();
    let libraries = files.filter(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with(&begin) && name.ends_with(".rlib")
    });
    libraries
        .filter_map(|file| file.metadata().ok())
        .map(|meta| meta.len())
        .max()
        .ok_or(format!("{name} has no library"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
