//! What the ledger tells of a call.

use std::time::Duration;

use apsara_emulator::Emulator;

use crate::client::{Call, at_noon, create, exchange, live, on_task};

#[tokio::test]
async fn an_entry_holds_what_a_test_compares_calls_by() {
    let emulator = at_noon().await;
    let mut call = live(&emulator, "DescribeLivePullToPush", &[("Region", "cn-shanghai"), ("TaskId", "a b")]);
    let request = call.v3_request(&emulator);
    let again = request.replacen("\r\n", "\r\nx-acs-retry-attempts: 2\r\n", 1);
    // An x-acs- header must be signed, so this one is refused; it is recorded all the same.
    exchange(&emulator, again.as_bytes()).await;
    call.nonce = "other".to_owned();
    call.v1(&emulator, Some("JSON")).await;
    let ledger = emulator.ledger();
    assert_eq!(ledger[0].nonce.as_deref(), Some(call_nonce(&request)));
    assert_eq!((ledger[0].attempt, ledger[1].attempt), (Some(2), None));
    assert_eq!(ledger[1].nonce.as_deref(), Some("other"));
    for entry in &ledger {
        assert_eq!((entry.parameter("TaskId"), entry.parameter("Region")), (Some("a b"), Some("cn-shanghai")));
        assert_eq!(entry.parameter("taskid"), None);
    }
    assert_eq!(ledger[0].parameters.len(), 2);
}

fn call_nonce(request: &str) -> &str {
    request.lines().find_map(|line| line.strip_prefix("x-acs-signature-nonce: ")).unwrap()
}

#[tokio::test]
async fn the_ledger_can_be_read_in_place_and_emptied() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    assert_eq!(emulator.ledger_len(), 1);
    assert_eq!(emulator.with_ledger(|entries| entries[0].task_id.clone()), Some(id.clone()));
    emulator.clear_ledger();
    assert_eq!(emulator.ledger_len(), 0);
    emulator.clock().advance(Duration::from_secs(1));
    on_task(&emulator, "StopLivePullToPush", &id).await;
    assert_eq!(emulator.with_ledger(|entries| entries.iter().filter(|entry| entry.executed).count()), 1);
}

#[tokio::test]
async fn a_bounded_ledger_keeps_the_newest_entries() {
    let emulator = Emulator::builder().most_ledger_entries(2).start().await.unwrap();
    for name in ["one", "two", "three"] {
        live(&emulator, name, &[]).v3(&emulator).await;
    }
    let actions: Vec<_> = emulator.ledger().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["two", "three"]);
}

#[tokio::test]
async fn what_the_documents_call_sensitive_is_not_shown() {
    let emulator = Emulator::builder().control(true).start().await.unwrap();
    for (version, action, name) in [
        ("2018-05-10", "SetCdnDomainSSLCertificate", "SSLPri"),
        ("2017-03-21", "SetAppPlayKey", "PlayKey"),
        ("2016-11-01", "DescribeLivePullToPush", "login_password"),
    ] {
        let parameters = [(name, "sesame"), ("DomainName", "example.com")];
        Call::new(&emulator, version, action, &parameters).v3(&emulator).await;
        let entry = emulator.ledger().pop().unwrap();
        // A test in the same program can compare it all the same.
        assert_eq!((entry.action.as_str(), entry.parameter(name)), (action, Some("sesame")));
        let debug = format!("{entry:?}");
        assert!(!debug.contains("sesame") && debug.contains("example.com"), "{debug}");
    }
    let request = format!("GET /_apsara/ledger HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", emulator.host());
    let shown = exchange(&emulator, request.as_bytes()).await;
    assert!(!shown.body.contains("sesame") && shown.body.matches("example.com").count() == 3, "{shown:?}");
}
