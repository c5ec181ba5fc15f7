//! The signers against goldens, one file for each stage, so that a failure names its stage.
//!
//! Each folder of `tests/signatures` is a case; its `origin.txt` says who computed the values. None of them was computed by
//! this crate.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use apsara_core::sign::{canonical_query, sha256_hex, v1, v3};
use serde_json::Value;

/// Runs every case of a version and returns how many there were.
fn run(version: &str, check: impl Fn(&Value, &dyn Fn(&str, &str))) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signatures");
    let mut cases = 0;
    for case in fs::read_dir(&folder).unwrap() {
        let case = case.unwrap().path();
        let request: Value = serde_json::from_str(&fs::read_to_string(case.join("request.json")).unwrap()).unwrap();
        if request["version"] != version {
            continue;
        }
        let origin = fs::read_to_string(case.join("origin.txt")).unwrap();
        assert!(origin.starts_with("Published: ") || origin.starts_with("Derived: "), "{}", case.display());
        check(&request, &|stage, ours| {
            // A test of another SDK may assert only some of the stages.
            if let Ok(golden) = fs::read_to_string(case.join(stage)) {
                assert_eq!(ours, golden, "stage {stage} of {} ({})", case.display(), origin.trim());
            }
        });
        cases += 1;
    }
    cases
}

fn parameters(request: &Value) -> Vec<(String, String)> {
    let parameters = request["parameters"].as_object().unwrap();
    parameters.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request[name].as_str().unwrap()
}

#[test]
fn version_1_agrees_with_every_golden_at_every_stage() {
    let cases = run("v1", |request, golden| {
        let query = canonical_query(&parameters(request));
        golden("1-canonical-query.txt", &query);
        let to_sign = v1::string_to_sign(text(request, "method"), &query);
        golden("2-string-to-sign.txt", &to_sign);
        golden("3-signature.txt", &v1::signature(text(request, "access_key_secret"), &to_sign));
    });
    assert_eq!(cases, 4);
}

#[test]
fn version_3_agrees_with_every_golden_at_every_stage() {
    let cases = run("v3", |request, golden| {
        let headers: Vec<(&str, &str)> = request["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
            .collect();
        let hashed_payload = match &request["hashed_payload"] {
            Value::String(hash) => hash.clone(),
            _ => sha256_hex(&body(request)),
        };
        let query = canonical_query(&parameters(request));
        let (canonical, signed) =
            v3::canonical_request(text(request, "method"), text(request, "path"), &query, &headers, &hashed_payload);
        golden("1-canonical-request.txt", &canonical);
        let to_sign = v3::string_to_sign(&canonical);
        golden("2-string-to-sign.txt", &to_sign);
        let signature = v3::signature(text(request, "access_key_secret"), &to_sign);
        golden("3-signature.txt", &signature);
        golden("4-authorization.txt", &v3::authorization(text(request, "access_key_id"), &signed, &signature));
    });
    assert_eq!(cases, 6);
}

fn body(request: &Value) -> Vec<u8> {
    match &request["body_hex"] {
        Value::String(hex) => {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        }
        _ => text(request, "body").as_bytes().to_vec(),
    }
}
