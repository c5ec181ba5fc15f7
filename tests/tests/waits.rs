//! Waiting for a relay task through the generated client, against the emulator.

#![allow(clippy::unwrap_used)]

use std::future::IntoFuture;
use std::time::Duration;

use apsara::live::{Client, WaitUntilTask};
use apsara::{Error, Progress, ServiceError};
use apsara_emulator::{Clock, Emulator, Fault, FaultRule, LedgerEntry};
use apsara_tests::{live, relay_task};

const HOUR: Duration = Duration::from_secs(3600);

async fn start() -> (Emulator, Client, String) {
    let clock = Clock::frozen_at("2026-01-01T00:00:00Z").unwrap();
    let emulator = Emulator::builder().clock(clock).start().await.unwrap();
    let live = live(&emulator);
    let id = relay_task(&live, &emulator, "one").send().await.unwrap().task_id.unwrap();
    (emulator, live, id)
}

/// A wait with pauses for tests, in which nothing is far away.
fn wait(live: &Client, id: &str) -> WaitUntilTask {
    let pauses = (Duration::from_millis(100), Duration::from_millis(200));
    live.wait_until_task().region("cn-shanghai").task_id(id).with_waits(pauses.0, pauses.1)
}

/// Returns once the task was described so often.
async fn described(emulator: &Emulator, times: usize) {
    let wait = async {
        while emulator.ledger().iter().filter(|entry| entry.action == "DescribeLivePullToPush").count() < times {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
}

#[tokio::test]
async fn a_task_is_waited_for_until_its_start_time_has_come() {
    let (emulator, live, id) = start().await;
    let (running, ()) = tokio::join!(wait(&live, &id).into_future(), async {
        described(&emulator, 2).await;
        emulator.clock().advance(HOUR);
    });
    let running = running.unwrap();
    assert_eq!((running.task_status, running.task_id), (Some(1), Some(id)));
}

#[tokio::test]
async fn a_wait_fails_when_the_task_is_stopped() {
    let (emulator, live, id) = start().await;
    emulator.clock().advance(HOUR);
    let (exit, ()) = tokio::join!(wait(&live, &id).status(-1).into_future(), async {
        described(&emulator, 1).await;
        live.stop_live_pull_to_push().region("cn-shanghai").task_id(&id).send().await.unwrap();
    });
    let error = exit.unwrap_err();
    assert!(error.is_failed() && error.polls() > 1, "{error}");
    assert_eq!(error.to_string(), "live DescribeLivePullToPush: TaskStatus is 3");
    assert_eq!(error.last().unwrap().task_status, Some(3));
    // Stopped is what somebody else may wait for.
    assert_eq!(wait(&live, &id).status(3).await.unwrap().task_status, Some(3));
}

#[tokio::test]
async fn a_wait_ends_at_its_deadline() {
    let (_emulator, live, id) = start().await;
    let error = wait(&live, &id).with_deadline(Duration::from_millis(1500)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.last().unwrap().task_status, Some(0), "it waits for its start time");
}

#[tokio::test]
async fn a_task_that_there_is_not_ends_a_wait_at_once() {
    async fn fails(live: &Client) -> Result<(), Error> {
        wait(live, "gone").await?;
        Ok(())
    }
    let (_emulator, live, _) = start().await;
    let error = fails(&live).await.unwrap_err();
    assert_eq!((error.service().map(ServiceError::code), error.attempts()), (Some("CodeTaskNotExist"), 1));
}

#[tokio::test]
async fn faults_do_not_end_a_wait() {
    let (emulator, live, id) = start().await;
    emulator.clock().advance(HOUR);
    let calls = live.describe_live_pull_to_push().region("cn-shanghai").task_id(&id).with_retry(apsara::Retry::never());
    let describe = |fault| FaultRule::new(fault).operation("DescribeLivePullToPush");
    let (code, status) = ("Throttling.User".to_owned(), 429);
    emulator.faults().add(describe(Fault::Throttle { code, status, retry_after: None, legacy: None }).on_call(1));
    emulator.faults().add(describe(Fault::HtmlBadGateway { executed: false }).on_call(2));
    emulator.faults().add(describe(Fault::ResetAfterExecuting).on_call(3));
    let runs = calls.wait_until(|task| if task.task_status == Some(1) { Progress::Done } else { Progress::Waiting });
    let pause = Duration::from_millis(50);
    assert_eq!(runs.with_waits(pause, pause).await.unwrap().task_status, Some(1));
    let described = |entry: &&LedgerEntry| entry.action == "DescribeLivePullToPush";
    let statuses: Vec<u16> = emulator.ledger().iter().filter(described).map(|entry| entry.status).collect();
    assert_eq!(statuses, [429, 502, 0, 200]);
}
