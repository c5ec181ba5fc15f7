//! Every refusal of the gateway, provoked over HTTP.

use std::time::Duration;

use apsara_emulator::{Account, Emulator};

use crate::client::{Call, at_noon, live};

const LIST: &str = "DescribeLivePullToPushList";
const REGION: [(&str, &str); 1] = [("Region", "cn-shanghai")];

fn list(emulator: &Emulator) -> Call {
    live(emulator, LIST, &REGION)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_wrong_secret_does_not_match_and_is_told_the_string_to_sign() {
    let emulator = at_noon().await;
    let mut call = list(&emulator);
    call.key.1 = "wrong".to_owned();
    for reply in [call.v3(&emulator).await, call.v1(&emulator, Some("JSON")).await] {
        assert_eq!(reply.verdict(), refused(400, "SignatureDoesNotMatch"));
        let text = "Specified signature is not matched with our calculation. server string to sign is:";
        let to_sign = reply.text("Message").strip_prefix(text).unwrap().to_owned();
        assert!(
            to_sign.starts_with("ACS3-HMAC-SHA256\n") || to_sign.starts_with("GET&%2F&AccessKeyId%3D"),
            "{to_sign}"
        );
    }
    assert!(emulator.ledger().iter().all(|entry| entry.account.is_none() && !entry.executed));
}

#[tokio::test]
async fn a_parameter_that_was_changed_on_the_way_does_not_match() {
    let emulator = at_noon().await;
    let request = list(&emulator).v3_request(&emulator).replacen("cn-shanghai", "cn-beijing", 1);
    let reply = crate::client::exchange(&emulator, request.as_bytes()).await;
    assert_eq!(reply.verdict(), refused(400, "SignatureDoesNotMatch"));
}

#[tokio::test]
async fn a_nonce_serves_once_in_a_quarter_of_an_hour() {
    let emulator = at_noon().await;
    let mut call = list(&emulator);
    assert_eq!(call.v3(&emulator).await.status, 200);
    assert_eq!(call.v3(&emulator).await.verdict(), refused(400, "SignatureNonceUsed"));
    assert_eq!(call.v1(&emulator, Some("JSON")).await.verdict(), refused(400, "SignatureNonceUsed"));
    emulator.clock().advance(Duration::from_secs(15 * 60));
    call.date = "2026-01-01T12:15:00Z".to_owned();
    assert_eq!(call.v3(&emulator).await.status, 200);
}

#[tokio::test]
async fn a_forged_request_uses_up_no_nonce() {
    let emulator = at_noon().await;
    let call = list(&emulator);
    let mut forged = call.clone();
    forged.key.1 = "wrong".to_owned();
    assert_eq!(forged.v3(&emulator).await.status, 400);
    assert_eq!(call.v3(&emulator).await.status, 200);
}

#[tokio::test]
async fn a_time_may_be_a_quarter_of_an_hour_off_either_way() {
    let emulator = at_noon().await;
    for (date, expected) in [
        ("2026-01-01T11:45:00Z", "OK"),
        ("2026-01-01T12:15:00Z", "OK"),
        ("2026-01-01T11:44:59Z", "InvalidTimeStamp.Expired"),
        ("2026-01-01T12:15:01Z", "InvalidTimeStamp.Expired"),
        ("2026-01-01T12:00:00", "InvalidTimeStamp.Format"),
        ("Thu, 01 Jan 2026 12:00:00 GMT", "InvalidTimeStamp.Format"),
    ] {
        for version in [1, 3] {
            let mut call = list(&emulator);
            call.date = date.to_owned();
            let reply = if version == 1 { call.v1(&emulator, Some("JSON")).await } else { call.v3(&emulator).await };
            assert_eq!(reply.verdict().1, expected, "{date}");
        }
    }
}

#[tokio::test]
async fn unknown_and_disabled_keys_are_told_apart() {
    let account = Account::new("1000000000000001").key("LTAI-good", "secret").inactive_key("LTAI-idle", "secret");
    let emulator = Emulator::builder().account(account).start().await.unwrap();
    for (key, expected) in [
        ("LTAI-good", refused(200, "OK")),
        ("LTAI-idle", refused(400, "InvalidAccessKeyId.Inactive")),
        ("LTAI-nobody", refused(404, "InvalidAccessKeyId.NotFound")),
        ("STS.nobody", refused(400, "MissingSecurityToken")),
    ] {
        let mut call = list(&emulator);
        call.key = (key.to_owned(), "secret".to_owned());
        assert_eq!(call.v3(&emulator).await.verdict(), expected, "{key}");
    }
}

#[tokio::test]
async fn a_missing_common_parameter_is_named() {
    let emulator = at_noon().await;
    for name in ["AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp"] {
        let reply = list(&emulator).v1_without(&emulator, Some("JSON"), name).await;
        assert_eq!(reply.verdict(), refused(400, &format!("Missing{name}")));
        assert_eq!(reply.text("Message"), format!("{name} is mandatory for this action."));
    }
    for name in ["Action", "Version"] {
        let reply = list(&emulator).v1_without(&emulator, Some("JSON"), name).await;
        assert_eq!(reply.verdict(), refused(400, &format!("Missing{name}")));
    }
    let mut undated = list(&emulator);
    undated.date = String::new();
    assert_eq!(undated.v3(&emulator).await.verdict(), refused(400, "IllegalTimestamp"));
}

#[tokio::test]
async fn other_signatures_are_incomplete() {
    let emulator = at_noon().await;
    let request = list(&emulator).v3_request(&emulator);
    for (from, to) in [
        ("ACS3-HMAC-SHA256 ", "ACS3-HMAC-SHA512 "),
        ("ACS3-HMAC-SHA256 ", "ACS3-RSA-SHA256 "),
        ("ACS3-HMAC-SHA256 ", "acs "),
        ("SignedHeaders=host;", "SignedHeaders="),
        ("SignedHeaders=host;", "SignedHeaders=host;x-absent;"),
        (";x-acs-date;", ";"),
    ] {
        let reply = crate::client::exchange(&emulator, request.replacen(from, to, 1).as_bytes()).await;
        assert_eq!(reply.verdict(), refused(400, "IncompleteSignature"), "{to}");
    }
    let mut call = list(&emulator);
    call.parameters.extend([("SignatureType", "ROT13")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(call.v1(&emulator, Some("JSON")).await.verdict(), refused(400, "IncompleteSignature"));
}

#[tokio::test]
async fn unknown_actions_versions_methods_and_paths_are_refused() {
    let emulator = at_noon().await;
    let change = |change: fn(&mut Call)| {
        let mut call = list(&emulator);
        change(&mut call);
        call
    };
    let not_found = refused(404, "InvalidAction.NotFound");
    let cases: [(Call, (u16, String)); 6] = [
        (change(|call| call.action = "DescribeLiveNothing".to_owned()), not_found.clone()),
        (change(|call| call.path = "/elsewhere".to_owned()), not_found.clone()),
        (change(|call| call.method = "POST".to_owned()), not_found.clone()),
        (change(|call| call.version = "2015-04-01".to_owned()), not_found),
        (change(|call| call.version = "2016-11-02".to_owned()), refused(400, "InvalidVersion")),
        (change(|call| call.method = "PUT".to_owned()), refused(400, "UnsupportedHTTPMethod")),
    ];
    for (call, expected) in cases {
        assert_eq!(call.v3(&emulator).await.verdict(), expected, "{call:?}");
    }
}

#[tokio::test]
async fn an_account_without_live_is_refused_by_live() {
    for (account, code) in [
        (Account::new("1").key("k", "s").without_live_service(), "LiveServiceNotFound"),
        (Account::new("1").key("k", "s").without_live_domain(), "CodeInvalidAliUid"),
    ] {
        let emulator = Emulator::builder().account(account).start().await.unwrap();
        assert_eq!(list(&emulator).v3(&emulator).await.verdict(), refused(400, code));
    }
}

#[tokio::test]
async fn an_unsigned_header_does_not_overrule_the_signed_action() {
    let emulator = at_noon().await;
    let request = list(&emulator).with_v1(Some("JSON"), "").unsigned_request(&emulator);
    let headers = "\r\nx-acs-action: DeleteLivePullToPush\r\nx-acs-version: 1\r\n";
    let request = request.replacen("\r\n", headers, 1);
    let reply = crate::client::exchange(&emulator, request.as_bytes()).await;
    assert_eq!(reply.verdict().1, "OK");
    assert_eq!(emulator.ledger()[0].action, LIST);
}
