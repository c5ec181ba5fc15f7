//! `cargo xtask test`: every step, and a table of what each took.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::run::{Failure, cargo, exists, root, succeed};
use crate::{canaries, chaos, corpus, demo, differential, fuzz, generate, package, peers, prove, release, supply};

/// What to run. Without a flag: everything that must pass before a change lands, in less than half an hour on 2 cores, built from nothing.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what needs no network and nothing installed: a few minutes, once everything is built.
    #[arg(long, conflicts_with_all = ["full", "prove", "peers"])]
    quick: bool,
    /// Everything, and the proof as well.
    #[arg(long)]
    full: bool,
    /// Only the proof: break one fact after another, and see a test turn red for each.
    #[arg(long, conflicts_with_all = ["full", "peers"])]
    prove: bool,
    /// Of the proof only the breaks of the part of this name, such as calls (xtask/src/prove/of_calls.rs), and those that hold this text in
    /// their sentence or in the name of their file.
    #[arg(long, value_name = "TEXT", requires = "prove")]
    only: Option<String>,
    /// Of the proof only one share of so many, such as 3/20.
    #[arg(long, value_name = "K/N", requires = "prove")]
    share: Option<prove::Share>,
    /// Only the official SDKs of other languages: install them, and let them call the emulator.
    #[arg(long, conflicts_with = "full")]
    peers: bool,
}

/// The tests that have cargo build something.
const BUILDING: [&str; 5] = ["code", "downstream", "drop_in", "elsewhere", "evolution"];

/// Those that mostly run programs in other languages. Where they build something too, cargo has them take turns with the others.
const WAITING: [&str; 2] = ["peers", "wire"];

/// Those that need a browser.
const BROWSER: &str = "explorer";

/// Those that need a Redis server. They mostly wait, so they do it together.
const FLEET: &str = "fleet";

type Step = (&'static str, fn() -> Result<(), Failure>);

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.only.is_some() || args.share.is_some() {
        return prove::run(args.only.as_deref().unwrap_or_default(), args.share.unwrap_or(prove::Share::WHOLE));
    }
    let quick: [Step; 8] = [
        ("format", format),
        ("generated", || generate::run(&generate::Args::check())),
        ("release notes", || release::run(&release::Args::check())),
        ("lint", || {
            succeed(&mut cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--quiet",
                "--",
                "--deny",
                "warnings",
            ]))
        }),
        ("test", fast_tests),
        ("demo", demo::sample),
        ("doc test", || succeed(&mut tests(cargo(&["test", "--workspace", "--doc", "--quiet"])))),
        ("documentation", documentation),
    ];
    let more: [Step; 9] = [
        ("canaries, fuzz", || at_once([canaries::run, fuzz::sample])),
        ("chaos", chaos::sample),
        ("what tests need: installed", installed),
        ("chaos: a short soak", chaos::soak_sample),
        ("fleet, differential: a sample", || at_once([fleet_tests, differential::sample])),
        ("peers, explorer, other crates", || {
            at_once([|| slow_tests(&BUILDING), || slow_tests(&WAITING).and_then(|()| slow_tests(&[BROWSER]))])
        }),
        ("supply", supply::cheap),
        ("packages", package::run),
        ("corpus: a sample", corpus::sample),
    ];
    let only_peers: [Step; 2] = [("peers: install", peers::install), ("peers", || slow_tests(&["peers"]))];
    let proof: [Step; 1] = [("proof", || prove::run("", prove::Share::WHOLE))];
    let mut steps: Vec<Step> = Vec::new();
    if args.peers {
        steps.extend(only_peers);
    } else if !args.prove {
        steps.extend(quick);
        if !args.quick {
            peers::look()?;
            begin_to_install();
            steps.extend(more);
        }
    }
    if args.full || args.prove {
        steps.extend(proof);
    }
    let mut table: Vec<(&str, Duration)> = Vec::new();
    for (name, step) in steps {
        eprintln!("── {name}");
        let start = Instant::now();
        let result = step().and_then(|()| installed_so_far());
        table.push((name, start.elapsed()));
        if let Err(failure) = result {
            // What is half installed would be in the way of the next run.
            let _ = installed();
            print_table(&table);
            println!("\nsteps: {} passed, 1 failed", table.len() - 1);
            return Err(format!("step `{name}` is red: {failure}"));
        }
    }
    print_table(&table);
    println!("\nsteps: {} passed, 0 failed", table.len());
    Ok(())
}

/// What installs the programs that steps need. It mostly waits for others, so it does that beside the first steps.
static INSTALLING: Mutex<Option<JoinHandle<Result<(), Failure>>>> = Mutex::new(None);

fn begin_to_install() {
    let all = || peers::install().and_then(|()| peers::install_redis()).and_then(|()| peers::install_browser());
    *INSTALLING.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::spawn(all));
}

/// Fails if something could not be installed: at the end of the step in which that is known.
fn installed_so_far() -> Result<(), Failure> {
    let installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let is_over = installing.as_ref().is_some_and(JoinHandle::is_finished);
    drop(installing);
    if is_over { installed() } else { Ok(()) }
}

