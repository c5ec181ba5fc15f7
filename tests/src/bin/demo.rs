//! The main job, step by step: what `cargo xtask demo` shows.

// A demonstration prints.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use apsara::live::{self, RestartLivePullToPushError};
use apsara::{Config, Credentials, Error, Outcome};
use apsara_emulator::{Clock, Emulator};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let emulator = Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z")?).start().await?;
    println!("\nemulator   {} verifies signatures; its clock stands at 2026-01-01T00:00:00Z", emulator.url());
    let credentials = Credentials::new(emulator.access_key_id(), emulator.access_key_secret())?;
    let config = Config::builder().credentials(credentials).endpoint(emulator.url()).build()?;
    let live = live::Client::new(&config);

    let start = Instant::now();
    let created = live
        .create_live_pull_to_push()
        .region("cn-shanghai")
        .task_name("demo")
        .start_time("2026-01-01T01:00:00Z")
        .end_time("2026-01-02T00:00:00Z")
        .source_type("live")
        .source_protocol("rtmp")
        .source_urls(["rtmp://pull.example.com/app/demo"])
        .dst_url("rtmp://push.example.com/app/demo")
        .send()
        .await?;
    let task = created.task_id.ok_or("the answer has no TaskId")?;
    step("create", &format!("task {task}, to start at 01:00"), &created.request_id, start);

    let start = Instant::now();
    let error = live.restart_live_pull_to_push().region("cn-shanghai").task_id(&task).send().await;
    let error = error.err().ok_or("a task was restarted before its start time")?;
    typed(&error, "restart", start);

    emulator.clock().advance(Duration::from_secs(3600));
    println!("clock      moved by an hour, to the task's start time");

    let start = Instant::now();
    let restarted = live.restart_live_pull_to_push().region("cn-shanghai").task_id(&task).send().await?;
    let new_task = restarted.task_id.ok_or("the answer has no TaskId")?;
    step("restart", &format!("task {task} goes on as {new_task}"), &restarted.request_id, start);

    let start = Instant::now();
    let described = live.describe_live_pull_to_push().region("cn-shanghai").task_id(&new_task).send().await?;
    let status = described.task_status.ok_or("the answer has no TaskStatus")?;
    step("describe", &format!("task {new_task} has status {status}, which is running"), &described.request_id, start);

    let start = Instant::now();
    let error = live.restart_live_pull_to_push().region("cn-shanghai").task_id("no-such-task").send().await;
    let error = error.err().ok_or("a task that does not exist was restarted")?;
    typed(&error, "restart", start);

    if status != 1 || error.code() != Some(RestartLivePullToPushError::CodeTaskNotExist) {
        return Err("the main job did not come to its end".into());
    }
    println!("\n{} calls reached the emulator; all of them were signed and verified.", emulator.ledger().len());
    Ok(())
}

fn step(name: &str, what: &str, request_id: &str, start: Instant) {
    println!("{name:<10} {what}");
    println!("           request {request_id}, {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
}

/// Shows how an error is told apart: by its code, which is an enum, and by what became of the call.
fn typed(error: &Error, name: &str, start: Instant) {
    let what = match error.code::<RestartLivePullToPushError>() {
        Some(code) => format!("refused with {code:?}"),
        None => "refused".to_owned(),
    };
    let outcome = match error.outcome() {
        Outcome::Rejected => "rejected, so nothing was interrupted",
        Outcome::NotSent => "not sent",
        Outcome::Executed => "executed",
        _ => "unknown",
    };
    let message = error.service().map_or("", |service| service.message());
    println!("{name:<10} {what}: {message}");
    println!("           outcome: {outcome}");
    println!(
        "           request {}, {:.1} ms",
        error.request_id().unwrap_or("-"),
        start.elapsed().as_secs_f64() * 1000.0
    );
}
