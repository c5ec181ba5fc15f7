//! `cargo xtask test --prove`: breaks one fact at a time and wants a test to turn red for each.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::str::FromStr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::run::{Failure, cargo, target};
use crate::{peers, scratch};

mod of_bodies;
mod of_builds;
mod of_bulk;
mod of_calls;
mod of_code;
mod of_concurrency;
mod of_control;
mod of_credentials;
mod of_crowds;
mod of_emulator;
mod of_explorer;
mod of_fleet;
mod of_fuzz;
mod of_gateway;
mod of_generator;
mod of_lean;
mod of_observers;
mod of_pages;
mod of_policy;
mod of_quota;
mod of_ram;
mod of_release;
mod of_runtime;
mod of_secrets;
mod of_soak;
mod of_terminal;
mod of_transport;

/// One fact, and how it is broken: a text of a file that stands there once, and what takes its place.
struct Break {
    /// What would then be true, as a sentence.
    lie: &'static str,
    file: &'static str,
    old: &'static str,
    new: &'static str,
    /// The package and the test target (`lib` or `bins` for unit tests) that must turn red.
    package: &'static str,
    target: &'static str,
}

/// Every fact, by what it is of.
const ALL: [(&str, &[Break]); 27] = [
    ("runtime", of_runtime::BREAKS),
    ("calls", of_calls::BREAKS),
    ("secrets", of_secrets::BREAKS),
    ("concurrency", of_concurrency::BREAKS),
    ("crowds", of_crowds::BREAKS),
    ("bodies", of_bodies::BREAKS),
    ("quota", of_quota::BREAKS),
    ("fleet", of_fleet::BREAKS),
    ("fuzz", of_fuzz::BREAKS),
    ("gateway", of_gateway::BREAKS),
    ("control", of_control::BREAKS),
    ("credentials", of_credentials::BREAKS),
    ("generator", of_generator::BREAKS),
    ("emulator", of_emulator::BREAKS),
    ("explorer", of_explorer::BREAKS),
    ("ram", of_ram::BREAKS),
    ("policy", of_policy::BREAKS),
    ("release", of_release::BREAKS),
    ("pages", of_pages::BREAKS),
    ("lean", of_lean::BREAKS),
    ("observers", of_observers::BREAKS),
    ("transport", of_transport::BREAKS),
    ("builds", of_builds::BREAKS),
    ("terminal", of_terminal::BREAKS),
    ("bulk", of_bulk::BREAKS),
    ("code", of_code::BREAKS),
    ("soak", of_soak::BREAKS),
];

/// One share of so many: the proof takes hours, which need not be those of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    number: usize,
    of: usize,
}

impl Share {
    /// Everything.
    pub(crate) const WHOLE: Self = Self { number: 0, of: 1 };
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match read {
            Some((number, of)) if number < of => Ok(Self { number, of }),
            _ => Err("a share is K/N, with K from 0 to N - 1, such as 3/20".to_owned()),
        }
    }
}

/// Breaks every fact of a share in a copy of the tree, or those of a part of that name, or whose sentence or file holds a text.
///
/// Each break must compile: a test that cannot be built proves nothing. Before the first, the untouched copy must be green.
pub(crate) fn run(only: &str, share: Share) -> Result<(), Failure> {
    let copy = scratch::copy("prove")?;
    let of_part = |(part, facts): &(&str, &'static [Break])| {
        let is_part = *part == only;
        facts.iter().filter(move |fact| is_part || fact.lie.contains(only) || fact.file.contains(only))
    };
    let meant: Vec<&Break> = ALL.iter().flat_map(of_part).skip(share.number).step_by(share.of).collect();
    let breaks = || meant.iter().copied();
    if meant.is_empty() {
        return Err(format!("no break is of `{only}` or holds it in its sentence or in the name of its file"));
    }
    if breaks().any(|fact| fact.target == "fleet") {
        peers::install_redis()?;
    }
    if breaks().any(|fact| fact.target == "explorer") {
        peers::install_browser()?;
        peers::lend_browser(&target().join("scratch-build"))?;
    }
    let mut targets: Vec<(&str, &str)> = breaks().map(|fact| (fact.package, fact.target)).collect();
    targets.sort_unstable();
    targets.dedup();
    for (package, target) in targets {
        if let Some(red) = red(&copy, package, target)? {
            return Err(format!("the tests `{target}` of {package} are red before anything is broken: {red}"));
        }
    }
    let mut survived = Vec::new();
    for fact in breaks() {
        let start = Instant::now();
        let path = copy.join(fact.file);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", fact.file))?;
        let places = text.matches(fact.old).count();
        if places != 1 {
            return Err(format!(
                "{}: `{}` stands there {places} times, not once; mend its entry in xtask/src/prove",
                fact.file, fact.old
            ));
        }
        write(&path, &text.replace(fact.old, fact.new))?;
        let red = red(&copy, fact.package, fact.target)?;
        write(&path, &text)?;
        let seconds = start.elapsed().as_secs_f64();
        let is = if red.is_some() { "red  " } else { "GREEN" };
        // That it is red for what was broken, whoever reads the names sees.
        println!(
            "{is} {seconds:>5.1} s  {}{}",
            fact.lie,
            red.as_ref().map(|by| format!("  [{by}]")).unwrap_or_default()
        );
        if red.is_none() {
            survived.push(format!("{} ({})", fact.lie, fact.file));
        }
    }
    let count = breaks().count();
    println!("{} of {count} breaks turned a test red", count - survived.len());
    if survived.is_empty() { Ok(()) } else { Err(format!("no test turned red when: {}", survived.join("; "))) }
}

