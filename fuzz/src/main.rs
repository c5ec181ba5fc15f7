//! The engine that needs nothing but stable Rust: `fuzz TARGET SECONDS SEED FOLDER`, or `fuzz TARGET --input FILE`.
//!
//! It changes the inputs of the corpus at random. The input that is under way stands in the file `TARGET.now` of the folder, so that it
//! is known even where the program is killed by it; those that fail are kept there. The last line it prints is the count of
//! executions and failures.

// It reports to a terminal.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use apsara_fuzz::{TARGETS, Target, corpus, failure, mutate};

/// How long one input may take, in seconds.
const LONGEST: u64 = 30;
/// How many different failures are kept.
const MOST_FAILURES: usize = 5;

/// How many inputs were begun, which the watch looks at.
static BEGUN: AtomicU64 = AtomicU64::new(0);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [name, rest @ ..] = words.as_slice() else { return Err("which target?".into()) };
    let target = TARGETS.iter().find(|target| target.name == *name);
    let target = target.ok_or_else(|| format!("there is no target {name}"))?;
    match rest {
        ["--input", file] => {
            let why = failure(target, &std::fs::read(file)?);
            println!("{name}: {}", why.as_deref().unwrap_or("no failure"));
            Ok(if why.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        [seconds, seed, folder] => {
            fuzz(target, Duration::from_secs(seconds.parse()?), seed.parse()?, Path::new(folder))
        }
        _ => Err("fuzz TARGET SECONDS SEED FOLDER".into()),
    }
}

fn fuzz(target: &Target, time: Duration, seed: u64, folder: &Path) -> Result<ExitCode> {
    std::fs::create_dir_all(folder)?;
    let now = folder.join(format!("{}.now", target.name));
    watch();
    let corpus: Vec<Vec<u8>> = corpus(target)?.into_iter().map(|(_, input)| input).collect();
    let mut run = Run { target, folder, now: &now, executions: 0, seen: BTreeSet::new() };
    for input in &corpus {
        run.try_one(input)?;
    }
    // What a server needs to start is not counted: it is done by now.
    let start = Instant::now();
    let mut rng = fastrand::Rng::with_seed(seed);
    // What came of the last changes is changed again now and then.
    let mut last = Vec::new();
    while start.elapsed() < time && run.seen.len() < MOST_FAILURES && !corpus.is_empty() {
        let one = if last.is_empty() || rng.u8(..4) > 0 { &corpus[rng.usize(..corpus.len())] } else { &last };
        last = mutate(one, &corpus[rng.usize(..corpus.len())], rng.u64(..));
        run.try_one(&last)?;
    }
    let _ = std::fs::remove_file(&now);
    println!("{} executions, {} failures", run.executions, run.seen.len());
    Ok(if run.seen.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Run<'a> {
    target: &'a Target,
    folder: &'a Path,
    now: &'a Path,
    executions: u64,
    /// The places of the failures.
    seen: BTreeSet<String>,
}

impl Run<'_> {
    fn try_one(&mut self, input: &[u8]) -> Result<()> {
        std::fs::write(self.now, input)?;
        BEGUN.fetch_add(1, Ordering::Relaxed);
        self.executions += 1;
        let Some(why) = failure(self.target, input) else { return Ok(()) };
        let place = why.split(": ").next().unwrap_or_default().to_owned();
        if self.seen.insert(place) {
            let file: PathBuf = self.folder.join(format!("{}-{}", self.target.name, self.executions));
            std::fs::write(&file, input)?;
            println!("failure: {why}");
            println!("it is kept in {}", file.display());
            println!("again:   cargo xtask fuzz --target {} --input {}", self.target.name, file.display());
        }
        Ok(())
    }
}

/// Ends the program where one input takes too long.
fn watch() {
    std::thread::spawn(|| {
        loop {
            let before = BEGUN.load(Ordering::Relaxed);
            std::thread::sleep(Duration::from_secs(LONGEST));
            if before > 0 && before == BEGUN.load(Ordering::Relaxed) {
                eprintln!("an input takes more than {LONGEST} s");
                std::process::abort();
            }
        }
    });
}
