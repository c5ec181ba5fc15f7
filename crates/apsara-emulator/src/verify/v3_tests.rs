//! Signatures that Alibaba Cloud's documents and SDKs publish ("published"), and ones that its Python SDK was run to
//! get ("derived").

use bytes::Bytes;
use http::Request;

use super::*;

const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn hex_mac<M: hmac::Mac + hmac::KeyInit>(secret: &str, text: &str) -> String {
    to_hex(&super::super::mac::<M>(secret.as_bytes(), text).finalize().into_bytes())
}

/// One request as it is sent; `headers` are all that are sent, `authorization` aside.
fn request(method: &str, uri: &str, headers: &[(&str, &str)], authorization: &str, body: &'static [u8]) -> WireRequest {
    let mut builder = Request::builder().method(method).uri(uri).header("authorization", authorization);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let (parts, ()) = builder.body(()).unwrap().into_parts();
    WireRequest::new(&parts, Bytes::from_static(body))
}

fn run_instances(date: &str, nonce: &str, signature: &str) -> WireRequest {
    let signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
    request(
        "POST",
        "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        &[
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", NO_BODY),
            ("x-acs-date", date),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-version", "2014-05-26"),
        ],
        &format!("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={signed},Signature={signature}"),
        b"",
    )
}

/// Published: help page "V3 request structure and signature", the example with fixed parameters.
#[test]
fn published_run_instances() {
    let signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0";
    let request = run_instances("2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d", signature);
    let credentials = read_credentials(&request).unwrap();
    assert_eq!(credentials.access_key_id, "YourAccessKeyId");
    credentials.verify(&request, Key::Secret("YourAccessKeySecret")).unwrap();
    // The page prints the hash of the canonical request too.
    let refusal = credentials.verify(&request, Key::Secret("another")).unwrap_err();
    let string_to_sign = "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259";
    assert_eq!(refusal, Refusal::signature_does_not_match(string_to_sign));
}

/// Published: the Authorization sample of Model Studio's signature page.
#[test]
fn published_run_instances_with_another_nonce() {
    let signature = "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804";
    let request = run_instances("2023-10-26T09:01:01Z", "d410180a5abf7fe235dd9b74aca91fc0", signature);
    read_credentials(&request).unwrap().verify(&request, Key::Secret("YourAccessKeySecret")).unwrap();
}

/// Published: `Test_GetAuthorization` of alibabacloud-go/darabonba-openapi, whose method is empty.
#[test]
fn published_repeated_header_is_sorted_and_joined() {
    let mut request = request("GET", "/?test=ok&empty", &[], "", b"");
    request.method = http::Method::from_bytes(b"M").unwrap();
    request.headers.append("x-acs-test", "https".parse().unwrap());
    request.headers.append("x-acs-test", " http ".parse().unwrap());
    let body_hash = "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23";
    // HTTP knows no empty method.
    let canonical = canonical_request(&request, "x-acs-test", body_hash).replacen('M', "", 1);
    assert_eq!(
        hex_mac::<Hmac<Sha256>>("secret", &string_to_sign(Algorithm::HmacSha256, &canonical)),
        "4ab59fffe3c5738ff8a2729f90cc04fe18b02a4b15b2102cbaf92f9ff3df2ea3"
    );
}