/// Writes a file so that cargo sees that it changed, even within the resolution of the clock.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Builds a test target and runs it; returns what was red, if anything was. That it builds is not the question; that it does not is an
/// error.
fn red(copy: &Path, package: &str, test_target: &str) -> Result<Option<String>, Failure> {
    let mut arguments = vec!["test", "--quiet", "--package", package];
    match test_target {
        "lib" => arguments.push("--lib"),
        "bins" => arguments.push("--bins"),
        name => arguments.extend(["--test", name]),
    }
    if ["apsara-core", "apsara-policy"].contains(&package) {
        // Facts that a feature lets in are broken as well.
        arguments.push("--all-features");
    }
    let mut build = cargo(&[arguments.as_slice(), &["--no-run"]].concat());
    let output = output(build.current_dir(copy))?;
    if !output.status.success() {
        return Err(format!("{package} does not build:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut test = cargo(&arguments);
    if test_target == "bins" {
        // It would be red for each: what it looks for was changed.
        test.args(["--", "--skip", "what_every_break_changes_stands_once_in_its_file"]);
    }
    let Some(output) = output_within(test.current_dir(copy), LONGEST)? else {
        return Ok(Some(format!("no end within {LONGEST:?}")));
    };
    Ok((!output.status.success()).then(|| failed(&String::from_utf8_lossy(&output.stdout))))
}

/// How long the tests of a target may take; what is broken may have them wait for ever.
const LONGEST: Duration = Duration::from_secs(600);

/// Returns the first of the tests that failed, by what a test program printed, and how many more there are.
fn failed(told: &str) -> String {
    let list = told.rsplit_once("failures:\n").map_or("", |(_, list)| list);
    let names: Vec<&str> = list.lines().map_while(|line| line.strip_prefix("    ")).collect();
    match names.as_slice() {
        [] => "not by a test".to_owned(),
        [name] => (*name).to_owned(),
        [name, others @ ..] => format!("{name} and {} more", others.len()),
    }
}

fn output(command: &mut Command) -> Result<Output, Failure> {
    start(command)?.wait_with_output().map_err(|error| error.to_string())
}

/// Returns what a program printed; nothing if it was not at its end in time, and had to be killed.
fn output_within(command: &mut Command, time: Duration) -> Result<Option<Output>, Failure> {
    // What it starts must end with it, but for browsers, which have groups of their own.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let child = start(command)?;
    let group = format!("-{}", child.id());
    let (tell, ended) = mpsc::channel();
    let waiting = thread::spawn(move || tell.send(child.wait_with_output()));
    match ended.recv_timeout(time) {
        Ok(output) => output.map(Some).map_err(|error| error.to_string()),
        Err(_) => {
            // Whoever has ended meanwhile need not be killed.
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            drop(waiting.join());
            Ok(None)
        }
    }
}

fn start(command: &mut Command) -> Result<Child, Failure> {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env("CARGO_TARGET_DIR", target().join("scratch-build"))
        // What stands beside a clone does not stand beside the copy: tests that read it are to pass over it there.
        .env_remove("CI")
        .env("INSTA_UPDATE", "no")
        .env("CARGO_TERM_COLOR", "never")
        .spawn()
        .map_err(|error| format!("cargo cannot be started: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::run::root;

    #[test]
    fn what_every_break_changes_stands_once_in_its_file() {
        let places =
            |file: &str, old: &str| fs::read_to_string(root().join(file)).map(|text| text.matches(old).count());
        let stale =
            ALL.into_iter().flat_map(|(_, facts)| facts).filter(|fact| !matches!(places(fact.file, fact.old), Ok(1)));
        let stale: Vec<_> = stale.map(|fact| format!("{}: {}", fact.file, fact.lie)).collect();
        assert!(stale.is_empty(), "mend these in xtask/src/prove:\n{}", stale.join("\n"));
    }

    #[test]
    fn what_was_red_is_told_by_its_name() {
        let told =
            |names: &str| format!("..F\nfailures:\n\n---- a stdout ----\nfailures:\n{names}\ntest result: FAILED\n");
        assert_eq!(failed(&told("    a::b\n")), "a::b");
        assert_eq!(failed(&told("    a\n    b\n    c\n")), "a and 2 more");
        assert_eq!(failed("error: it was killed"), "not by a test");
    }

    #[cfg(unix)]
    #[test]
    fn what_hangs_is_killed_with_what_it_started() {
        let started = Instant::now();
        let hangs = output_within(Command::new("sh").args(["-c", "sleep 600 & wait"]), Duration::from_millis(200));
        assert!(hangs.unwrap().is_none() && started.elapsed() < Duration::from_secs(60));
        let ends = output_within(Command::new("echo").arg("x"), Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(ends.stdout, b"x\n");
    }

    #[test]
    fn a_share_is_one_of_so_many() {
        let read = |text: &str| text.parse::<Share>().map(|share| (share.number, share.of)).ok();
        assert_eq!([read("0/1"), read("19/20")], [Some((0, 1)), Some((19, 20))]);
        assert!(["20/20", "1/0", "1", "-1/2", ""].into_iter().all(|text| read(text).is_none()));
    }
}
