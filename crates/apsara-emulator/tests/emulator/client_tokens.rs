//! Operations that are carried out once for a client token, however often it comes.

use std::time::Duration;

use apsara_emulator::{Account, Clock, Emulator, EmulatorBuilder, Fault, FaultKind, FaultRule, Quotas};

use crate::client::{Call, NOON, Reply};

const RENEW: [(&str, &str); 3] = [("InstanceId", "i-1"), ("Period", "1"), ("ClientToken", "mine")];

async fn start(builder: EmulatorBuilder) -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    builder.clock(clock).quota(Quotas::Off).start().await.unwrap()
}

/// Calls an operation of ECS at the gateway's time, whatever the time of the world.
fn ecs(emulator: &Emulator, action: &str, parameters: &[(&str, &str)]) -> Call {
    let call = Call::new(emulator, "2014-05-26", action, parameters);
    let now = Clock::system().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Call { date: now, ..call }
}

async fn renew(emulator: &Emulator) -> Reply {
    ecs(emulator, "RenewInstance", &RENEW).v3(emulator).await
}

/// What became of the calls so far: whether each was carried out, and whether it was answered again.
fn told(emulator: &Emulator) -> Vec<(bool, bool)> {
    emulator.ledger().iter().map(|call| (call.executed, call.replayed)).collect()
}

const FIRST: (bool, bool) = (true, false);
const AGAIN: (bool, bool) = (false, true);
const REFUSED: (bool, bool) = (false, false);

fn mismatch() -> (u16, String) {
    (400, "IdempotentParameterMismatch".to_owned())
}

#[tokio::test]
async fn the_same_token_is_answered_the_same_with_an_id_of_its_own() {
    let emulator = start(Emulator::builder()).await;
    let (first, second) = (renew(&emulator).await, renew(&emulator).await);
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.text("OrderId"), second.text("OrderId"));
    assert_ne!(first.text("RequestId"), second.text("RequestId"));
    assert_eq!(second.text("RequestId"), second.headers["x-acs-request-id"]);
    assert_eq!(told(&emulator), [FIRST, AGAIN]);
    assert_eq!(emulator.ledger()[1].code, None);
}

#[tokio::test]
async fn signature_language_place_and_order_of_parameters_do_not_matter() {
    let emulator = start(Emulator::builder()).await;
    assert_eq!(renew(&emulator).await.status, 200);
    let mut call = ecs(&emulator, "RenewInstance", &RENEW);
    call.parameters.reverse();
    assert_eq!(call.v1(&emulator, Some("XML")).await.status, 200);
    let form = Call { method: "POST".to_owned(), ..ecs(&emulator, "RenewInstance", &[]) };
    let form = Call { form: call.parameters, ..form };
    assert_eq!(form.v3(&emulator).await.status, 200);
    assert_eq!(told(&emulator), [FIRST, AGAIN, AGAIN]);
}

#[tokio::test]
async fn the_same_token_with_other_parameters_is_a_mismatch() {
    let emulator = start(Emulator::builder()).await;
    renew(&emulator).await;
    let more = [&RENEW[..], &[("ExpectedRenewDay", "5")]].concat();
    for parameters in [&[("InstanceId", "i-2"), RENEW[1], RENEW[2]][..], &[RENEW[0], RENEW[2]], &more] {
        let reply = ecs(&emulator, "RenewInstance", parameters).v3(&emulator).await;
        assert_eq!(reply.verdict(), mismatch(), "{parameters:?}");
    }
    assert_eq!(renew(&emulator).await.status, 200, "a mismatch takes no token's place");
    assert_eq!(told(&emulator), [FIRST, REFUSED, REFUSED, REFUSED, AGAIN]);
}

#[tokio::test]
async fn a_token_belongs_to_an_account_and_an_operation() {
    let account = |id: &str| Account::new(id).key(format!("key-{id}"), "secret");
    let first = account("1000000000000001").key("other", "secret");
    let emulator = start(Emulator::builder().account(first).account(account("1000000000000002"))).await;
    for (key, expected) in [("key-1000000000000001", FIRST), ("other", AGAIN), ("key-1000000000000002", FIRST)] {
        let mut call = ecs(&emulator, "RenewInstance", &RENEW);
        call.key = (key.to_owned(), "secret".to_owned());
        assert_eq!(call.v3(&emulator).await.status, 200);
        assert_eq!(told(&emulator).pop(), Some(expected), "{key}");
    }
    let create = [("RegionId", "cn-hangzhou"), ("Name", "night"), ("ClientToken", "mine")];
    assert_eq!(ecs(&emulator, "CreateHpcCluster", &create).v3(&emulator).await.status, 200);
    assert_eq!(told(&emulator).pop(), Some(FIRST));
}

#[tokio::test]
async fn a_token_is_kept_for_a_day_of_the_worlds_clock() {
    let emulator = start(Emulator::builder()).await;
    renew(&emulator).await;
    emulator.clock().advance(Duration::from_secs(24 * 3600 - 1));
    renew(&emulator).await;
    emulator.clock().advance(Duration::from_secs(1));
    let other = [("InstanceId", "i-2"), RENEW[2]];
    assert_eq!(ecs(&emulator, "RenewInstance", &other).v3(&emulator).await.status, 200);
    assert_eq!(renew(&emulator).await.verdict(), mismatch());
    assert_eq!(told(&emulator), [FIRST, AGAIN, FIRST, REFUSED]);
}

#[tokio::test]
async fn calls_without_a_token_and_refused_ones_are_not_remembered() {
    let emulator = start(Emulator::builder()).await;
    for parameters in [&RENEW[..2], &[RENEW[0], RENEW[1], ("ClientToken", "")]] {
        for _ in 0..2 {
            assert_eq!(ecs(&emulator, "RenewInstance", parameters).v3(&emulator).await.status, 200);
        }
    }
    assert_eq!(told(&emulator), [FIRST; 4]);
    let reply = ecs(&emulator, "RenewInstance", &RENEW[1..]).v3(&emulator).await;
    assert_eq!(reply.verdict(), (400, "MissingInstanceId".to_owned()));
    renew(&emulator).await;
    assert_eq!(told(&emulator)[4..], [REFUSED, FIRST]);
    // An operation that knows no such parameter.
    let start = [("InstanceId", "i-1"), ("ClientToken", "mine")];
    for _ in 0..2 {
        assert_eq!(ecs(&emulator, "StartInstance", &start).v3(&emulator).await.status, 200);
    }
    assert_eq!(told(&emulator)[6..], [FIRST, FIRST]);
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_answered_when_it_comes_again() {
    let emulator = start(Emulator::builder()).await;
    let lost = Fault::ServerError { status: 503, code: "ServiceUnavailable".to_owned(), shaped: true, executed: true };
    let refused =
        Fault::ServerError { status: 503, code: "ServiceUnavailable".to_owned(), shaped: true, executed: false };
    emulator.faults().add(FaultRule::new(refused).on_call(1));
    emulator.faults().add(FaultRule::new(lost.clone()).on_calls(2..=3));
    for expected in [503, 503, 503, 200] {
        assert_eq!(renew(&emulator).await.status, expected);
    }
    // The third answer is lost too, but nothing was carried out for it.
    assert_eq!(told(&emulator), [REFUSED, FIRST, AGAIN, AGAIN]);
    let faults: Vec<_> = emulator.ledger().iter().map(|call| call.fault).collect();
    let failed = Some(FaultKind::ServerError);
    assert_eq!(faults, [failed, failed, failed, None]);
}
