//! Faults and quotas of operations that nothing but their specs describe: one asked for by name, one by its path.

use apsara_emulator::{Emulator, Fault, FaultKind, FaultRule};
use serde_json::Value;

use crate::client::{Call, Reply};
use crate::given::{self, document};
use crate::sampled::Outgoing;

const ECS: &str = "CreateHpcCluster";
const CS: &str = "DescribeClusterDetail";

fn ecs(emulator: &Emulator) -> Call {
    Call::new(emulator, "2014-05-26", ECS, &[("RegionId", "cn-hangzhou"), ("Name", "night")])
}

/// Names no operation: only its path tells which one is meant.
fn cs(emulator: &Emulator) -> Call {
    Call { path: "/clusters/c1".to_owned(), ..Call::new(emulator, "2015-12-15", "", &[]) }
}

/// The status and the code, in whichever shape it comes.
fn told(reply: &Reply) -> (u16, String) {
    let answer = reply.json();
    let code = [&answer["Code"], &answer["code"]].into_iter().find_map(Value::as_str);
    (reply.status, code.unwrap_or("OK").to_owned())
}

fn ok() -> (u16, String) {
    (200, "OK".to_owned())
}

#[tokio::test]
async fn a_fault_befalls_an_operation_by_its_name_however_it_is_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let refuse = Fault::Refuse { status: 403, code: "NoPermission".to_owned(), message: "Not you.".to_owned() };
    for operation in [ECS, CS] {
        emulator.faults().add(FaultRule::new(refuse.clone()).operation(operation).on_call(2));
        emulator.faults().add(FaultRule::new(Fault::Undecodable).operation(operation).on_call(3));
    }
    for (call, operation, shape) in [(ecs(&emulator), ECS, "Code"), (cs(&emulator), CS, "code")] {
        let attempt = async |nonce: &str| {
            let call = Call { nonce: format!("{operation}{nonce}"), ..call.clone() };
            call.v3(&emulator).await
        };
        assert_eq!(told(&attempt("1").await), ok());
        let refused = attempt("2").await;
        assert_eq!((refused.status, refused.text(shape)), (403, "NoPermission".to_owned()));
        let page = attempt("3").await;
        assert!(page.status == 200 && page.body.starts_with("<html>"), "{page:?}");
        let ledger = emulator.ledger();
        let seen: Vec<_> = ledger.iter().filter(|entry| entry.action == operation).collect();
        assert_eq!(seen.iter().map(|entry| entry.executed).collect::<Vec<_>>(), [true, false, true]);
        let faults: Vec<_> = seen.iter().map(|entry| entry.fault).collect();
        assert_eq!(faults, [None, Some(FaultKind::Refuse), Some(FaultKind::Undecodable)]);
    }
}

#[tokio::test]
async fn a_call_that_the_gateway_does_not_know_meets_no_refusal_of_a_rule() {
    let emulator = Emulator::start().await.unwrap();
    let fault = Fault::Throttle { code: "Throttling".to_owned(), status: 400, retry_after: None, legacy: None };
    emulator.faults().add(FaultRule::new(fault));
    let call = Call { action: "NoSuchOperation".to_owned(), ..ecs(&emulator) };
    assert_eq!(told(&call.v3(&emulator).await), (404, "InvalidAction.NotFound".to_owned()));
    assert!(emulator.faults().injected().is_empty());
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_cut_in_half_but_can_be_replaced() {
    let emulator = given::start(Emulator::builder()).await;
    emulator.faults().add(FaultRule::new(Fault::Truncate).operation("Upload").on_call(1));
    emulator.faults().add(FaultRule::new(Fault::Undecodable).operation("Upload").on_call(2));
    let call = Outgoing {
        method: "PUT".to_owned(),
        path: "/files/a:upload".to_owned(),
        content_type: Some("application/xml"),
        body: "<X><Rule><Days>1</Days></Rule></X>".to_owned(),
        ..Outgoing::default()
    };
    let whole = given::outgoing(&emulator, "Upload", &call).await;
    assert_eq!((whole.status, whole.body.as_str()), (204, ""), "{whole:?}");
    assert_eq!((emulator.ledger()[0].executed, emulator.ledger()[0].fault), (true, None));
    let page = given::outgoing(&emulator, "Upload", &call).await;
    assert!(page.status == 200 && page.body.starts_with("<html>"), "{page:?}");
}

#[tokio::test]
async fn a_quota_that_is_set_holds_for_operations_of_every_product() {
    let emulator = Emulator::builder().quota_of(ECS, 3, 3600).quota_of(CS, 2, 3600).start().await.unwrap();
    for (make, admitted) in [(ecs as fn(&Emulator) -> Call, 3), (cs, 2)] {
        for _ in 0..admitted {
            assert_eq!(told(&make(&emulator).v3(&emulator).await), ok());
        }
        let refused = make(&emulator).v3(&emulator).await;
        assert_eq!(told(&refused), (400, "Throttling.User".to_owned()));
        let wait: u64 = refused.headers["x-acs-retry-after"].parse().unwrap();
        assert!((1..=3_600_000).contains(&wait), "{wait}");
    }
    let executed =
        |action: &str| emulator.ledger().iter().filter(|call| call.action == action && call.executed).count();
    assert_eq!((executed(ECS), executed(CS)), (3, 2));
}

#[tokio::test]
async fn a_document_states_the_quotas_of_its_operations() {
    let emulator = Emulator::builder().spec_file(document()).start().await.unwrap();
    // Four in an hour, for all regions; the row of one region does not count.
    for number in 0..5 {
        let call = Call { method: "POST".to_owned(), ..Call::new(&emulator, "2020-01-01", "MakeUp", &[]) };
        let expected = if number < 4 { ok() } else { (400, "Throttling.User".to_owned()) };
        assert_eq!(told(&call.v3(&emulator).await), expected, "{number}");
    }
    // Two in an hour, read out of a sentence.
    for number in 0..3 {
        let expected = if number < 2 { ok() } else { (400, "Throttling.User".to_owned()) };
        let call = Call::new(&emulator, "2020-01-01", "Show", &[]);
        assert_eq!(told(&call.v3(&emulator).await), expected, "{number}");
    }
}