const RESTART_HEADERS: [(&str, &str); 6] = [
    ("host", "live.aliyuncs.com"),
    ("x-acs-action", "RestartLivePullToPush"),
    ("x-acs-version", "2016-11-01"),
    ("x-acs-date", "2024-01-02T03:04:05Z"),
    ("x-acs-signature-nonce", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ("x-acs-content-sha256", NO_BODY),
];
const RESTART_AUTHORIZATION: &str = "ACS3-HMAC-SHA256 Credential=LTAI-example-id,\
    SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
    Signature=e56640194d91b24ee0eb9340bebb57049f49215c2d2c6be948adcd262df9c12d";
const RESTART_URI: &str = "/?TaskId=6f869419-0692-4fd5-8cf0-66cab6590000&Region=cn-shanghai";

/// Derived with the official Python SDK. The query is sent in another order than it is signed in.
#[test]
fn derived_restart() {
    let request = request("GET", RESTART_URI, &RESTART_HEADERS, RESTART_AUTHORIZATION, b"");
    read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap();
}

/// Published: `Test_SignatureMethod` of alibabacloud-go/darabonba-openapi; the hash of nothing is derived.
#[test]
fn published_sm3() {
    let expected = "b9ff646822f41ef647c1416fa2b8408923828abc0464af6706e18db3e8553da8";
    assert_eq!(hex_mac::<Hmac<Sm3>>("secret", "source"), expected);
    assert_eq!(Algorithm::HmacSm3.hash(b""), SM3_OF_NOTHING);
}

const SM3_OF_NOTHING: &str = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";

/// Derived with the official Python SDK.
#[test]
fn derived_restart_with_sm3() {
    let mut headers = RESTART_HEADERS;
    headers[5].1 = SM3_OF_NOTHING;
    let (signed, _) = RESTART_AUTHORIZATION.rsplit_once('=').unwrap();
    let signature = "8264faca17cf10c5df9c5af8a454da2709967e3a8fb727125074e21481dce39a";
    let authorization = format!("{signed}={signature}").replace("SHA256", "SM3");
    let request = request("GET", RESTART_URI, &headers, &authorization, b"");
    assert_eq!(claimed(&authorization), Signature::V3Sm3);
    let credentials = read_credentials(&request).unwrap();
    credentials.verify(&request, Key::Secret("example-secret")).unwrap();
    let refusal = credentials.verify(&request, Key::Secret("another")).unwrap_err();
    let string_to_sign = "ACS3-HMAC-SM3\n48e9830f7a5f0e739d91b277b839823e88c478f59747445a74c6f820fa996158";
    assert_eq!(refusal, Refusal::signature_does_not_match(string_to_sign));
}

/// Derived with the official Python SDK.
#[test]
fn derived_binary() {
    const BYTES: [u8; 256] = {
        let mut bytes = [0; 256];
        let mut at = 0;
        while at < 256 {
            bytes[at] = at as u8;
            at += 1;
        }
        bytes
    };
    let request = request(
        "POST",
        "/",
        &[
            ("host", "ocr-api.cn-hangzhou.aliyuncs.com"),
            ("content-type", "application/octet-stream"),
            ("x-acs-action", "RecognizeGeneral"),
            ("x-acs-version", "2021-07-07"),
            ("x-acs-date", "2024-01-02T03:04:05Z"),
            ("x-acs-signature-nonce", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
            ("x-acs-content-sha256", "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"),
        ],
        "ACS3-HMAC-SHA256 Credential=LTAI-example-id,SignedHeaders=content-type;host;x-acs-action;\
         x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=f05a77512d896c9cd2b9ad0fedae22a625b1983b0067623b88fa99ce3df8bd96",
        &BYTES,
    );
    read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap();
}

#[test]
fn a_key_that_makes_no_such_signatures_is_incomplete() {
    let authorization = RESTART_AUTHORIZATION.replace("HMAC", "RSA");
    let request = request("GET", RESTART_URI, &RESTART_HEADERS, &authorization, b"");
    let refusal = read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap_err();
    assert_eq!(refusal, Refusal::incomplete_signature());
}

/// Derived with the official Python SDK.
#[test]
fn derived_form() {
    let request = request(
        "POST",
        "/?Context=Morning",
        &[
            ("host", "mt.aliyuncs.com"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-acs-action", "TranslateGeneral"),
            ("x-acs-version", "2018-10-12"),
            ("x-acs-date", "2024-01-02T03:04:05Z"),
            ("x-acs-signature-nonce", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
            ("x-acs-content-sha256", "26799ee89e22393924d05b4c97d241936c827c6bade44579072ece6cf01e2f40"),
        ],
        "ACS3-HMAC-SHA256 Credential=LTAI-example-id,SignedHeaders=content-type;host;x-acs-action;\
         x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=99783797259617c22548cc7c0c1e9f1b01c69acf178addaf78e7e757fdd0dcca",
        b"FormatType=text&Scene=general&SourceText=hello%20world",
    );
    read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap();
    // A form is part of the body here, and its parameters are parameters.
    assert_eq!(request.parameter("SourceText"), Some("hello world"));
}

#[test]
fn another_body_than_the_signed_one_does_not_match() {
    let request = request("GET", RESTART_URI, &RESTART_HEADERS, RESTART_AUTHORIZATION, b"x");
    let refusal = read_credentials(&request).unwrap().verify(&request, Key::Secret("example-secret")).unwrap_err();
    assert_eq!(refusal.code, "SignatureDoesNotMatch");
}

#[test]
fn an_authorization_that_is_not_written_as_documented_is_incomplete() {
    for wrong in [
        "",
        "acs id:c2lnbmF0dXJl",
        "ACS3-HMAC-SHA512 Credential=a,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256  Credential=a,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=00",
        "ACS3-HMAC-SHA256 Credential=a,Signature=00",
        "ACS3-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=00",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=00,More=1",
    ] {
        let request = request("GET", "/", &[("host", "a")], wrong, b"");
        assert_eq!(read_credentials(&request).err().unwrap(), Refusal::incomplete_signature(), "{wrong}");
    }
}

#[test]
fn the_host_and_every_acs_header_must_be_signed_and_every_signed_header_sent() {
    for signed in ["x-acs-date", "host", "host;x-acs-date;x-acs-more", "", "Host;x-acs-date", "host;x-acs-date;a b"] {
        let authorization = format!("ACS3-HMAC-SHA256 Credential=a,SignedHeaders={signed},Signature=00");
        let headers = [("host", "a"), ("x-acs-date", "2024-01-02T03:04:05Z")];
        let request = request("GET", "/", &headers, &authorization, b"");
        assert_eq!(read_credentials(&request).err().unwrap(), Refusal::incomplete_signature(), "{signed}");
    }
}
