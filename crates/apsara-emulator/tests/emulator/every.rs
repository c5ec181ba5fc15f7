//! Every operation that ships with the emulator, and every one of the portal's documents, called by its spec alone.

use std::path::Path;

use apsara_emulator::{Clock, Emulator, EmulatorBuilder, Quotas};
use serde_json::Value;

use crate::client::{NOON, Reply, exchange};
use crate::sampled::{Outgoing, call, first_required, resolve, signed};

/// The operations that do something here, and so want more than sample values.
const BY_HAND: [&str; 10] = [
    "CreateLivePullToPush",
    "UpdateLivePullToPush",
    "DeleteLivePullToPush",
    "DescribeLivePullToPush",
    "DescribeLivePullToPushList",
    "StopLivePullToPush",
    "RestartLivePullToPush",
    "GetCallerIdentity",
    "AssumeRole",
    "AssumeRoleWithOIDC",
];

async fn start(builder: EmulatorBuilder) -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    builder.clock(clock.clone()).gateway_clock(clock).quota(Quotas::Off).start().await.unwrap()
}

async fn send(emulator: &Emulator, call: &Outgoing, action: &str, version: &str, product: &str) -> Reply {
    let key = (emulator.access_key_id(), emulator.access_key_secret());
    let request = signed(call, (emulator.host(), action, version), key, Some(product));
    exchange(emulator, request.as_bytes()).await
}

/// Whether an answer is what the first good response of a spec says at its root.
fn has_the_root_of(spec: &Value, schemas: &Value, reply: &Reply) -> bool {
    let responses = spec["responses"].as_object().into_iter().flatten();
    let mut good: Vec<_> = responses.filter(|(status, _)| status.starts_with('2')).collect();
    good.sort_by_key(|(status, _)| status.as_str());
    let Some((status, response)) = good.first() else {
        return reply.status == 200;
    };
    if reply.status.to_string() != **status {
        return false;
    }
    if reply.body.is_empty() {
        return **status == "204" || !response["schema"].is_object();
    }
    let schema = resolve(&response["schema"], schemas);
    match schema["type"].as_str().unwrap_or("any") {
        "object" => reply.json().is_object(),
        "array" => reply.json().is_array(),
        "string" if schema["format"] == "binary" => reply.headers["content-type"] == "application/octet-stream",
        "string" => reply.json().is_string(),
        "boolean" => reply.json().is_boolean(),
        "integer" | "number" => reply.json().is_number(),
        _ => true,
    }
}

#[tokio::test]
async fn every_operation_that_ships_is_answered_and_misses_its_first_parameter() {
    let emulator = start(Emulator::builder()).await;
    let (mut answered, mut missed) = (0, 0);
    for version in apsara_specs::versions() {
        let shared = version.shared();
        let (schemas, product) = (&shared["components"]["schemas"], shared["info"]["product"].as_str().unwrap());
        for name in version.operations() {
            let operation = version.operation(name).unwrap();
            let spec = operation.spec();
            if BY_HAND.contains(&name) {
                continue;
            }
            let sample = call(spec, schemas, None);
            let reply = send(&emulator, &sample, name, version.version(), product).await;
            assert!(has_the_root_of(spec, schemas, &reply), "{name}: {reply:?} to {sample:?}");
            answered += 1;
            if let Some(required) = first_required(spec) {
                let reply =
                    send(&emulator, &call(spec, schemas, Some(required)), name, version.version(), product).await;
                let answer = reply.json();
                let code = answer["Code"].as_str().or(answer["code"].as_str());
                assert_eq!(
                    (reply.status, code),
                    (400, Some(format!("Missing{required}").as_str())),
                    "{name}: {reply:?}"
                );
                missed += 1;
            }
        }
    }
    assert!(answered >= 1250 && missed >= 800, "{answered} {missed}");
    assert_eq!(emulator.ledger().len(), answered + missed);
}

#[tokio::test]
async fn every_operation_of_the_portals_documents_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/metadata");
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "the portal's metadata is absent, and CI must have it");
        println!("skipped: the portal's metadata is absent");
        return;
    }
    let mut files: Vec<_> = folder
        .read_dir()
        .unwrap()
        .flat_map(|product| product.unwrap().path().read_dir().unwrap())
        .map(|version| version.unwrap().path().join("api-docs.json"))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    let emulator = start(files.iter().fold(Emulator::builder(), EmulatorBuilder::spec_file)).await;
    let mut answered = 0;
    for file in &files {
        let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let (info, schemas) = (&document["info"], &document["components"]["schemas"]);
        let (product, version) = (info["product"].as_str().unwrap(), info["version"].as_str().unwrap());
        for (name, spec) in document["apis"].as_object().unwrap() {
            if BY_HAND.contains(&name.as_str()) {
                continue;
            }
            let sample = call(spec, schemas, None);
            let reply = send(&emulator, &sample, name, version, product).await;
            assert!(has_the_root_of(spec, schemas, &reply), "{product} {name}: {reply:?} to {sample:?}");
            answered += 1;
        }
    }
    assert!(answered >= 4_000, "{answered}");
}
