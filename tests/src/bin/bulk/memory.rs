//! How much memory a run of many lines takes, by an executor that does nothing.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use apsara::transport::BoxFuture;
use apsara_bulk::{Answer, Called, Executor, Failure, Input, Options, Problem, Run, Stop, check, results};
use apsara_tests::workspace;
use serde_json::{Value, json};

use crate::Result;

/// Answers every call at once.
struct Nothing;

impl Executor for Nothing {
    fn operation(&self) -> Called {
        Called::new("test", "2026-01-01", "DoNothing", "nowhere")
    }

    fn is_text(&self, _: &str) -> bool {
        true
    }

    fn check(&self, _: &Value) -> Vec<Problem> {
        Vec::new()
    }

    fn execute<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, std::result::Result<Answer, Failure>> {
        let response = json!({ "RequestId": "a05e6b15-15af-405b-a4a2-015224500000", "TaskId": "fb0d4ac7-c7e3-4978" });
        Box::pin(async { Ok(Answer { response, waited: Duration::ZERO }) })
    }
}

/// Runs so many lines: checks them, calls them, resumes what is complete, writes the results.
pub(crate) async fn run(lines: usize) -> Result<()> {
    let folder = workspace::scratch("bulk-memory");
    let (input, journal) = (folder.join("tasks.jsonl"), folder.join("run.journal"));
    let mut file = BufWriter::new(File::create(&input)?);
    for line in 0..lines {
        writeln!(file, "{{\"Region\": \"cn-shanghai\", \"TaskId\": \"6f869419-0692-4fd5-8cf0-{line:012}\"}}")?;
    }
    file.into_inner()?.sync_all()?;
    let (start, mut told) = (Instant::now(), Told::new());
    told.tell("before", start);
    let mut run = Run::create(check(Input::open(&input)?, &Nothing, &journal)?, &journal, &Nothing)?;
    told.tell("checked", start);
    let options = Options::default().in_flight(1024);
    let summary = run.go_on(Arc::new(Nothing), &options, &Stop::new(), |_| {}).await?;
    told.tell("called", start);
    if summary.counts.succeeded != lines as u64 {
        return Err(format!("{summary}").into());
    }
    drop(run);
    let run = Run::resume(check(Input::open(&input)?, &Nothing, &journal)?, &journal, &Nothing)?;
    if !run.counts().is_complete() {
        return Err(format!("after the resume: {}", run.counts()).into());
    }
    told.tell("resumed", start);
    results(&journal, &mut File::create(folder.join("results.jsonl"))?)?;
    told.tell("results", start);
    std::fs::remove_dir_all(&folder)?;
    println!("{lines} lines took {} MiB more at most than the program before them", told.most - told.first);
    // A copy of the lines in memory would be 70 MiB for a million.
    let allowed = 16 + lines as u64 / 50_000;
    if told.most - told.first > allowed { Err(format!("that is more than {allowed} MiB").into()) } else { Ok(()) }
}

struct Told {
    first: u64,
    most: u64,
}

impl Told {
    fn new() -> Self {
        Self { first: peak(), most: 0 }
    }

    fn tell(&mut self, what: &str, start: Instant) {
        self.most = peak();
        println!("{what:>8} {:>6.1} s {:>4} MiB", start.elapsed().as_secs_f64(), self.most);
    }
}

/// Returns the most memory that the program has had, in MiB, where the system tells it.
fn peak() -> u64 {
    apsara_tests::most_resident(std::process::id()).unwrap_or(0) / 1024
}
