//! Every fault met by every kind of operation: how often it is sent, how often it is executed, and what is told of it.
//!
//! What was executed is read in the emulator's ledger, which does not ask the client.

#![allow(clippy::unwrap_used)]

mod world;

use std::time::Duration;

use apsara::Outcome::{self, Executed, NotSent, Rejected, Unknown};
use apsara::Retry;
use apsara_emulator::{Fault, FaultRule};
use apsara_tests::Kind;
use world::{Told, World, operation};

/// What becomes of a call: how often it was sent, how often it was executed, and the outcome that was told; no outcome is a success.
type End = (u32, usize, Option<Outcome>);

/// A fault that the first attempt meets, and what becomes of a call that is safe to repeat, of one with a client token, and of
/// one that is not safe.
struct Row {
    fault: Fault,
    safe: End,
    with_token: End,
    unsafe_: End,
}

const fn row(fault: Fault, safe: End, with_token: End, unsafe_: End) -> Row {
    Row { fault, safe, with_token, unsafe_ }
}

/// The same end whatever the operation.
fn any(fault: Fault, end: End) -> Row {
    row(fault, end, end, end)
}

/// The attempt was executed or not, and its answer says nothing.
fn unclear(fault: Fault, executed: bool) -> Row {
    if executed {
        // Reading twice does no harm; the token makes two of one.
        row(fault, (2, 2, None), (2, 1, None), (1, 1, Some(Unknown)))
    } else {
        row(fault, (2, 1, None), (2, 1, None), (1, 0, Some(Unknown)))
    }
}

fn refuse(status: u16, code: &str) -> Fault {
    Fault::Refuse { status, code: code.to_owned(), message: "No.".to_owned() }
}

fn throttle(code: &str, status: u16, header: Option<u64>, legacy: Option<u64>) -> Fault {
    let wait = |ms: Option<u64>| ms.map(Duration::from_millis);
    Fault::Throttle { code: code.to_owned(), status, retry_after: wait(header), legacy: wait(legacy) }
}

fn server_error(status: u16, code: &str, shaped: bool, executed: bool) -> Fault {
    Fault::ServerError { status, code: code.to_owned(), shaped, executed }
}

fn table() -> Vec<Row> {
    let succeeds_at_second: End = (2, 1, None);
    let mut rows = vec![
        any(refuse(400, "InvalidParameter"), (1, 0, Some(Rejected))),
        any(refuse(403, "NoPermission"), (1, 0, Some(Rejected))),
        any(refuse(429, "Throttling.Api.Risk"), (1, 0, Some(Rejected))),
        any(Fault::Delay(Duration::from_millis(30)), (1, 1, None)),
        unclear(Fault::ResetBeforeExecuting, false),
        unclear(Fault::ResetAfterExecuting, true),
        row(Fault::Truncate, (2, 2, None), (2, 1, None), (1, 1, Some(Executed))),
        any(Fault::Undecodable, (1, 1, Some(Executed))),
        unclear(Fault::Duplicate, true),
        any(throttle("Throttling.User", 400, Some(20), None), succeeds_at_second),
        any(throttle("Throttling.Api", 429, None, None), succeeds_at_second),
        any(throttle("Throttling", 503, None, Some(20)), succeeds_at_second),
        any(throttle("Whatever", 400, Some(20), None), succeeds_at_second),
        any(Fault::ClockSkew(20 * 60), succeeds_at_second),
        any(Fault::ClockSkew(-20 * 60), succeeds_at_second),
        any(Fault::ExpiredToken, succeeds_at_second),
    ];
    for executed in [false, true] {
        rows.push(unclear(Fault::HtmlBadGateway { executed }, executed));
        rows.push(unclear(server_error(500, "InternalError", true, executed), executed));
        rows.push(unclear(server_error(503, "ServiceUnavailable", true, executed), executed));
        rows.push(unclear(server_error(500, "", false, executed), executed));
    }
    rows
}

