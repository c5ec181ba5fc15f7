//! The portal's own document of Live: all of it is generated, and its order changes nothing.
//!
//! The document is not ours to ship. Where it is absent this says so and passes; on CI it must be there.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use apsara_codegen::{File, Options, Sources, generate};
use serde_json::Value;

const DOCUMENT: &str = "../../shared/metadata/live/2016-11-01/api-docs.json";

/// Returns the document, or nothing where there is none.
fn document() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let Ok(text) = std::fs::read_to_string(path) else {
        assert!(std::env::var_os("CI").is_none(), "the portal's metadata is absent, and CI must have it");
        println!("skipped: the portal's metadata is absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn generated(document: &Value) -> Vec<File> {
    let mut sources = Sources::default();
    sources.insert("api-specs/live/2016-11-01/api-docs.json", document.to_string());
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
fn every_operation_of_live_is_generated_whatever_the_order_of_its_parts() {
    let Some(mut document) = document() else { return };
    let first = generated(&document);
    let operations = first.iter().filter(|file| file.operation.is_some()).count();
    assert_eq!(operations, document["apis"].as_object().unwrap().len());
    assert_eq!(generated(&document), first, "generated twice, there are two results");

    let mut seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    println!("seed {seed}");
    let before = document.to_string();
    shuffle(&mut document, &mut seed);
    assert_ne!(document.to_string(), before, "nothing was shuffled");
    let shuffled = generated(&document);
    for (one, other) in first.iter().zip(&shuffled) {
        assert_eq!(one, other);
    }
}
