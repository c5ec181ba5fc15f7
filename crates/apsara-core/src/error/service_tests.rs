//! What is read of a refusal, and what is told of it.

use super::*;

fn read(status: u16, body: &str) -> Option<ServiceError> {
    ServiceError::read(
        status,
        &http::HeaderMap::new(),
        &Bytes::copy_from_slice(body.as_bytes()),
        SystemTime::UNIX_EPOCH,
    )
}

#[test]
fn names_are_read_in_any_case() {
    for body in [
        r#"{"Code":"CodeTaskNotExist","Message":"m","RequestId":"r","HostId":"h"}"#,
        r#"{"code":"CodeTaskNotExist","message":"m","requestId":"r","hostId":"h"}"#,
    ] {
        let error = read(400, body).unwrap();
        assert_eq!((error.code(), error.message(), error.request_id()), ("CodeTaskNotExist", "m", Some("r")));
    }
}

#[test]
fn what_else_a_refusal_says_is_kept() {
    let body = r#"{"Code":"NoPermission","HostId":"h","Recommend":"r","AccessDeniedDetail":{"AuthAction":"live:A"}}"#;
    let error = read(403, body).unwrap();
    assert_eq!((error.http_status(), error.host_id(), error.recommend()), (403, Some("h"), Some("r")));
    let detail = error.access_denied_detail().unwrap();
    assert_eq!(
        detail.iter().map(|(name, value)| (&**name, value.as_str())).collect::<Vec<_>>(),
        [("AuthAction", Some("live:A"))]
    );
    assert_eq!(error.body(), body.as_bytes());
    assert!(
        format!("{error:?}").starts_with(r#"ServiceError { http_status: 403, code: "NoPermission", "#),
        "{error:?}"
    );
    let bare = read(403, r#"{"Code":"NoPermission"}"#).unwrap();
    assert_eq!((bare.host_id(), bare.recommend(), bare.access_denied_detail()), (None, None, None));
}

#[test]
fn only_a_signature_that_does_not_match_is_a_mismatch() {
    let is_mismatch = |code: &str| read(400, &format!(r#"{{"Code":"{code}"}}"#)).unwrap().is_signature_mismatch();
    assert!(is_mismatch("SignatureDoesNotMatch"));
    assert!(!is_mismatch("InvalidAccessKeyId.NotFound") && !is_mismatch("SignatureNonceUsed"));
}

#[test]
fn xml_is_read_under_a_root_of_any_name() {
    for root in ["Error", "KMS"] {
        let body = format!(
            "<?xml version='1.0'?><{root}><Code>Throttling</Code><Message>m</Message><RequestId>r</RequestId></{root}>"
        );
        let error = read(400, &body).unwrap();
        assert_eq!((error.code(), error.message(), error.request_id()), ("Throttling", "m", Some("r")));
    }
}

#[test]
fn what_has_not_the_shape_is_no_refusal() {
    for body in ["", "<html>", "<html><body>502</body></html>", "[]", "{}", r#"{"Code":200}"#, r#"{"Code":""}"#, "null"]
    {
        assert!(read(400, body).is_none(), "{body}");
    }
}

#[test]
fn a_4xx_in_the_shape_is_rejected_and_a_5xx_is_unknown() {
    let outcome = |status, code: &str| read(status, &format!(r#"{{"Code":"{code}"}}"#)).unwrap().outcome();
    assert_eq!(outcome(400, "CodeTaskNotExist"), Outcome::Rejected);
    assert_eq!(outcome(500, "InternalError"), Outcome::Unknown);
    assert_eq!(outcome(503, "ServiceUnavailable"), Outcome::Unknown);
    assert_eq!(outcome(503, "Throttling.User"), Outcome::Rejected);
    assert_eq!(outcome(500, "SignatureDoesNotMatch"), Outcome::Rejected);
    // A first copy may have been executed, or is just being.
    assert_eq!(outcome(400, "SignatureNonceUsed"), Outcome::Unknown);
    assert_eq!(outcome(409, "LastTokenProcessing"), Outcome::Unknown);
    for code in ["InternalError", "InternalError.Timeout", "CreateCaster.Timeout", "RequestTimeout", "SystemBusy"] {
        assert_eq!(outcome(400, code), Outcome::Unknown, "{code}");
    }
    // As products document them: ECS, VOD, Live, VPC, SLB, image search, ARMS.
    for (status, code) in [
        (403, "Mayi.InternalError"),
        (400, "SystemError"),
        (400, "Internal Error"),
        (400, "OperationFailed.InternalError"),
        (400, "OperationFailed.SystemBusy"),
        (400, "VpcSystemBusy"),
        (400, "CreateOrderTimeout"),
        (400, "InternalInvokeError"),
        (400, "SearchTimeout"),
        (452, "OperationTimeOut"),
        (404, "OperationFailed.CrateEntryTimeOut"),
        (400, "TimeoutForTransferImage"),
        (400, "SYSTEM.UNKNOWN.ERROR"),
    ] {
        assert_eq!(outcome(status, code), Outcome::Unknown, "{code}");
    }
    assert_eq!(outcome(408, "Whatever"), Outcome::Unknown);
    for code in [
        "InvalidTimeout",
        "InvalidTimeout.ExceedLimit",
        "InvalidParameter.RequestTimeout",
        "InvalidInternalIp.Malformed",
        "IncorrectStatus.DiagnoseTimeout",
        "Forbidden.InternalIpOutOfVpcCIDR",
        "ServiceBusy",
    ] {
        assert_eq!(outcome(403, code), Outcome::Rejected, "{code}");
    }
}

#[test]
fn the_servers_string_to_sign_is_not_repeated() {
    let body = r#"{"Code":"SignatureDoesNotMatch","Message":"Not matched. server string to sign is:GET&%2F&canary"}"#;
    let error = read(400, body).unwrap();
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!(error.message(), "Not matched.");
}

#[test]
fn neither_is_what_newer_gateways_tell_of_it() {
    let body = r#"{"Code":"SignatureDoesNotMatch","Message":"Not matched. server StringToSign is [ACS3-HMAC-SHA256\naa] server CanonicalRequest is [GET\n/\n\nx-acs-security-token:canary\n]"}"#;
    let mut error = read(400, body).unwrap();
    assert_eq!(error.message(), "Not matched.");
    let canonical = "GET\n/\n\nx-acs-security-token:other\n".to_owned();
    error.compare(&Signed::V3 { canonical, text: "ACS3-HMAC-SHA256\nbb".to_owned() });
    let told = format!("{error} {error:?}");
    assert!(told.contains("the header `x-acs-security-token` has another value"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    error.compare(&Signed::V3 { canonical: String::new(), text: "ACS3-HMAC-SHA256\naa".to_owned() });
    assert!(error.signature_mismatch().unwrap().is_same_text());
}

#[test]
fn urls_in_a_message_are_cut() {
    let error = read(400, r#"{"Code":"InvalidParameter","Message":"DstUrl rtmp://h/app/canary is bad."}"#).unwrap();
    assert_eq!(error.message(), "DstUrl rtmp://h/app/[redacted] is bad.");
}

#[test]
fn a_clock_that_is_off_is_told_with_minutes_and_side() {
    let mut headers = http::HeaderMap::new();
    headers.insert("date", http::HeaderValue::from_static("Thu, 01 Jan 1970 00:20:00 GMT"));
    let body = Bytes::from_static(br#"{"Code":"InvalidTimeStamp.Expired","Message":"m"}"#);
    let error = ServiceError::read(400, &headers, &body, SystemTime::UNIX_EPOCH).unwrap();
    assert!(error.to_string().ends_with("This machine's clock is 20 minutes behind the cloud's; set it."), "{error}");
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(40 * 60);
    let error = ServiceError::read(400, &headers, &body, later).unwrap();
    assert!(error.to_string().contains("20 minutes ahead of the cloud's"), "{error}");
}

#[test]
fn the_wait_is_in_milliseconds_and_makes_it_a_throttling() {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-acs-retry-after", http::HeaderValue::from_static("1500"));
    let body = Bytes::from_static(br#"{"Code":"Whatever"}"#);
    let error = ServiceError::read(500, &headers, &body, SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1500)));
    assert!(error.is_throttled());
    assert_eq!(error.outcome(), Outcome::Unknown, "a wait proves nothing of a 5xx");
}

#[test]
fn the_longer_of_the_older_headers_counts_where_there_is_no_newer_one() {
    let wait = |headers: &[(&'static str, &'static str)]| {
        let headers = headers.iter().map(|(n, v)| ((*n).parse().unwrap(), v.parse().unwrap())).collect();
        let body = Bytes::from_static(br#"{"Code":"Throttling"}"#);
        ServiceError::read(400, &headers, &body, SystemTime::UNIX_EPOCH).unwrap().retry_after()
    };
    let older = [
        ("x-ratelimit-user", "Limit:1,Remain:0,TimeLeft:2000,Reset:1234"),
        ("x-ratelimit-user-api", "Limit:1,Remain:0,TimeLeft:3000,Reset:1234"),
    ];
    assert_eq!(wait(&older), Some(Duration::from_millis(3000)));
    assert_eq!(wait(&[older[0], ("x-acs-retry-after", "7")]), Some(Duration::from_millis(7)));
    for nonsense in ["0", "-1", "soon", ""] {
        assert_eq!(wait(&[("x-acs-retry-after", nonsense)]), None, "{nonsense}");
    }
}
