//! Faults in what is answered: what the client sees, and what was executed.

use std::time::Duration;

use apsara_emulator::{Account, Clock, Emulator, Fault, FaultKind, FaultRule, Quotas};

use crate::client::{Call, NOON, Reply, at_noon, create, exchange, live};

const RESTART: &str = "RestartLivePullToPush";

/// Restarts a new task under a fault.
async fn restart_under(fault: Fault) -> (Emulator, Reply) {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.faults().add(FaultRule::new(fault).operation(RESTART));
    let reply = restart(&emulator, &id).v3(&emulator).await;
    (emulator, reply)
}

fn restart(emulator: &Emulator, task_id: &str) -> Call {
    live(emulator, RESTART, &[("Region", "cn-shanghai"), ("TaskId", task_id)])
}

fn list(emulator: &Emulator) -> Call {
    live(emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")])
}

/// The last entry of the ledger: whether it was executed, the fault, the status, the code.
fn last(emulator: &Emulator) -> (bool, Option<FaultKind>, u16, Option<String>) {
    let entry = emulator.ledger().pop().unwrap();
    (entry.executed, entry.fault, entry.status, entry.code)
}

fn is_interrupted(emulator: &Emulator) -> bool {
    emulator.tasks().iter().any(|task| task.interruptions > 0)
}

#[tokio::test]
async fn a_refusal_has_the_clouds_shape_and_uses_up_the_nonce() {
    let refuse = Fault::Refuse { status: 403, code: "NoPermission".to_owned(), message: "Not you.".to_owned() };
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(refuse).on_call(1));
    let call = list(&emulator);
    let reply = call.v3(&emulator).await;
    assert_eq!(reply.verdict(), (403, "NoPermission".to_owned()));
    assert_eq!((reply.text("Message"), reply.text("HostId")), ("Not you.".to_owned(), emulator.host().to_owned()));
    assert_eq!(reply.headers["x-acs-request-id"], reply.text("RequestId"));
    assert_eq!(last(&emulator), (false, Some(FaultKind::Refuse), 403, Some("NoPermission".to_owned())));
    assert_eq!(emulator.ledger()[0].account.as_deref(), Some(emulator.account_id()));
    assert_eq!(call.v3(&emulator).await.verdict().1, "SignatureNonceUsed");
}

#[tokio::test]
async fn a_call_that_the_gateway_refuses_meets_no_refusal_of_a_rule() {
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(Fault::Throttle {
        code: "Throttling".to_owned(),
        status: 400,
        retry_after: None,
        legacy: None,
    }));
    let mut call = list(&emulator);
    call.key.1 = "wrong".to_owned();
    assert_eq!(call.v3(&emulator).await.verdict().1, "SignatureDoesNotMatch");
    assert_eq!(last(&emulator).1, None);
    assert!(emulator.faults().injected().is_empty());
}

#[tokio::test]
async fn a_delayed_answer_is_the_usual_one() {
    let (emulator, reply) = restart_under(Fault::Delay(Duration::from_millis(30))).await;
    assert_eq!(reply.status, 200);
    assert_eq!(last(&emulator), (true, Some(FaultKind::Delay), 200, None));
}

#[tokio::test]
async fn an_undecodable_answer_announces_json_and_is_a_page() {
    let (emulator, reply) = restart_under(Fault::Undecodable).await;
    assert_eq!((reply.status, reply.headers["content-type"].as_str()), (200, "application/json;charset=utf-8"));
    assert_eq!(reply.headers["x-acs-request-id"].len(), 36);
    assert!(reply.body.starts_with("<html>"), "{reply:?}");
    assert_eq!(reply.headers["content-length"], reply.body.len().to_string());
    assert_eq!(last(&emulator), (true, Some(FaultKind::Undecodable), 200, None));
    assert!(is_interrupted(&emulator));
}

#[tokio::test]
async fn a_proxys_page_comes_before_or_after_the_execution() {
    for executed in [false, true] {
        let (emulator, reply) = restart_under(Fault::HtmlBadGateway { executed }).await;
        assert_eq!((reply.status, reply.headers["content-type"].as_str()), (502, "text/html"));
        assert!(reply.body.contains("502 Bad Gateway") && !reply.headers.contains_key("x-acs-request-id"));
        assert_eq!(last(&emulator), (executed, Some(FaultKind::HtmlBadGateway), 502, None));
        assert_eq!(is_interrupted(&emulator), executed);
        assert_eq!(emulator.ledger()[1].account.is_some(), executed, "the gateway saw it only if it was executed");
    }
}

