//! Quotas over the wire: whom they hold up, and what is told.

use apsara_emulator::{Account, Emulator, EmulatorBuilder, Fault, FaultRule, Quotas, StartError};

use crate::client::{Call, create, live, on_task};

const RESTART: &str = "RestartLivePullToPush";
const LIST: &str = "DescribeLivePullToPushList";

/// Ten restarts an hour: no test takes so long that it meets two windows.
fn hourly() -> EmulatorBuilder {
    Emulator::builder().quota_of(RESTART, 10, 3600)
}

/// Creates a task that runs now and restarts it ten times; answers its id.
async fn restart_ten_times(emulator: &Emulator) -> String {
    let mut id = create(emulator, &[("StartTime", "2020-01-01T00:00:00Z"), ("EndTime", "2099-01-01T00:00:00Z")]).await;
    for _ in 0..10 {
        let reply = on_task(emulator, RESTART, &id).await;
        assert_eq!(reply.verdict(), (200, "OK".to_owned()));
        id = reply.text("TaskId");
    }
    id
}

#[tokio::test]
async fn the_eleventh_restart_is_told_when_to_come_again() {
    for quotas in [Quotas::Fixed, Quotas::Sliding] {
        let emulator = hourly().quota(quotas).start().await.unwrap();
        let id = restart_ten_times(&emulator).await;
        let reply = on_task(&emulator, RESTART, &id).await;
        assert_eq!(reply.verdict(), (400, "Throttling.User".to_owned()));
        assert_eq!(reply.text("Message"), "Request was denied due to user flow control.");
        let wait: u64 = reply.headers["x-acs-retry-after"].parse().unwrap();
        assert!((1..=3_600_000).contains(&wait), "{wait}");
        let entry = emulator.ledger().pop().unwrap();
        assert_eq!((entry.executed, entry.fault, entry.status), (false, None, 400));
        assert_eq!(entry.account.as_deref(), Some(emulator.account_id()));
        assert_eq!(emulator.tasks().last().unwrap().interruptions, 10);
        assert_eq!(on_task(&emulator, "DescribeLivePullToPush", &id).await.status, 200, "another operation");
    }
}

#[tokio::test]
async fn all_keys_of_an_account_count_together_and_other_accounts_do_not() {
    let account = Account::new("1000000000000001").key("k1", "s1").key("k2", "s2");
    let stranger = Account::new("1000000000000002").key("k3", "s3");
    let builder = Emulator::builder().account(account).account(stranger).quota_of(LIST, 3, 3600);
    let emulator = builder.start().await.unwrap();
    let arn = "acs:ram::1000000000000001:role/r";
    let parameters = [("RoleArn", arn), ("RoleSessionName", "me")];
    let assumed = Call::new(&emulator, "2015-04-01", "AssumeRole", &parameters).v3(&emulator).await.json();
    let field = |name: &str| assumed["Credentials"][name].as_str().unwrap().to_owned();
    let list = async |id: &str, secret: &str, token: Option<String>| {
        let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
        call.key = (id.to_owned(), secret.to_owned());
        call.token = token;
        call.v3(&emulator).await.verdict().1
    };
    assert_eq!(list("k1", "s1", None).await, "OK");
    assert_eq!(list("k1", "wrong", None).await, "SignatureDoesNotMatch");
    assert_eq!(list("k2", "s2", None).await, "OK");
    let role = (field("AccessKeyId"), field("AccessKeySecret"), Some(field("SecurityToken")));
    assert_eq!(list(&role.0, &role.1, role.2.clone()).await, "OK");
    for (id, secret, token) in [("k1", "s1", None), ("k2", "s2", None), (&role.0, &role.1, role.2.clone())] {
        assert_eq!(list(id, secret, token).await, "Throttling.User", "{id}");
    }
    assert_eq!(list("k3", "s3", None).await, "OK");
}

#[tokio::test]
async fn injected_refusals_do_not_count() {
    let emulator = Emulator::builder().quota_of(LIST, 1, 3600).start().await.unwrap();
    let fault = Fault::Throttle { code: "Throttling".to_owned(), status: 400, retry_after: None, legacy: None };
    emulator.faults().add(FaultRule::new(fault).on_calls(1..=2));
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(live(&emulator, LIST, &[("Region", "cn-shanghai")]).v3(&emulator).await.verdict().1);
    }
    assert_eq!(told, ["Throttling", "Throttling", "OK", "Throttling.User"]);
}

#[tokio::test]
async fn quotas_can_be_off_and_must_not_be_empty() {
    let emulator = hourly().quota(Quotas::Off).start().await.unwrap();
    let id = restart_ten_times(&emulator).await;
    assert_eq!(on_task(&emulator, RESTART, &id).await.status, 200);
    for (calls, seconds) in [(0, 1), (1, 0)] {
        let error = Emulator::builder().quota_of("A", calls, seconds).start().await.unwrap_err();
        assert!(matches!(&error, StartError::EmptyQuota { operation } if operation == "A"));
        assert_eq!(error.to_string(), "the quota of A is empty; give at least one call and one second");
    }
    // One that nobody is held to would let a test be green of which nothing came.
    let error = Emulator::builder().quota_of("RestartLivePulltoPush", 1, 60).start().await.unwrap_err();
    let message = "a quota is set for RestartLivePulltoPush, and no product has such an operation; did you mean RestartLivePullToPush?";
    assert_eq!(error.to_string(), message);
}
