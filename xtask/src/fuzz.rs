//! `cargo xtask fuzz`: input of any kind for whatever reads what others wrote.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::run::{Failure, built, cargo, drawn_seed, root, succeed, target};

/// What is fuzzed, for how long, and by what.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each target is fuzzed, in seconds; its corpus is tried in any case.
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// The one target that is fuzzed; all of them unless set.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// What all that is random follows from; else it is drawn, and printed. libFuzzer takes its last 32 bits.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Runs one input again, and says whether it fails.
    #[arg(long, value_name = "FILE", requires = "target", conflicts_with_all = ["seconds", "seed", "engine"])]
    input: Option<PathBuf>,
    /// Which engine: the one of this workspace unless set, or libFuzzer, which sees which code an input reaches and needs a nightly
    /// toolchain and a C++ compiler.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    Libfuzzer,
    Stable,
}

/// How long each target is fuzzed with every test run, in seconds.
const SAMPLE: u64 = 4;

/// What one target came to.
struct Ended {
    executions: Option<u64>,
    failures: u64,
    seconds: f64,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if let (Some(input), Some(name)) = (&args.input, &args.target) {
        let input = std::path::absolute(input).map_err(|error| format!("{}: {error}", input.display()))?;
        let run = ["run", "--quiet", "--package", "apsara-fuzz", "--bin", "fuzz", "--", name, "--input"];
        return succeed(cargo(&run).arg(input));
    }
    let engine = args.engine.unwrap_or(Engine::Stable);
    if engine == Engine::Libfuzzer && !can_build_libfuzzer() {
        return Err("libFuzzer needs `rustup toolchain install nightly` and a C++ compiler, c++".to_owned());
    }
    fuzz(args, engine)
}

/// What every test run does: no nightly toolchain is needed.
pub(crate) fn sample() -> Result<(), Failure> {
    fuzz(&Args { seconds: SAMPLE, target: None, seed: None, input: None, engine: None }, Engine::Stable)
}

fn fuzz(args: &Args, engine: Engine) -> Result<(), Failure> {
    let targets = targets()?;
    let chosen: Vec<&String> =
        targets.iter().filter(|name| args.target.as_ref().is_none_or(|wanted| wanted == *name)).collect();
    if chosen.is_empty() {
        return Err(format!("there is no such target; there are {}", targets.join(", ")));
    }
    let seed = args.seed.unwrap_or_else(drawn_seed);
    let named = match engine {
        Engine::Libfuzzer => "libFuzzer, on nightly Rust",
        Engine::Stable => "the stable one, which changes the corpus at random",
    };
    println!("engine: {named}; seed {seed}; {} s for each target", args.seconds);
    let program = match engine {
        Engine::Libfuzzer => build_libfuzzer()?,
        Engine::Stable => built("fuzz", "corpus")?,
    };
    let folder = target().join("fuzz");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut all = Vec::new();
    for name in chosen {
        let start = Instant::now();
        let mut command = Command::new(&program);
        match engine {
            Engine::Stable => _ = command.args([name, &args.seconds.to_string(), &seed.to_string()]).arg(&folder),
            Engine::Libfuzzer => libfuzzer(&mut command, name, args.seconds, seed, &folder)?,
        }
        let (executions, failures) = one(&mut command, engine, name, &folder)?;
        all.push((name, Ended { executions, failures, seconds: start.elapsed().as_secs_f64() }));
    }
    println!("\n{:<14} {:>11} {:>9} {:>8}", "target", "executions", "failures", "seconds");
    for (name, Ended { executions, failures, seconds }) in &all {
        // What a crash has ended did not count.
        let executions = executions.map_or_else(|| "?".to_owned(), |count| count.to_string());
        println!("{name:<14} {executions:>11} {failures:>9} {seconds:>8.1}");
    }
    let executions: u64 = all.iter().filter_map(|(_, ended)| ended.executions).sum();
    let failures: u64 = all.iter().map(|(_, ended)| ended.failures).sum();
    println!("fuzz: {} targets, {executions} executions, {failures} failures; seed {seed}", all.len());
    if failures == 0 { Ok(()) } else { Err(format!("{failures} inputs fail; they are in {}", folder.display())) }
}

/// Returns the targets: each has a folder of inputs.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz/corpus");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(&folder).map_err(failed)?.collect();
    let mut names: Vec<String> =
        entries.map_err(failed)?.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// Fuzzes one target; returns how many inputs it took and how many failed.
