//! Signatures that Alibaba Cloud's documents and SDKs publish ("published"), and ones that its Python SDK was run to
//! get ("derived").

use bytes::Bytes;
use http::Request;

use super::*;

fn sign(method: &str, secret: &str, parameters: &[(&str, &str)]) -> (String, String) {
    let text = string_to_sign(method, parameters.iter().copied());
    let signature = STANDARD.encode(mac(secret, &text).finalize().into_bytes());
    (text, signature)
}

/// Published: help page "Sign RPC APIs", also the request-signature page of ECS.
#[test]
fn published_describe_regions() {
    let (text, signature) = sign(
        "GET",
        "testsecret",
        &[
            ("AccessKeyId", "testid"),
            ("Action", "DescribeRegions"),
            ("Format", "XML"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", "2016-02-23T12:46:24Z"),
            ("Version", "2014-05-26"),
        ],
    );
    let expected = "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML\
        %26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf\
        %26SignatureVersion%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26";
    assert_eq!(text, expected);
    assert_eq!(signature, "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
}

/// Published: help page "RPC mechanism" of the SDK overview.
#[test]
fn published_describe_dedicated_hosts() {
    let (_, signature) = sign(
        "GET",
        "testsecret",
        &[
            ("AccessKeyId", "testid"),
            ("Action", "DescribeDedicatedHosts"),
            ("Format", "JSON"),
            ("RegionId", "cn-beijing"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "edb2b34af0af9a6d14deaf7c1a5315eb"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", "2023-03-13T08:34:30Z"),
            ("Version", "2014-05-26"),
        ],
    );
    assert_eq!(signature, "9NaGiOspFP5UPcwX8Iwt2YJXXuk=");
}

/// Published: `Test_GetRPCSignature` of alibabacloud-go/darabonba-openapi, whose method is empty.
#[test]
fn published_single_parameter() {
    let (text, signature) = sign("", "accessKeySecret", &[("test", "ok")]);
    assert_eq!(text, "&%2F&test%3Dok");
    assert_eq!(signature, "jHx/oHoHNrbVfhncHEvPdHXZwHU=");
}

const RESTART: [(&str, &str); 10] = [
    ("AccessKeyId", "LTAI-example-id"),
    ("Action", "RestartLivePullToPush"),
    ("Format", "JSON"),
    ("Region", "cn-shanghai"),
    ("SignatureMethod", "HMAC-SHA1"),
    ("SignatureNonce", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ("SignatureVersion", "1.0"),
    ("TaskId", "6f869419-0692-4fd5-8cf0-66cab6590000"),
    ("Timestamp", "2024-01-02T03:04:05Z"),
    ("Version", "2016-11-01"),
];

/// Derived with the official Python SDK.
#[test]
fn derived_restart() {
    assert_eq!(sign("GET", "example-secret", &RESTART).1, "/Em/blq/XprwkgHXjOhqGnCy0Jk=");
}

/// Derived with the official Python SDK: every character that encoders get wrong.
#[test]
fn derived_encoding() {
    let mut parameters = RESTART.to_vec();
    parameters.extend([
        ("A.1.Key", "a b"),
        ("Empty", ""),
        ("Star", "*"),
        ("Plus", "1+1"),
        ("Tilde", "~"),
        ("Paren", "!'()"),
        ("Slash", "/x?y=z&w"),
        ("Unicode", "中文é"),
        ("Pct", "100%"),
    ]);
    assert_eq!(sign("POST", "example-secret", &parameters).1, "UsvOfNw1FFgqBn+xFwhfDdFosNY=");
}

fn restart_request(signature: &str) -> WireRequest {
    let query = "AccessKeyId=LTAI-example-id&Action=RestartLivePullToPush&Format=JSON&Region=cn-shanghai\
        &SignatureMethod=HMAC-SHA1&SignatureNonce=0f1e2d3c4b5a69788796a5b4c3d2e1f0&SignatureVersion=1.0\
        &Timestamp=2024-01-02T03%3A04%3A05Z&Version=2016-11-01";
    let (parts, ()) = Request::builder()
        .method("GET")
        .uri(format!("/?{query}&Signature={signature}"))
        .header("host", "live.aliyuncs.com")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(())
        .unwrap()
        .into_parts();
    // The form is signed together with the query, whatever the method.
    WireRequest::new(&parts, Bytes::from_static(b"TaskId=6f869419-0692-4fd5-8cf0-66cab6590000"))
}

#[test]
fn query_and_form_are_verified_together() {
    let request = restart_request("%2FEm%2Fblq%2FXprwkgHXjOhqGnCy0Jk%3D");
    let credentials = read_credentials(&request).unwrap();
    assert_eq!(credentials.access_key_id, "LTAI-example-id");
    assert_eq!(credentials.timestamp, "2024-01-02T03:04:05Z");
    credentials.verify(&request, Key::Secret("example-secret")).unwrap();
}

#[test]
fn a_wrong_secret_is_told_the_string_to_sign() {
    let request = restart_request("%2FEm%2Fblq%2FXprwkgHXjOhqGnCy0Jk%3D");
    let refusal = read_credentials(&request).unwrap().verify(&request, Key::Secret("another-secret")).unwrap_err();
    let (text, _) = sign("GET", "", &RESTART);
    assert_eq!(
        refusal.message,
        format!("Specified signature is not matched with our calculation. server string to sign is:{text}")
    );
}

#[test]
fn a_signature_that_is_no_base64_or_only_a_beginning_does_not_match() {
    for wrong in ["%25%25%25", "%2FEm", "A"] {
        let request = restart_request(wrong);
        let refusal = read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap_err();
        assert_eq!(refusal.code, "SignatureDoesNotMatch");
    }
}