#[tokio::test]
async fn a_failure_of_the_server_has_the_clouds_shape_or_none() {
    for (status, code) in [(500, "InternalError"), (503, "ServiceUnavailable")] {
        for executed in [false, true] {
            let fault = |shaped| Fault::ServerError { status, code: code.to_owned(), shaped, executed };
            let (emulator, reply) = restart_under(fault(true)).await;
            assert_eq!(reply.verdict(), (status, code.to_owned()));
            assert_eq!(reply.headers["x-acs-request-id"], reply.text("RequestId"));
            assert_eq!(last(&emulator), (executed, Some(FaultKind::ServerError), status, Some(code.to_owned())));
            assert_eq!(is_interrupted(&emulator), executed);

            let (emulator, reply) = restart_under(fault(false)).await;
            assert_eq!((reply.status, reply.body.as_str()), (status, ""));
            assert!(!reply.headers.contains_key("x-acs-request-id") && !reply.headers.contains_key("content-type"));
            assert_eq!(last(&emulator), (executed, Some(FaultKind::ServerError), status, None));
            assert_eq!(is_interrupted(&emulator), executed);
        }
    }
}

#[tokio::test]
async fn a_throttled_call_is_told_when_to_come_again() {
    let throttle = |code: &str, status, retry_after, legacy| Fault::Throttle {
        code: code.to_owned(),
        status,
        retry_after,
        legacy,
    };
    let wait = Some(Duration::from_millis(1500));
    let (emulator, reply) = restart_under(throttle("Throttling.User", 400, wait, None)).await;
    assert_eq!(reply.verdict(), (400, "Throttling.User".to_owned()));
    assert_eq!(reply.text("Message"), "Request was denied due to user flow control.");
    assert_eq!(reply.headers["x-acs-retry-after"], "1500");
    assert!(!reply.headers.contains_key("x-ratelimit-user-api"));
    assert_eq!(last(&emulator), (false, Some(FaultKind::Throttle), 400, Some("Throttling.User".to_owned())));
    assert!(!is_interrupted(&emulator));

    let (_, reply) = restart_under(throttle("Throttling.Api", 429, None, wait)).await;
    assert_eq!(reply.verdict(), (429, "Throttling.Api".to_owned()));
    assert_eq!(reply.headers["x-ratelimit-user-api"], "Limit:1,Remain:0,TimeLeft:1500,Reset:1500");
    assert!(!reply.headers.contains_key("x-acs-retry-after"));

    let (_, reply) = restart_under(throttle("Throttling", 400, None, None)).await;
    assert_eq!(reply.text("Message"), "Request was denied due to request throttling.");
    assert!(!reply.headers.contains_key("x-acs-retry-after") && !reply.headers.contains_key("x-ratelimit-user-api"));
}

#[tokio::test]
async fn a_client_that_corrects_itself_by_the_date_gets_through_a_skewed_gateway() {
    for (seconds, date, shown) in [
        (3600, "Thu, 01 Jan 2026 13:00:00 GMT", "2026-01-01T13:00:00Z"),
        (-3600, "Thu, 01 Jan 2026 11:00:00 GMT", "2026-01-01T11:00:00Z"),
    ] {
        let emulator = at_noon().await;
        emulator.faults().add(FaultRule::new(Fault::ClockSkew(seconds)).on_calls(1..=2));
        let reply = list(&emulator).v3(&emulator).await;
        assert_eq!(reply.verdict(), (400, "InvalidTimeStamp.Expired".to_owned()));
        assert_eq!(reply.headers["date"], date);
        assert_eq!(last(&emulator).1, Some(FaultKind::ClockSkew));
        let mut corrected = list(&emulator);
        corrected.date = shown.to_owned();
        assert_eq!(corrected.v3(&emulator).await.verdict().1, "OK");
        assert_eq!(last(&emulator), (true, Some(FaultKind::ClockSkew), 200, None));
        let usual = list(&emulator).v3(&emulator).await;
        assert_eq!((usual.status, usual.headers["date"].as_str()), (200, "Thu, 01 Jan 2026 12:00:00 GMT"));
    }
}

