//! The signers against goldens, one file for each stage, so that a failure names its stage.
//!
//! Each folder of `tests/signatures` is a case; its `origin.txt` says who computed the values. None of them was computed by
//! this crate.

#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[cfg(feature = "rsa")]
use apsara_core::sign::RsaPrivateKey;
use apsara_core::sign::{canonical_query, roa, v1, v3};
use serde_json::Value;

/// Runs every case of a version and returns how many there were.
fn run(version: &str, check: impl Fn(&Value, &dyn Fn(&str, &str))) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/signatures");
    let mut cases = 0;
    for case in fs::read_dir(&folder).unwrap() {
        let case = case.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        let request: Value = serde_json::from_str(&fs::read_to_string(case.join("request.json")).unwrap()).unwrap();
        if request["version"] != version {
            continue;
        }
        let origin = fs::read_to_string(case.join("origin.txt")).unwrap();
        assert!(origin.starts_with("Published: ") || origin.starts_with("Derived: "), "{}", case.display());
        // A test of another SDK may assert only some of the stages.
        let files = fs::read_dir(&case).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let stages: BTreeSet<String> =
            files.filter(|name| !["origin.txt", "request.json"].contains(&name.as_str())).collect();
        let compared = RefCell::new(BTreeSet::new());
        check(&request, &|stage, ours| {
            if stages.contains(stage) {
                let golden = fs::read_to_string(case.join(stage)).unwrap();
                assert_eq!(ours, golden, "stage {stage} of {} ({})", case.display(), origin.trim());
                compared.borrow_mut().insert(stage.to_owned());
            }
        });
        assert!(!stages.is_empty(), "{} holds no golden", case.display());
        assert_eq!(compared.into_inner(), stages, "goldens of {} that nothing was compared with", case.display());
        cases += 1;
    }
    cases
}

fn parameters(request: &Value) -> Vec<(String, String)> {
    let parameters = request["parameters"].as_object().unwrap();
    parameters.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn headers(request: &Value) -> Vec<(&str, &str)> {
    let headers = request["headers"].as_array().unwrap();
    headers.iter().map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap())).collect()
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
    assert_eq!(cases, 6);
}

#[test]
fn version_1_by_path_agrees_with_every_golden_at_every_stage() {
    let cases = run("roa", |request, golden| {
        let parameters = parameters(request);
        let to_sign =
            roa::string_to_sign(text(request, "method"), &headers(request), text(request, "path"), &parameters);
        golden("1-string-to-sign.txt", &to_sign);
        let signature = roa::signature(text(request, "access_key_secret"), &to_sign);
        golden("2-signature.txt", &signature);
        golden("3-authorization.txt", &roa::authorization(text(request, "access_key_id"), &signature));
    });
    assert_eq!(cases, 2);
}

#[test]
fn version_1_by_path_signs_the_names_of_empty_values_alone_and_encodes_nothing() {
    let query = [("b", "中 文"), ("a", ""), ("c", "&")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(roa::string_to_sign("GET", &[], "/a%20b", &query), "GET\n\n\n\n\n/a%20b?a&b=中 文&c=&");
}

#[test]
fn version_3_agrees_with_every_golden_at_every_stage() {
    let cases = run("v3", |request, golden| {
        let Some(key) = Secret::of(request) else { return };
        let key = key.borrow();
        let headers = headers(request);
        let hashed_payload = match &request["hashed_payload"] {
            Value::String(hash) => hash.clone(),
            _ => key.algorithm().hash_hex(&body(request)),
        };
        golden("0-hashed-payload.txt", &hashed_payload);
        let query = canonical_query(&parameters(request));
        let (canonical, signed) =
            v3::canonical_request(text(request, "method"), text(request, "path"), &query, &headers, &hashed_payload);
        golden("1-canonical-request.txt", &canonical);
        let to_sign = v3::string_to_sign(key.algorithm(), &canonical);
        golden("2-string-to-sign.txt", &to_sign);
        let signature = v3::signature(key, &to_sign).unwrap();
        golden("3-signature.txt", &signature);
        let id = text(request, "access_key_id");
        golden("4-authorization.txt", &v3::authorization(key.algorithm(), id, &signed, &signature));
    });
    assert_eq!(cases, 8);
}

#[test]
fn hashes_and_codes_agree_with_every_golden() {
    let cases = run("primitive", |request, golden| {
        let source = text(request, "text");
        let result = match text(request, "function") {
            "HMAC-SHA1" => roa::signature(text(request, "key"), source),
            "SHA256" => v3::Algorithm::HmacSha256.hash_hex(source.as_bytes()),
            #[cfg(feature = "sm3")]
            "SM3" => v3::Algorithm::HmacSm3.hash_hex(source.as_bytes()),
            #[cfg(feature = "sm3")]
            "HMAC-SM3" => v3::signature(v3::Key::HmacSm3(text(request, "key")), source).unwrap(),
            #[cfg(feature = "rsa")]
            "RSA-SHA256" => v3::signature(v3::Key::RsaSha256(&throw_away_key()), source).unwrap(),
            // What the features do not let in.
            _ => return,
        };
        golden("1-result.txt", &result);
    });
    assert_eq!(cases, 7);
}

/// What a case is signed with.
enum Secret<'a> {
    HmacSha256(&'a str),
    #[cfg(feature = "sm3")]
    HmacSm3(&'a str),
    #[cfg(feature = "rsa")]
    RsaSha256(RsaPrivateKey),
}

impl<'a> Secret<'a> {
    /// Returns what the case names; nothing if it takes a feature that is off.
    fn of(request: &'a Value) -> Option<Self> {
        let secret = text(request, "access_key_secret");
        match request["algorithm"].as_str() {
            None => Some(Self::HmacSha256(secret)),
            #[cfg(feature = "sm3")]
            Some("ACS3-HMAC-SM3") => Some(Self::HmacSm3(secret)),
            #[cfg(feature = "rsa")]
            Some("ACS3-RSA-SHA256") => Some(Self::RsaSha256(throw_away_key())),
            Some(_) => None,
        }
    }

    fn borrow(&self) -> v3::Key<'_> {
        match self {
            Self::HmacSha256(secret) => v3::Key::HmacSha256(secret),
            #[cfg(feature = "sm3")]
            Self::HmacSm3(secret) => v3::Key::HmacSm3(secret),
            #[cfg(feature = "rsa")]
            Self::RsaSha256(key) => v3::Key::RsaSha256(key),
        }
    }
}

#[cfg(feature = "rsa")]
fn throw_away_key() -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8(include_str!("signatures/rsa-throw-away-key.pem")).unwrap()
}

fn body(request: &Value) -> Vec<u8> {
    match &request["body_hex"] {
        Value::String(hex) => {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        }
        _ => text(request, "body").as_bytes().to_vec(),
    }
}
