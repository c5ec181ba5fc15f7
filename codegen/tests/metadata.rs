//! The portal's own documents: all of Live is generated, and its order changes nothing; no signal alone makes an operation safe.
//!
//! The documents are not ours to ship. Where they are absent this says so and passes; on CI they must be there.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use apsara_codegen::{File, Options, Sources, generate};
use serde_json::Value;

/// Returns the document of a version, or nothing where there is none.
fn document(version: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../shared/metadata/{version}/api-docs.json"));
    let Ok(text) = std::fs::read_to_string(path) else {
        assert!(std::env::var_os("CI").is_none(), "the portal's metadata is absent, and CI must have it");
        println!("skipped: the portal's metadata is absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn generated(version: &str, document: &Value) -> Vec<File> {
    let mut sources = Sources::default();
    sources.insert(format!("api-specs/{version}/api-docs.json"), document.to_string());
    generate(&sources, "api-specs", &Options::default()).unwrap().files
}

/// Puts every list whose order means nothing into another order.
fn shuffle(value: &mut Value, seed: &mut u64) {
    const LISTS: [&str; 4] = ["parameters", "endpoints", "security", "methods"];
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| shuffle(value, seed)),
        Value::Object(map) => {
            for (key, value) in map {
                if let (true, Value::Array(list)) = (LISTS.contains(&key.as_str()), &mut *value) {
                    for end in (1..list.len()).rev() {
                        // Xorshift (Marsaglia, 2003): enough to mix a list.
                        *seed ^= *seed << 13;
                        *seed ^= *seed >> 7;
                        *seed ^= *seed << 17;
                        list.swap(end, usize::try_from(*seed % (end as u64 + 1)).unwrap());
                    }
                }
                shuffle(value, seed);
            }
        }
        _ => {}
    }
}

#[test]
fn every_operation_is_generated_whatever_the_order_of_its_parts() {
    // In ECS and VPC many operations list a parameter twice, of which one is made.
    for version in ["live/2016-11-01", "ecs/2014-05-26", "vpc/2016-04-28"] {
        let Some(mut document) = document(version) else { return };
        let first = generated(version, &document);
        let operations = first.iter().filter(|file| file.operation.is_some()).count();
        assert_eq!(operations, document["apis"].as_object().unwrap().len());
        assert_eq!(generated(version, &document), first, "generated twice, there are two results");

        let mut seed =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
        println!("seed {seed}");
        let before = document.to_string();
        shuffle(&mut document, &mut seed);
        assert_ne!(document.to_string(), before, "nothing was shuffled");
        let shuffled = generated(version, &document);
        for (one, other) in first.iter().zip(&shuffled) {
            assert_eq!(one, other);
        }
        assert_eq!(first.len(), shuffled.len());
    }
}

/// The first words of names that mean reading.
const READING: [&str; 12] =
    ["Check", "Count", "Describe", "Diagnose", "Fetch", "Get", "Has", "Inspect", "List", "Lookup", "Query", "Search"];
/// Operations that one signal or two call a read, and that change something.
const CHANGE: [&str; 7] = [
    "SendSms",
    "SendBatchSms",
    "DeleteCluster",
    "CreateRouteEntries",
    "SendMessageToGroup",
    "DeleteEventSub",
    "UpdateLiveDelayConfig",
];

/// Lists every version that the portal's documents are there of; one where there are none, so that their absence is told.
fn versions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/metadata");
    let entries = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    // The same product in another language is the same operations.
    let products = entries(&folder).into_iter().filter(|product| product != "zh_cn");
    let versions = products.flat_map(|product| {
        let versions = entries(&folder.join(&product)).into_iter();
        versions.map(move |version| format!("{product}/{version}"))
    });
    let mut versions: Vec<String> = versions.collect();
    versions.sort();
    if versions.is_empty() { vec!["live/2016-11-01".to_owned()] } else { versions }
}

#[test]
fn an_operation_is_safe_to_repeat_only_if_every_signal_says_so() {
    let (mut safe, mut known, mut disagree) = (0, Vec::new(), 0);
    for version in versions() {
        let Some(document) = document(&version) else { return };
        let mut sources = Sources::default();
        sources.insert(format!("api-specs/{version}/api-docs.json"), document.to_string());
        let files = generate(&sources, "api-specs", &Options::default()).unwrap().files;
        for (name, api) in document["apis"].as_object().unwrap() {
            let tag = api["systemTags"]["operationType"].as_str().unwrap_or("nothing");
            let kind = api["operationType"].as_str().unwrap_or("nothing");
            let verb = &name[..name[1..].find(|letter: char| !letter.is_lowercase()).map_or(name.len(), |end| end + 1)];
            let reading = READING.contains(&verb);
            let signals = [matches!(tag, "get" | "list"), kind == "read", reading];
            let file =
                files.iter().find(|file| file.operation.as_ref().is_some_and(|(_, operation)| operation == name));
            let is_safe = file.unwrap().text.contains("repeat: rt::Repeat::Safe,");
            if signals.contains(&true) && signals.contains(&false) {
                println!(
                    "{version} {name}: tag {tag}, type {kind}, verb {verb}; {}",
                    if is_safe { "safe" } else { "unsafe" }
                );
                disagree += 1;
                assert!(!is_safe, "{name} is safe, though its signals disagree");
            }
            safe += usize::from(is_safe);
            if CHANGE.contains(&name.as_str()) {
                assert!(!is_safe, "{name} is safe");
                known.push(name.clone());
            }
        }
    }
    println!("{disagree} operations whose signals disagree; {safe} are safe");
    assert_eq!(known.len(), CHANGE.len(), "{known:?}");
    assert!(safe > 100 && disagree > 100, "{safe} are safe, {disagree} disagree");
}