/// Waits until everything is installed.
fn installed() -> Result<(), Failure> {
    let installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner).take();
    let ended =
        installing.map(|installing| installing.join().unwrap_or_else(|_| Err("installing panicked".to_owned())));
    ended.unwrap_or(Ok(()))
}

/// Takes steps at once that leave a CPU to others for most of their time. What they print is mixed; what is red says its name.
fn at_once<const N: usize>(steps: [fn() -> Result<(), Failure>; N]) -> Result<(), Failure> {
    let results = std::thread::scope(|scope| {
        let running = steps.map(|step| scope.spawn(step));
        running.map(|step| step.join().unwrap_or_else(|_| Err("a step panicked".to_owned())))
    });
    let failures: Vec<Failure> = results.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

fn print_table(table: &[(&str, Duration)]) {
    println!("\n{:<30} seconds", "step");
    for (name, took) in table {
        println!("{name:<30} {:>7.1}", took.as_secs_f64());
    }
    let sum: Duration = table.iter().map(|(_, took)| *took).sum();
    println!("{:<30} {:>7.1}", "sum", sum.as_secs_f64());
}

/// Sets what every test run has in common: snapshots are compared, never written.
fn tests(mut command: Command) -> Command {
    command.env("INSTA_UPDATE", "no");
    command
}

fn format() -> Result<(), Failure> {
    succeed(&mut cargo(&["fmt", "--all", "--check"]))?;
    // It is no member.
    let files = ["build.rs", "src/main.rs"].map(|name| root().join(package::CONSUMER).join(name));
    succeed(Command::new("rustfmt").args(["--check", "--edition", "2024", "--config-path"]).arg(root()).args(files))
}

fn fast_tests() -> Result<(), Failure> {
    if exists("cargo", "nextest") {
        let filter = left_out().map(|name| format!("not binary(={name})")).collect::<Vec<_>>().join(" and ");
        return succeed(&mut tests(cargo(&["nextest", "run", "--workspace", "--filterset", &filter])));
    }
    // Without nextest a test target can only be left out by naming the others.
    let mut command = tests(cargo(&["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]));
    for target in test_targets()?.iter().filter(|target| left_out().all(|name| name != target.as_str())) {
        command.args(["--test", target]);
    }
    succeed(&mut command)
}

/// The test targets that have steps of their own.
fn left_out() -> impl Iterator<Item = &'static str> {
    BUILDING.into_iter().chain(WAITING).chain([FLEET, BROWSER, canaries::TARGET])
}

/// Returns the names of the workspace's test targets, as cargo finds them.
fn test_targets() -> Result<Vec<String>, Failure> {
    let packages = package::of_the_workspace()?;
    let targets = packages.iter().flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests = targets.filter(|target| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"test".into())));
    let mut names: Vec<String> = tests.filter_map(|target| target["name"].as_str()).map(str::to_owned).collect();
    names.sort();
    // Packages may have targets of the same name; they are run together.
    names.dedup();
    Ok(names)
}

fn fleet_tests() -> Result<(), Failure> {
    succeed(&mut tests(cargo(&["test", "--workspace", "--test", FLEET])))
}

fn slow_tests(names: &[&str]) -> Result<(), Failure> {
    // As for all other tests the whole workspace is chosen, lest every crate is built once more with fewer features.
    let mut arguments = vec!["test", "--workspace"];
    for name in names {
        arguments.extend(["--test", name]);
    }
    arguments.extend(["--", "--nocapture", "--test-threads", "1"]);
    succeed(&mut tests(cargo(&arguments)))
}

/// Documents the libraries. That examples are as well, of which there are none, has cargo choose the features that tests and lints have:
/// nothing is compiled once more.
fn documentation() -> Result<(), Failure> {
    let mut command = cargo(&["doc", "--workspace", "--all-features", "--no-deps", "--lib", "--examples", "--quiet"]);
    succeed(command.env("RUSTDOCFLAGS", "--deny warnings"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn this_program_and_all_tests_have_one_generator() {
        let tree = |chosen: &[&str]| {
            let mut command = cargo(&["tree", "--offline", "--prefix", "none", "--no-dedupe", "--format", "{p} {f}"]);
            let output = command.args(chosen).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let told = String::from_utf8(output.stdout).unwrap();
            told.lines().map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let here = tree(&["--package", "xtask", "--edges", "normal,build"]);
        let everywhere = tree(&["--workspace", "--edges", "normal,build,dev"]);
        let others: Vec<_> = here.difference(&everywhere).collect();
        assert!(others.is_empty(), "with other features than in the workspace, and so built twice: {others:#?}");
    }

    #[test]
    fn every_file_below_every_members_tests_is_a_target() {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let (_, members) = manifest.split_once("members = [").unwrap();
        let members = members.split_once(']').unwrap().0.split('"').skip(1).step_by(2);
        let mut there = BTreeSet::new();
        for entry in members.filter_map(|member| fs::read_dir(root().join(member).join("tests")).ok()).flatten() {
            let path = entry.unwrap().path();
            // A target is a file, or a folder with a main.rs.
            if path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").exists() {
                there.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
        assert_eq!(test_targets().unwrap(), there.iter().cloned().collect::<Vec<_>>());
        for named in ["predicates", "runs"] {
            assert!(there.contains(named), "{named} is not run");
        }
    }
}
