//! Signatures that Alibaba Cloud's documents and SDKs publish ("published"), and ones whose inputs they publish and
//! whose secret was chosen here ("derived").

use bytes::Bytes;
use http::Request;

use super::*;

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> WireRequest {
    let mut builder = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let (parts, ()) = builder.body(()).unwrap().into_parts();
    WireRequest::new(&parts, Bytes::new())
}

fn sign(secret: &str, text: &str) -> String {
    STANDARD.encode(super::super::mac::<Hmac<Sha1>>(secret.as_bytes(), text).finalize().into_bytes())
}

/// Published: `test_get_signature` of aliyun-python-sdk-core's `test_roa_signature_composer.py`.
#[test]
fn published_get() {
    let request = request(
        "GET",
        "/",
        &[
            ("accept", "application/octet-stream"),
            ("date", "2018-12-04T03:55:31Z"),
            ("x-acs-signature-version", "1.0"),
            ("x-acs-signature-method", "HMAC-SHA1"),
        ],
    );
    let text = string_to_sign(&request, "");
    let expected = "GET\napplication/octet-stream\n\n\n2018-12-04T03:55:31Z\n\
        x-acs-signature-method:HMAC-SHA1\nx-acs-signature-version:1.0\n/";
    assert_eq!(text, expected);
    assert_eq!(sign("access_key_secret", &text), "HKCpm41tJg6b3EYdtGMbNuwALZU=");
}

fn stacks(query: &str) -> WireRequest {
    request(
        "POST",
        &format!("/stacks?{query}"),
        &[
            ("accept", "application/json"),
            ("authorization", "acs testid:EOQtYaYWwPok3olIAATjbjP9L5Q="),
            ("content-md5", "ChDfdfwC+Tn874znq7Dw7Q=="),
            ("content-type", "application/x-www-form-urlencoded;charset=utf-8"),
            ("date", "Thu, 22 Feb 2018 07:46:12 GMT"),
            ("x-acs-signature-nonce", "550e8400-e29b-41d4-a716-446655440000"),
            ("x-acs-signature-method", "HMAC-SHA1"),
            ("x-acs-signature-version", "1.0"),
            ("x-acs-version", "2016-01-02"),
        ],
    )
}

/// Derived from the inputs of the help page "Sign ROA APIs", which prints neither a secret nor a signature.
#[test]
fn derived_stacks_in_any_order_of_the_query() {
    for query in ["name=test_alert&status=COMPLETE", "status=COMPLETE&name=test_alert"] {
        let request = stacks(query);
        let credentials = read_credentials(&request).unwrap();
        assert_eq!(credentials.access_key_id, "testid");
        assert_eq!(credentials.nonce, Some("550e8400-e29b-41d4-a716-446655440000"));
        credentials.verify(&request, Key::Secret("testsecret")).unwrap();
        let refusal = credentials.verify(&request, Key::Secret("another")).unwrap_err();
        assert_eq!(refusal, Refusal::signature_does_not_match(&string_to_sign(&request, "")));
    }
}

#[test]
fn values_are_not_encoded_and_an_empty_one_has_no_equals_sign() {
    let request = request("GET", "/a%20b/c?z=%E4%B8%AD+1&k=&a", &[]);
    assert_eq!(string_to_sign(&request, ""), "GET\n\n\n\n\n/a%20b/c?a&k&z=中 1");
}

#[test]
fn the_older_cores_write_an_equals_sign_after_an_empty_value() {
    let text = "POST\napplication/json\nChDfdfwC+Tn874znq7Dw7Q==\napplication/x-www-form-urlencoded;charset=utf-8\n\
        Thu, 22 Feb 2018 07:46:12 GMT\nx-acs-signature-method:HMAC-SHA1\n\
        x-acs-signature-nonce:550e8400-e29b-41d4-a716-446655440000\nx-acs-signature-version:1.0\n\
        x-acs-version:2016-01-02\n/stacks?name";
    for after in ["", "="] {
        let mut request = stacks("name=");
        let authorization = format!("acs testid:{}", sign("testsecret", &format!("{text}{after}")));
        request.headers.insert("authorization", authorization.parse().unwrap());
        read_credentials(&request).unwrap().verify(&request, Key::Secret("testsecret")).unwrap();
    }
}

#[test]
fn the_older_python_core_sends_no_nonce() {
    let mut request = stacks("");
    request.headers.remove("x-acs-signature-nonce");
    assert_eq!(read_credentials(&request).unwrap().nonce, None);
}

#[test]
fn another_method_or_an_authorization_without_its_parts_is_incomplete() {
    for (name, value) in [
        ("authorization", "acs testid"),
        ("authorization", "acs :EOQtYaYWwPok3olIAATjbjP9L5Q="),
        ("x-acs-signature-method", "HMAC-SHA256"),
        ("x-acs-signature-version", "2.0"),
    ] {
        let mut request = stacks("");
        request.headers.insert(name, value.parse().unwrap());
        assert_eq!(read_credentials(&request).err().unwrap(), Refusal::incomplete_signature(), "{name}: {value}");
    }
}