#[tokio::test]
async fn only_temporary_keys_are_told_that_their_token_has_expired() {
    let emulator = at_noon().await;
    let arn = format!("acs:ram::{}:role/r", emulator.account_id());
    let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "me")];
    let assumed = Call::new(&emulator, "2015-04-01", "AssumeRole", &parameters).v3(&emulator).await.json();
    let field = |name: &str| assumed["Credentials"][name].as_str().unwrap().to_owned();

    emulator.faults().add(FaultRule::new(Fault::ExpiredToken).on_call(1));
    assert_eq!(list(&emulator).v3(&emulator).await.status, 200);
    let temporary = || {
        let mut call = list(&emulator);
        call.key = (field("AccessKeyId"), field("AccessKeySecret"));
        call.token = Some(field("SecurityToken"));
        call
    };
    let reply = temporary().v3(&emulator).await;
    assert_eq!(reply.verdict(), (403, "InvalidSecurityToken.Expired".to_owned()));
    let code = Some("InvalidSecurityToken.Expired".to_owned());
    assert_eq!(last(&emulator), (false, Some(FaultKind::ExpiredToken), 403, code));
    assert_eq!(temporary().v3(&emulator).await.status, 200);
    // Tokens are looked at before signatures, also where they have not expired.
    emulator.faults().add(FaultRule::new(Fault::ExpiredToken).on_call(1));
    for code in ["InvalidSecurityToken.Expired", "SignatureDoesNotMatch"] {
        let mut call = temporary();
        call.key.1 = "another".to_owned();
        assert_eq!(call.v3(&emulator).await.verdict().1, code);
    }
}

#[tokio::test]
async fn a_request_that_arrives_twice_is_executed_once_and_told_that_its_nonce_was_used() {
    let (emulator, reply) = restart_under(Fault::Duplicate).await;
    assert_eq!(reply.verdict(), (400, "SignatureNonceUsed".to_owned()));
    let ledger = emulator.ledger();
    let told: Vec<_> = ledger[1..].iter().map(|entry| (entry.executed, entry.status, entry.fault)).collect();
    let duplicate = Some(FaultKind::Duplicate);
    assert_eq!(told, [(true, 200, duplicate), (false, 400, duplicate)]);
    assert_eq!(ledger[1].nonce, ledger[2].nonce);
    assert_eq!(emulator.faults().injected()[&FaultKind::Duplicate], 1);
}

#[tokio::test]
async fn a_request_that_arrives_twice_without_using_up_its_nonce_is_executed_twice() {
    let emulator = Emulator::builder().unverified().start().await.unwrap();
    emulator.faults().add(FaultRule::new(Fault::Duplicate));
    assert_eq!(list(&emulator).v3(&emulator).await.status, 200);
    let told = emulator.with_ledger(|calls| calls.iter().map(|call| (call.executed, call.status)).collect::<Vec<_>>());
    assert_eq!(told, [(true, 200), (true, 200)]);
}

#[tokio::test]
async fn the_same_seed_meets_the_same_calls() {
    let run = async |seed: u64| {
        let clock = Clock::frozen_at(NOON).unwrap();
        let account = Account::new("1").key("k", "s");
        let builder = Emulator::builder().account(account).clock(clock.clone()).gateway_clock(clock);
        let emulator = builder.fault_seed(seed).quota(Quotas::Off).start().await.unwrap();
        emulator.faults().add(FaultRule::new(Fault::Undecodable).with_probability(0.5));
        for _ in 0..40 {
            list(&emulator).v3(&emulator).await;
        }
        emulator.with_ledger(|entries| entries.iter().map(|entry| entry.fault.is_some()).collect::<Vec<_>>())
    };
    let first = run(7).await;
    assert!(first.contains(&true) && first.contains(&false));
    assert_eq!(run(7).await, first);
    assert_ne!(run(8).await, first);
}

#[tokio::test]
async fn what_is_no_request_meets_no_fault() {
    let emulator = at_noon().await;
    emulator.faults().add(FaultRule::new(Fault::ResetBeforeExecuting));
    let request = format!("GET /?a=% HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", emulator.host());
    assert_eq!(exchange(&emulator, request.as_bytes()).await.status, 400);
    emulator.faults().clear();
    assert_eq!(list(&emulator).v3(&emulator).await.status, 200);
}