fn one(
    command: &mut Command,
    engine: Engine,
    name: &str,
    folder: &std::path::Path,
) -> Result<(Option<u64>, u64), Failure> {
    println!("── {name}");
    let output = match engine {
        Engine::Stable => command.stderr(Stdio::inherit()).output(),
        Engine::Libfuzzer => command.output(),
    };
    let output = output.map_err(|error| format!("{} cannot be started: {error}", command.get_program().display()))?;
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    let number = |line: Option<&str>| line.and_then(|line| line.split_whitespace().find_map(|word| word.parse().ok()));
    let (executions, failures) = match engine {
        Engine::Stable => {
            told.lines().for_each(|line| println!("{line}"));
            let last = told.lines().last().and_then(|line| line.split_once(" executions, "));
            (number(last.map(|(count, _)| count)), number(last.map(|(_, count)| count)))
        }
        Engine::Libfuzzer => {
            let count = told.lines().find(|line| line.starts_with("stat::number_of_executed_units:"));
            if !output.status.success() {
                println!(
                    "{}",
                    told.lines().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
                );
            }
            (number(count), output.status.success().then_some(0))
        }
    };
    match (failures, output.status.success()) {
        (Some(failures), _) => return Ok((executions, failures)),
        (None, true) => return Err(format!("{name}: the program ended and did not say how many inputs failed")),
        (None, false) => {}
    }
    // The program was killed by its input, which stands in a file.
    let now = folder.join(format!("{name}.now"));
    if engine == Engine::Stable && now.exists() {
        let kept = folder.join(format!("{name}-killed"));
        fs::rename(&now, &kept).map_err(|error| format!("{}: {error}", now.display()))?;
        println!("{name}: the program ended with {}; its input is kept in {}", output.status, kept.display());
        println!("again:   cargo xtask fuzz --target {name} --input {}", kept.display());
    } else if let Some(kept) = told.lines().find_map(|line| line.split("Test unit written to ").nth(1)) {
        println!("again:   cargo xtask fuzz --target {name} --input {kept}");
    }
    Ok((executions, 1))
}

/// Returns whether there is a nightly toolchain, and a compiler for libFuzzer itself, which is C++.
fn can_build_libfuzzer() -> bool {
    let starts = |program: &str, arguments: &[&str]| {
        let ended = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        ended.is_ok_and(|status| status.success())
    };
    starts("rustup", &["run", "nightly", "cargo", "--version"]) && starts("c++", &["--version"])
}

/// Builds the targets with libFuzzer, and with what tells it which code is reached.
///
/// These are the options that `cargo fuzz build --sanitizer none` gives. No sanitizer is among them: no code of ours is unsafe.
fn build_libfuzzer() -> Result<PathBuf, Failure> {
    let flags = [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
        "-Ccodegen-units=1",
        "--cfg",
        "fuzzing",
    ];
    let host = host()?;
    let build = target().join("libfuzzer");
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo", "build", "--release", "--locked", "--quiet"])
        // With a target of its own, build scripts and macros are not watched.
        .args(["--target", &host, "--manifest-path"])
        .arg(root().join("fuzz/libfuzzer/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &build)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN");
    succeed(&mut command)?;
    Ok(build.join(host).join("release/apsara-libfuzzer"))
}

fn host() -> Result<String, Failure> {
    let output =
        Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc cannot be started: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say for which host it is".to_owned())
}

/// Lets libFuzzer fuzz a target. What it finds of use goes to a folder of ours, and is taken up with the next run.
fn libfuzzer(
    command: &mut Command,
    name: &str,
    seconds: u64,
    seed: u64,
    folder: &std::path::Path,
) -> Result<(), Failure> {
    let found = folder.join("found").join(name);
    fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
    command
        .env("APSARA_FUZZ_TARGET", name)
        .arg(format!("-max_total_time={seconds}"))
        // Nothing and null mean that one is drawn.
        .arg(format!("-seed={}", (seed & u64::from(u32::MAX)).max(1)))
        .args(["-print_final_stats=1", "-timeout=30", "-rss_limit_mb=4096", "-max_len=16384", "-detect_leaks=0"])
        .arg(format!("-artifact_prefix={}/{name}-", folder.display()))
        .arg(found)
        .arg(root().join("fuzz/corpus").join(name));
    Ok(())
}
