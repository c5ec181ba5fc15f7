//! Faults that end connections: what came over the wire, what was executed, and that the next connection is served.

use std::time::Duration;

use apsara_emulator::{Emulator, Fault, FaultKind, FaultRule};

use crate::client::{Call, at_noon, create, live};
use crate::wire::{End, Wire, content_length, request, send_and_wait_for_the_end};

const RESTART: &str = "RestartLivePullToPush";

fn restart(emulator: &Emulator, task_id: &str) -> Call {
    live(emulator, RESTART, &[("Region", "cn-shanghai"), ("TaskId", task_id)])
}

/// The last entry of the ledger: whether it was executed, the fault, the status, the code.
fn last(emulator: &Emulator) -> (bool, Option<FaultKind>, u16, Option<String>) {
    let entry = emulator.ledger().pop().unwrap();
    (entry.executed, entry.fault, entry.status, entry.code)
}

#[tokio::test]
async fn a_reset_before_executing_leaves_the_task_alone() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(Fault::ResetBeforeExecuting).operation(RESTART).on_call(1));
    let call = restart(&emulator, &id);
    assert_eq!(send_and_wait_for_the_end(&emulator, &call).await, (String::new(), End::Reset));
    assert_eq!(last(&emulator), (false, Some(FaultKind::ResetBeforeExecuting), 0, None));
    assert_eq!(emulator.tasks()[0].interruptions, 0);
    // Nobody has looked at the nonce, so the very same request can come again.
    assert_eq!(call.v3(&emulator).await.verdict().1, "OK");
    assert_eq!(emulator.faults().injected().into_iter().collect::<Vec<_>>(), [(FaultKind::ResetBeforeExecuting, 1)]);
}

#[tokio::test]
async fn a_reset_before_executing_reads_the_whole_body_first() {
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(Fault::ResetBeforeExecuting));
    let mut call = live(&emulator, "CreateLivePullToPush", &[]);
    call.method = "POST".to_owned();
    call.form = vec![("TaskName".to_owned(), "a".repeat(200_000))];
    assert_eq!(send_and_wait_for_the_end(&emulator, &call).await, (String::new(), End::Reset));
    assert_eq!(emulator.ledger()[0].parameter("TaskName").unwrap().len(), 200_000);
}

#[tokio::test]
async fn a_reset_after_executing_hides_that_the_task_was_restarted() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(Fault::ResetAfterExecuting).operation(RESTART));
    let call = restart(&emulator, &id);
    assert_eq!(send_and_wait_for_the_end(&emulator, &call).await, (String::new(), End::Reset));
    assert_eq!(last(&emulator), (true, Some(FaultKind::ResetAfterExecuting), 0, None));
    assert!(emulator.ledger().last().unwrap().new_task_id.is_some());
    // What was not carried out is answered as usual: nothing happened that could be hidden.
    let refused = restart(&emulator, &id).v3(&emulator).await;
    assert_eq!(refused.verdict(), (400, "CodeTaskNotExist".to_owned()));
    assert_eq!(last(&emulator), (false, None, 400, Some("CodeTaskNotExist".to_owned())));
    assert_eq!(emulator.faults().injected()[&FaultKind::ResetAfterExecuting], 1);
}

#[tokio::test]
async fn a_truncated_answer_has_its_whole_head_and_half_of_its_body() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(Fault::Truncate).operation(RESTART));
    let (answer, end) = send_and_wait_for_the_end(&emulator, &restart(&emulator, &id)).await;
    assert_eq!(end, End::Closed);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nx-acs-request-id: "), "{head}");
    assert!(body.starts_with('{') && body.len() == content_length(head) / 2, "{answer}");
    assert_eq!(last(&emulator), (true, Some(FaultKind::Truncate), 200, None));
}

#[tokio::test]
async fn an_idle_connection_is_reset_when_it_is_used_again() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(Fault::CloseIdle).operation(RESTART).on_call(1));
    let mut wire = Wire::open(&emulator).await;
    wire.send(&emulator, &restart(&emulator, &id)).await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && !head.contains("connection: close"), "{head}");
    assert_eq!(last(&emulator), (true, Some(FaultKind::CloseIdle), 200, None));
    let new_id = emulator.ledger().pop().unwrap().new_task_id.unwrap();

    wire.send(&emulator, &restart(&emulator, &new_id)).await;
    assert_eq!(wire.rest().await, (String::new(), End::Reset));
    assert_eq!(emulator.ledger_len(), 2, "the request on the dead connection was not read");
    assert_eq!(emulator.tasks().last().unwrap().interruptions, 1);

    assert_eq!(restart(&emulator, &new_id).v3(&emulator).await.status, 200);
    assert_eq!(last(&emulator), (true, None, 200, None));
}

#[tokio::test]
async fn a_request_that_comes_together_with_the_one_before_uses_the_connection_too() {
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(Fault::CloseIdle));
    let list = || live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    for (calls, next) in [(1, request(&emulator, &list())), (2, "no request\r\n\r\n".to_owned())] {
        let mut wire = Wire::open(&emulator).await;
        wire.send_with(&emulator, &list(), &next).await;
        let (answer, end) = wire.rest().await;
        assert_eq!((answer.matches("HTTP/1.1 ").count(), end), (1, End::Reset), "{next}{answer}");
        assert_eq!(emulator.ledger_len(), calls, "what came behind was not read: {next}");
        assert_eq!(last(&emulator), (true, Some(FaultKind::CloseIdle), 200, None), "{next}");
    }
}

#[tokio::test]
async fn an_idle_connection_that_is_not_used_again_ends_politely() {
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(Fault::CloseIdle));
    let mut wire = Wire::open(&emulator).await;
    wire.send(&emulator, &live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")])).await;
    wire.answer().await;
    wire.finish().await;
    assert_eq!(wire.rest().await, (String::new(), End::Closed));
    assert_eq!(emulator.faults().injected()[&FaultKind::CloseIdle], 1);
}

#[tokio::test]
async fn connections_without_a_fault_are_used_again_and_again() {
    let emulator = at_noon().await;
    let mut wire = Wire::open(&emulator).await;
    for _ in 0..3 {
        wire.send(&emulator, &live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")])).await;
        assert!(wire.answer().await.0.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_delay_holds_up_its_own_call_only() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(Fault::Delay(Duration::from_secs(3600))).operation(RESTART));
    let mut wire = Wire::open(&emulator).await;
    wire.send(&emulator, &restart(&emulator, &id)).await;
    create(&emulator, &[("DstUrl", "rtmp://push.example.com/app/other")]).await;
    assert_eq!(emulator.ledger_len(), 2);
}

#[tokio::test]
async fn a_delayed_call_is_carried_out_though_its_caller_has_hung_up() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    let delay = Fault::Delay(Duration::from_millis(50));
    emulator.faults().add(FaultRule::new(delay).operation(RESTART));
    let mut wire = Wire::open(&emulator).await;
    wire.send(&emulator, &restart(&emulator, &id)).await;
    drop(wire);
    let mut patience = 600;
    while emulator.ledger_len() < 2 {
        patience -= 1;
        assert!(patience > 0, "the call was not carried out");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(last(&emulator), (true, Some(FaultKind::Delay), 200, None));
}
