//! The relay family and the caller's identity, as every official SDK must see them.

use std::time::Duration;

use apsara_emulator::{Clock, Emulator};
use apsara_tests::{live, relay_task};
use serde_json::{Value, json};

use crate::sdk::{Peer, Sdk, Told};

/// What every SDK must see, step by step.
const FAMILY: [(&str, &str); 15] = [
    ("describe", "status 1"),
    ("restart", "another id"),
    ("describe old", "status -1"),
    ("describe new", "status 1"),
    ("stop", "accepted"),
    ("stop again", "CodeTaskHasStopped 400"),
    ("update", "RetCode 0"),
    ("create", "RetCode 0"),
    ("restart early", "InvalidParameter 400"),
    ("describe until it runs", "status 0, status 0, status 1"),
    ("list", "total 2"),
    ("delete", "RetCode 0"),
    ("restart none", "CodeTaskNotExist 400"),
    ("wrong secret", "SignatureDoesNotMatch 400"),
    ("identity", "the account"),
];

/// Every character that clients disagree on.
const NAME: &str = "a b+c*d~e!'()/?y=z&w%100 中文é";

/// Drives the family with an SDK.
pub(crate) async fn check(peer: Peer) {
    let emulator = Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap()).start().await.unwrap();
    let idle = relay_task(&live(&emulator), &emulator, "idle").send().await.unwrap().task_id.unwrap();
    emulator.clock().advance(Duration::from_secs(3600));
    let before = emulator.ledger().len();

    let seen = drive(&mut Sdk::start(peer, &emulator), &idle, &emulator).await;
    let seen: Vec<(&str, &str)> = seen.iter().map(|(step, told)| (*step, told.as_str())).collect();
    assert_eq!(seen, FAMILY, "{peer:?}");

    let ledger = emulator.ledger();
    assert!(ledger.len() >= before + FAMILY.len());
    assert!(ledger[before..].iter().all(|entry| entry.signature == Some(peer.signature())), "{ledger:#?}");
}

async fn drive(sdk: &mut Sdk, idle: &str, emulator: &Emulator) -> Vec<(&'static str, String)> {
    let mut seen = Vec::new();
    let mut see = |step, told: String| seen.push((step, told));
    let task = |id: &str| json!({ "Region": "cn-shanghai", "TaskId": id });
    let status = |answer: Told| format!("status {}", checked(answer)["TaskStatus"]);
    let ret_code = |answer: &Value| format!("RetCode {}", answer["RetCode"]);

    see("describe", status(sdk.call("DescribeLivePullToPush", task(idle)).await));
    let restarted = checked(sdk.call("RestartLivePullToPush", task(idle)).await);
    let second = restarted["TaskId"].as_str().unwrap();
    see("restart", if second == idle { "the same id" } else { "another id" }.to_owned());
    see("describe old", status(sdk.call("DescribeLivePullToPush", task(idle)).await));
    see("describe new", status(sdk.call("DescribeLivePullToPush", task(second)).await));
    see("stop", sdk.call("StopLivePullToPush", task(second)).await.to_string());
    see("stop again", sdk.call("StopLivePullToPush", task(second)).await.to_string());

    let mut update = task(second);
    update["CallbackUrl"] = json!("https://callback.example.com/a?b=c d");
    see("update", ret_code(&checked(sdk.call("UpdateLivePullToPush", update.clone()).await)));
    let described = checked(sdk.call("DescribeLivePullToPush", task(second)).await);
    assert_eq!(described["TaskInfo"]["CallbackURL"], update["CallbackUrl"], "{described}");

    let sources = json!(["https://example.com/a b.mp4", "https://example.com/中.flv"]);
    let create = json!({
        "Region": "cn-shanghai",
        "TaskName": NAME,
        "StartTime": "2026-01-01T02:00:00Z",
        "EndTime": "2026-01-02T00:00:00Z",
        "SourceType": "url",
        "SourceUrls": sources,
        "DstUrl": "rtmp://push.example.com/app/other",
    });
    let created = checked(sdk.call("CreateLivePullToPush", create).await);
    see("create", ret_code(&created));
    let early = created["TaskId"].as_str().unwrap();
    let described = checked(sdk.call("DescribeLivePullToPush", task(early)).await);
    assert_eq!(described["TaskInfo"]["TaskName"], NAME, "{described}");
    assert_eq!(described["TaskInfo"]["SourceUrls"], sources, "{described}");
    see("restart early", sdk.call("RestartLivePullToPush", task(early)).await.to_string());
    let mut polls = Vec::new();
    while polls.len() < 5 && polls.last().is_none_or(|poll| poll != "status 1") {
        polls.push(status(sdk.call("DescribeLivePullToPush", task(early)).await));
        emulator.clock().advance(Duration::from_secs(1800));
    }
    see("describe until it runs", polls.join(", "));

    let page = json!({ "Region": "cn-shanghai", "PageSize": 1 });
    let listed = checked(sdk.call("DescribeLivePullToPushList", page).await);
    assert_eq!(listed["TaskList"].as_array().map(Vec::len), Some(1), "{listed}");
    see("list", format!("total {}", listed["Total"]));
    see("delete", ret_code(&checked(sdk.call("DeleteLivePullToPush", task(second)).await)));
    see("restart none", sdk.call("RestartLivePullToPush", task("none")).await.to_string());

    let secret = std::mem::replace(&mut sdk.key.secret, "not-the-secret".to_owned());
    see("wrong secret", sdk.call("DescribeLivePullToPush", task(early)).await.to_string());
    sdk.key.secret = secret;
    let identity = checked(sdk.call("GetCallerIdentity", json!({})).await);
    see(
        "identity",
        if identity["AccountId"] == emulator.account_id() { "the account".to_owned() } else { identity.to_string() },
    );
    seen
}

/// Returns the body of an answer, once its request id is seen to have the form that all have.
fn checked(answer: Told) -> Value {
    let body = answer.body();
    let id = body["RequestId"].as_str().unwrap_or_else(|| panic!("{body}"));
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
    assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F' | b'-')), "{id}");
    body
}
