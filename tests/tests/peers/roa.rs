//! An operation with a path of its own, as every official SDK must see it.
//!
//! The older cores sign it in another way than the rest, name no operation, and one of them sends no nonce.

use apsara_emulator::{Emulator, Signature};
use serde_json::json;

use crate::gateway::assume_role;
use crate::sdk::{Peer, Sdk, Told};
use crate::twice::Twice;

/// What every SDK must see, case by case.
const ROA: [(&str, &str); 6] = [
    ("a right signature", "a list"),
    ("a value with every character that clients disagree on", "a list"),
    ("an empty value", "a list"),
    ("a wrong secret", "SignatureDoesNotMatch 400"),
    ("a session", "a list"),
    ("a request delivered twice, then", "SignatureNonceUsed 400"),
];

const OPERATION: &str = "DescribeClusters";

/// Shows every case to an SDK.
pub(crate) async fn check(peer: Peer) {
    let emulator = Emulator::start().await.unwrap();
    let mut sdk = Sdk::start(peer, &emulator);
    let mut seen = Vec::new();
    let names = [json!({}), json!({ "name": "a b+c*d~e!'()/?y=z&w%100 中文é" }), json!({ "name": "" })];
    for (case, parameters) in ROA.iter().map(|(case, _)| *case).zip(names) {
        seen.push((case, told(sdk.call(OPERATION, parameters).await)));
    }
    let secret = std::mem::replace(&mut sdk.key.secret, "not-the-secret".to_owned());
    seen.push(("a wrong secret", told(sdk.call(OPERATION, json!({})).await)));
    sdk.key.secret = secret;
    let session = assume_role(&mut sdk, &emulator).await;
    let right = std::mem::replace(&mut sdk.key, session);
    seen.push(("a session", told(sdk.call(OPERATION, json!({})).await)));
    sdk.key = right;
    let twice = Twice::start(emulator.host()).await;
    sdk.host.clone_from(&twice.host);
    seen.push(("a request delivered twice, then", told(sdk.call(OPERATION, json!({})).await)));

    let mut expected = ROA;
    if matches!(peer, Peer::PythonV1) {
        // Without a nonce, nobody can tell a request from its copy.
        expected[5].1 = "a list";
    }
    let seen: Vec<(&str, &str)> = seen.iter().map(|(case, told)| (*case, told.as_str())).collect();
    assert_eq!(seen, expected, "{peer:?}");

    let signature = if peer.signature() == Signature::V1 { Signature::V1Roa } else { Signature::V3 };
    let ledger = emulator.ledger();
    let calls: Vec<_> = ledger.iter().filter(|entry| entry.action == OPERATION).collect();
    assert_eq!(calls.len(), ROA.len() + 1, "{ledger:#?}");
    assert!(calls.iter().all(|entry| entry.signature == Some(signature)), "{ledger:#?}");
}

fn told(told: Told) -> String {
    match told {
        Told::Accepted(body) if body.is_array() => "a list".to_owned(),
        Told::Accepted(body) => body.to_string(),
        refused @ Told::Refused { .. } => refused.to_string(),
    }
}
