//! The control API over the wire: who may use it, what it refuses, and that it is off unless asked for.

use apsara_emulator::{Emulator, Fault, FaultRule};
use serde_json::{Value, json};

use crate::client::{Reply, create, exchange, live};

async fn controlled() -> Emulator {
    Emulator::builder().control(true).start().await.unwrap()
}

/// Sends a request with these headers in place of the usual ones.
async fn send(emulator: &Emulator, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut all = vec![("host", emulator.host()), ("connection", "close"), ("content-type", "application/json")];
    all.retain(|(name, _)| !headers.iter().any(|(own, _)| own == name));
    all.extend(headers);
    let lines: String = all.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!("{method} {path} HTTP/1.1\r\n{lines}content-length: {length}\r\n\r\n{body}");
    exchange(emulator, request.as_bytes()).await
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> (u16, Value) {
    let reply = send(emulator, "POST", path, &[], &body.to_string()).await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn it_is_off_unless_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    for (method, path) in [("GET", "/_apsara"), ("GET", "/_apsara/clock"), ("POST", "/_apsara/reset")] {
        let reply = send(&emulator, method, path, &[], "{}").await;
        assert_eq!((reply.status, reply.text("code")), (404, "InvalidAction.NotFound".to_owned()), "{path}");
    }
    let page = send(&emulator, "GET", "/", &[("accept", "text/html")], "").await;
    assert!(page.body.contains("<Code>"), "the page is off too: {page:?}");
    assert_eq!(emulator.ledger_len(), 4);
}

#[tokio::test]
async fn only_this_machine_and_no_page_of_the_web_is_listened_to() {
    let emulator = controlled().await;
    let port = emulator.address().port();
    let own = format!("http://localhost:{port}");
    let host = format!("localhost:{port}");
    let reset = async |headers: &[(&str, &str)]| send(&emulator, "POST", "/_apsara/reset", headers, "{}").await.status;
    assert_eq!(reset(&[]).await, 200);
    assert_eq!(reset(&[("host", &host), ("origin", &own), ("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(reset(&[("content-type", "Application/JSON; charset=utf-8")]).await, 200);
    for (headers, status) in [
        (&[("host", "rebound.example.com")][..], 403),
        (&[("host", "localhost:1")], 403),
        (&[("origin", "https://example.com")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "http://localhost:1")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("content-type", "text/plain")], 415),
        (&[("content-type", "application/x-www-form-urlencoded")], 415),
    ] {
        assert_eq!(reset(headers).await, status, "{headers:?}");
    }
    let read = send(&emulator, "GET", "/_apsara/tasks", &[("host", "rebound.example.com")], "").await;
    assert_eq!((read.status, read.text("where")), (403, "Host".to_owned()));
    assert_eq!(emulator.ledger_len(), 0, "none of this is a call");
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place_and_changes_nothing() {
    let emulator = controlled().await;
    let fault = json!({ "kind": "truncate" });
    for (path, body, place) in [
        ("/_apsara/clock", json!({}), ""),
        ("/_apsara/clock", json!([]), ""),
        ("/_apsara/clock", json!({ "advance": -1 }), "advance"),
        ("/_apsara/clock", json!({ "advance": 1, "set": "noon" }), "set"),
        ("/_apsara/clock", json!({ "advance": 1, "clock": "wall" }), "clock"),
        ("/_apsara/clock", json!({ "freeze": true, "resume": true }), "resume"),
        ("/_apsara/faults", json!({ "fault": fault, "probability": 2 }), "probability"),
        ("/_apsara/faults", json!({ "fault": { "kind": "server-error", "status": 200 } }), "fault.status"),
        ("/_apsara/faults", json!({ "fault": fault, "operation": "RestartLivePullToPsh" }), "operation"),
        ("/_apsara/tasks", json!({ "status": "paused", "parameters": {} }), "status"),
        ("/_apsara/tasks", json!({ "parameters": { "Reigon": "a" } }), "parameters.Reigon"),
        ("/_apsara/tasks", json!({ "parameters": { "Region": "cn-shanghai" } }), "parameters"),
        ("/_apsara/tasks", json!({ "account": "7", "parameters": {} }), "account"),
        ("/_apsara/tasks/fail", json!({ "task_id": "a", "what": "sink" }), "what"),
        ("/_apsara/reset", json!({ "all": true }), "all"),
    ] {
        let (status, answer) = post(&emulator, path, body.clone()).await;
        assert_eq!((status, &answer["where"]), (400, &json!(place)), "{path} {body}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|reason| !reason.is_empty()), "{answer}");
    }
    let no_json = send(&emulator, "POST", "/_apsara/reset", &[], "{").await;
    assert_eq!((no_json.status, no_json.text("where")), (400, "body".to_owned()));
    let twice = r#"{"advance":900,"advance":1}"#;
    let twice = send(&emulator, "POST", "/_apsara/clock", &[], twice).await;
    assert_eq!((twice.status, twice.text("where")), (400, "advance".to_owned()), "{twice:?}");
    let twice = send(&emulator, "GET", "/_apsara/trace?limit=1&limit=2", &[], "").await;
    assert_eq!((twice.status, twice.text("where")), (400, "limit".to_owned()), "{twice:?}");
    let query = send(&emulator, "GET", "/_apsara/trace?limt=1", &[], "").await;
    assert!(query.text("error").contains("did you mean limit?"), "{query:?}");
    let unknown = send(&emulator, "GET", "/_apsara/taks", &[], "").await;
    assert!(unknown.status == 404 && unknown.text("error").contains("/_apsara/tasks?"), "{unknown:?}");
    assert_eq!(send(&emulator, "POST", "/_apsara/trace", &[], "{}").await.status, 405);
    assert_eq!(post(&emulator, "/_apsara/tasks/recover", json!({ "task_id": "a" })).await.0, 404);
    assert!(emulator.tasks().is_empty());
}

#[tokio::test]
async fn tasks_are_seeded_in_every_state() {
    let emulator = controlled().await;
    for status in ["idle", "running", "recovering", "offline", "exit"] {
        let parameters = json!({
            "Region": "cn-shanghai", "SourceType": "vod", "SourceUrls": ["a", "b"], "DstUrl": "rtmp://push.example.com/a/b"
        });
        let (code, task) =
            post(&emulator, "/_apsara/tasks", json!({ "status": status, "parameters": parameters })).await;
        assert_eq!((code, &task["status"]), (200, &json!(status)), "{task}");
    }
    // What Create takes is taken here, and what is wrong is told by its own name.
    let mut body = json!({ "task_id": "seeded", "parameters": {
        "Region": "cn-shanghai", "SourceType": "vod", "SourceUrls": ["a"], "DstUrl": "rtmp://push.example.com/a/b", "AuthKey": "k"
    } });
    assert_eq!(post(&emulator, "/_apsara/tasks", body.clone()).await.0, 200);
    let task = [("Region", "cn-shanghai"), ("TaskId", "seeded")];
    let described = live(&emulator, "DescribeLivePullToPush", &task).v3(&emulator).await.json();
    assert_eq!(described["TaskInfo"]["AuthKey"], "k", "{described}");
    assert_eq!(post(&emulator, "/_apsara/tasks", body.clone()).await.1["where"], "task_id");
    body["task_id"] = json!("another");
    body["parameters"]["StartTime"] = json!("2099-01-01T00:00:00Z");
    assert_eq!(post(&emulator, "/_apsara/tasks", body).await.1["where"], "status");
    let failing = json!({ "task_id": emulator.tasks()[0].task_id, "what": "source" });
    assert_eq!(post(&emulator, "/_apsara/tasks/fail", failing).await.0, 409, "an idle task does not fail");
}

#[tokio::test]
async fn a_reset_lets_everything_be_as_at_the_start() {
    let emulator = controlled().await;
    let before = emulator.clock().now();
    create(&emulator, &in_a_year()).await;
    emulator.faults().add(FaultRule::new(Fault::Truncate));
    let call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    let request = call.v3_request(&emulator);
    assert_eq!(post(&emulator, "/_apsara/clock", json!({ "advance": 100_000 })).await.0, 200);
    assert!(emulator.clock().now().duration_since(before).as_secs() >= 100_000);
    assert_eq!(post(&emulator, "/_apsara/reset", json!({})).await, (200, json!({})));
    assert!(emulator.clock().now().duration_since(before).as_secs() < 10_000);
    assert_eq!((emulator.tasks().len(), emulator.ledger_len(), emulator.trace().len()), (0, 0, 0));
    let counters = send(&emulator, "GET", "/_apsara/counters", &[], "").await.json();
    assert_eq!(counters, json!({ "calls": [], "faults": {}, "tasks": {} }));
    assert_eq!(exchange(&emulator, request.as_bytes()).await.status, 200, "no fault, and a fresh nonce");
    assert_eq!(exchange(&emulator, request.as_bytes()).await.text("Code"), "SignatureNonceUsed");
    assert_eq!(post(&emulator, "/_apsara/reset", json!({})).await.0, 200);
    assert_eq!(exchange(&emulator, request.as_bytes()).await.status, 200, "nonces are forgotten");
}

/// Times that the machine's clock has not come to.
pub(crate) fn in_a_year() -> [(&'static str, &'static str); 2] {
    [("StartTime", "2026-01-01T12:00:00Z"), ("EndTime", "2099-01-01T00:00:00Z")]
}