#[tokio::test]
async fn every_fault_ends_as_the_table_says_for_every_kind_of_operation() {
    let table = table();
    assert_eq!(table.len(), 24);
    for Row { fault, safe, with_token, unsafe_ } in table {
        for (kind, end) in [(Kind::Safe, safe), (Kind::WithToken, with_token), (Kind::Unsafe, unsafe_)] {
            let world = World::start().await;
            let rule = FaultRule::new(fault.clone()).operation(operation(kind));
            // A clock stays off.
            let stays = matches!(fault, Fault::ClockSkew(_));
            world.inject(if stays { rule } else { rule.on_call(1) });
            let told = world.call(kind).await;
            assert_eq!(world.end(kind, &told), end, "{kind:?} meets {fault:?}: {told:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_closed_while_it_is_idle_is_unclear_to_whoever_must_not_repeat() {
    for (kind, end) in
        [(Kind::Safe, (2, 1, None)), (Kind::WithToken, (2, 1, None)), (Kind::Unsafe, (1, 0, Some(Unknown)))]
    {
        let world = World::start().await;
        world.inject(FaultRule::new(Fault::CloseIdle).operation(operation(kind)).on_call(1));
        assert_eq!(world.call(kind).await.outcome, None);
        world.emulator.clear_ledger();
        // Time for the connection to get back into the pool.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let told = world.call(kind).await;
        assert_eq!(world.end(kind, &told), end, "{kind:?}: {told:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_not_sent_however_often_it_is_tried() {
    for kind in Kind::ALL {
        let world = World::start().await;
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let told = world.call_at(kind, &format!("http://{closed}"), Retry::new()).await;
        assert_eq!(world.end(kind, &told), (3, 0, Some(NotSent)), "{kind:?}: {told:?}");
    }
}

#[tokio::test]
async fn a_rejection_after_an_unclear_attempt_leaves_it_unclear() {
    for kind in [Kind::Safe, Kind::WithToken] {
        let world = World::start().await;
        let rule = |fault, call| FaultRule::new(fault).operation(operation(kind)).on_call(call);
        world.inject(rule(Fault::ResetAfterExecuting, 1));
        world.inject(rule(refuse(400, "InvalidParameter"), 2));
        let told = world.call(kind).await;
        assert_eq!(world.end(kind, &told), (2, 1, Some(Unknown)), "{kind:?}: {told:?}");
    }
}

#[tokio::test]
async fn a_delete_that_was_cut_and_then_finds_nothing_is_unclear() {
    let world = World::start().await;
    world.inject(FaultRule::new(Fault::ResetAfterExecuting).operation("DeleteLivePullToPush").on_call(1));
    let told = world.delete_as_if_it_were_safe().await;
    assert_eq!(told.code.as_deref(), Some("CodeTaskNotExist"), "{told:?}");
    assert_eq!((told.attempts, told.outcome), (2, Some(Unknown)), "{told:?}");
    assert_eq!(world.executions("DeleteLivePullToPush"), 1);

    // As it is shipped, it is not sent again.
    let world = World::start().await;
    world.inject(FaultRule::new(Fault::ResetAfterExecuting).operation("DeleteLivePullToPush").on_call(1));
    let told = world.delete().await;
    assert_eq!((told.attempts, told.outcome), (1, Some(Unknown)), "{told:?}");
}

#[tokio::test]
async fn an_answer_that_comes_after_the_deadline_is_unclear() {
    for kind in Kind::ALL {
        let world = World::start().await;
        // It has a key and a connection, so that all its time is spent on the answer.
        world.call(Kind::Safe).await;
        world.inject(FaultRule::new(Fault::Delay(Duration::from_secs(3600))).operation(operation(kind)));
        let told: Told = world.call_within(kind, Duration::from_secs(1)).await;
        assert_eq!((told.attempts, told.outcome), (1, Some(Unknown)), "{kind:?}: {told:?}");
    }
}

#[tokio::test]
async fn what_always_fails_is_given_up_and_an_unsafe_call_is_executed_once_at_most() {
    for (kind, executed) in [(Kind::Safe, 3), (Kind::WithToken, 1), (Kind::Unsafe, 1)] {
        let world = World::start().await;
        world.inject(FaultRule::new(Fault::ResetAfterExecuting).operation(operation(kind)));
        let told = world.call(kind).await;
        let attempts = if kind == Kind::Unsafe { 1 } else { 3 };
        assert_eq!(world.end(kind, &told), (attempts, executed, Some(Unknown)), "{kind:?}: {told:?}");
    }
}
