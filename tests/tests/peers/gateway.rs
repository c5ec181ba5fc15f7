//! What stands in front of every operation, as every official SDK must see it.

use std::time::Duration;

use apsara_emulator::{Clock, Emulator};
use serde_json::{Value, json};

use crate::sdk::{Key, Peer, Sdk, Told};
use crate::twice::Twice;

/// What every SDK must see, case by case.
const GATEWAY: [(&str, &str); 14] = [
    ("a right signature", "accepted"),
    ("a wrong secret", "SignatureDoesNotMatch 400"),
    ("an unknown key", "InvalidAccessKeyId.NotFound 404"),
    ("a clock 10 minutes slow", "accepted"),
    ("a clock 20 minutes slow", "InvalidTimeStamp.Expired 400"),
    ("a clock 10 minutes fast", "accepted"),
    ("a clock 20 minutes fast", "InvalidTimeStamp.Expired 400"),
    ("a request delivered twice, at first", "executed"),
    ("a request delivered twice, then", "SignatureNonceUsed 400"),
    ("a session", "AssumedRoleUser"),
    ("a session without its token", "MissingSecurityToken 400"),
    ("a session with a wrong secret", "SignatureDoesNotMatch 400"),
    ("an expired session", "InvalidSecurityToken.Expired 403"),
    ("a new session", "AssumedRoleUser"),
];

/// What arrives and is no case: `AssumeRole`, twice.
const UNLISTED: usize = 2;

const OPERATION: &str = "DescribeLivePullToPushList";

fn parameters() -> Value {
    json!({ "Region": "cn-shanghai", "PageSize": 1 })
}

/// Shows every case to an SDK.
pub(crate) async fn check(peer: Peer) {
    let gateway_clock = Clock::system();
    let emulator = Emulator::builder().gateway_clock(gateway_clock.clone()).start().await.unwrap();
    let mut sdk = Sdk::start(peer, &emulator);
    let mut seen = Vec::new();
    keys(&mut sdk, &mut seen).await;
    skew(&mut sdk, &gateway_clock, &mut seen).await;
    replay(&mut sdk, &emulator, &mut seen).await;
    sessions(&mut sdk, &emulator, &mut seen).await;
    let seen: Vec<(&str, &str)> = seen.iter().map(|(case, told)| (*case, told.as_str())).collect();
    assert_eq!(seen, GATEWAY, "{peer:?}");

    // An SDK that tried again in silence would have hidden a refusal: every call arrived once.
    let ledger = emulator.ledger();
    assert_eq!(ledger.len(), GATEWAY.len() + UNLISTED, "{ledger:#?}");
    assert!(ledger.iter().all(|entry| entry.signature == Some(peer.signature())), "{ledger:#?}");
}

type Seen = Vec<(&'static str, String)>;

async fn keys(sdk: &mut Sdk, seen: &mut Seen) {
    let right = sdk.key.clone();
    seen.push(("a right signature", sdk.call(OPERATION, parameters()).await.to_string()));
    sdk.key.secret = "not-the-secret".to_owned();
    seen.push(("a wrong secret", sdk.call(OPERATION, parameters()).await.to_string()));
    sdk.key.id = "LTAI5tNobody".to_owned();
    seen.push(("an unknown key", sdk.call(OPERATION, parameters()).await.to_string()));
    sdk.key = right;
}

/// Moves the gateway's clock, by which the SDK's own clock is slow or fast.
async fn skew(sdk: &mut Sdk, clock: &Clock, seen: &mut Seen) {
    let start = clock.now();
    for (case, seconds) in [
        ("a clock 10 minutes slow", 600),
        ("a clock 20 minutes slow", 1200),
        ("a clock 10 minutes fast", -600),
        ("a clock 20 minutes fast", -1200),
        ("", 0),
    ] {
        let time = start.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        clock.set(&time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap();
        if seconds != 0 {
            seen.push((case, sdk.call(OPERATION, parameters()).await.to_string()));
        }
    }
}

async fn replay(sdk: &mut Sdk, emulator: &Emulator, seen: &mut Seen) {
    let twice = Twice::start(emulator.host()).await;
    let direct = std::mem::replace(&mut sdk.host, twice.host.clone());
    let told = sdk.call(OPERATION, parameters()).await.to_string();
    sdk.host = direct;
    let ledger = emulator.ledger();
    let first = &ledger[ledger.len() - 2];
    let first = if first.executed { "executed".to_owned() } else { format!("{:?}", first.code) };
    seen.extend([("a request delivered twice, at first", first), ("a request delivered twice, then", told)]);
}

async fn sessions(sdk: &mut Sdk, emulator: &Emulator, seen: &mut Seen) {
    let right = sdk.key.clone();
    let session = assume_role(sdk, emulator).await;
    sdk.key = session.clone();
    seen.push(("a session", identity(sdk).await));
    sdk.key.token = None;
    seen.push(("a session without its token", identity(sdk).await));
    sdk.key = Key { secret: right.secret.clone(), ..session.clone() };
    seen.push(("a session with a wrong secret", identity(sdk).await));
    emulator.clock().advance(Duration::from_secs(2 * 3600));
    sdk.key = session;
    seen.push(("an expired session", identity(sdk).await));
    sdk.key = right;
    sdk.key = assume_role(sdk, emulator).await;
    seen.push(("a new session", identity(sdk).await));
}

/// Asks the emulator for keys that end in an hour, by the same SDK.
pub(crate) async fn assume_role(sdk: &mut Sdk, emulator: &Emulator) -> Key {
    let role = format!("acs:ram::{}:role/reader", emulator.account_id());
    let wanted = json!({ "RoleArn": role, "RoleSessionName": "peer", "DurationSeconds": 3600 });
    let answer = sdk.call("AssumeRole", wanted).await.body();
    let text = |name: &str| answer["Credentials"][name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
    Key { id: text("AccessKeyId"), secret: text("AccessKeySecret"), token: Some(text("SecurityToken")) }
}

/// Asks who calls, and returns what kind of caller it is, or the refusal.
async fn identity(sdk: &mut Sdk) -> String {
    match sdk.call("GetCallerIdentity", json!({})).await {
        Told::Accepted(body) => body["IdentityType"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned(),
        refused @ Told::Refused { .. } => refused.to_string(),
    }
}
