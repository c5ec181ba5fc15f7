//! Temporary keys, from their issue to their end.

use std::time::Duration;

use apsara_emulator::Emulator;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::client::{Call, Reply, at_noon, live};

const ROLE: &str = "acs:ram::1234567890123456:role/admin";

pub(crate) fn sts(emulator: &Emulator, action: &str, parameters: &[(&str, &str)]) -> Call {
    Call::new(emulator, "2015-04-01", action, parameters)
}

async fn assume(emulator: &Emulator, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("RoleArn", ROLE), ("RoleSessionName", "alice")];
    parameters.retain(|(name, _)| more.iter().all(|(changed, _)| changed != name));
    parameters.extend(more);
    sts(emulator, "AssumeRole", &parameters).v3(emulator).await
}

/// Lets a call be signed with the key that was issued.
pub(crate) fn with_issued(mut call: Call, issued: &Reply) -> Call {
    let credentials = &issued.json()["Credentials"];
    let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
    call.key = (text("AccessKeyId"), text("AccessKeySecret"));
    call.token = Some(text("SecurityToken"));
    call
}

fn list(emulator: &Emulator) -> Call {
    live(emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")])
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn the_caller_is_told_who_it_is() {
    let emulator = at_noon().await;
    let reply = sts(&emulator, "GetCallerIdentity", &[]).v3(&emulator).await.json();
    assert_eq!(reply["IdentityType"], "Account");
    assert_eq!(reply["AccountId"], emulator.account_id());
    assert_eq!(reply["Arn"], format!("acs:ram::{}:root", emulator.account_id()));

    let issued = assume(&emulator, &[]).await;
    let reply = with_issued(sts(&emulator, "GetCallerIdentity", &[]), &issued).v1(&emulator, Some("JSON")).await;
    let identity = reply.json();
    assert_eq!(identity["IdentityType"], "AssumedRoleUser");
    assert_eq!(identity["Arn"], format!("{ROLE}/alice"));
    assert_eq!(identity["PrincipalId"], issued.json()["AssumedRoleUser"]["AssumedRoleId"]);
}

#[tokio::test]
async fn an_issued_key_serves_until_it_expires_with_either_signature() {
    let emulator = at_noon().await;
    let issued = assume(&emulator, &[("DurationSeconds", "900")]).await;
    assert_eq!(issued.json()["Credentials"]["Expiration"], "2026-01-01T12:15:00Z");
    assert!(issued.json()["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("STS."));
    emulator.clock().advance(Duration::from_secs(899));
    assert_eq!(with_issued(list(&emulator), &issued).v3(&emulator).await.status, 200);
    assert_eq!(with_issued(list(&emulator), &issued).v1(&emulator, Some("JSON")).await.status, 200);
    emulator.clock().advance(Duration::from_secs(1));
    let expired = refused(403, "InvalidSecurityToken.Expired");
    assert_eq!(with_issued(list(&emulator), &issued).v3(&emulator).await.verdict(), expired);
    assert_eq!(with_issued(list(&emulator), &issued).v1(&emulator, Some("JSON")).await.verdict(), expired);
    // What a test sets back is not over: a key has no memory.
    emulator.clock().set("2026-01-01T12:14:59Z").unwrap();
    assert_eq!(with_issued(list(&emulator), &issued).v3(&emulator).await.status, 200);
}

#[tokio::test]
async fn a_key_and_its_token_belong_together() {
    let emulator = at_noon().await;
    let first = assume(&emulator, &[]).await;
    let second = assume(&emulator, &[]).await;
    let other_token = with_issued(list(&emulator), &second).token;
    let mut call = with_issued(list(&emulator), &first);
    call.token = other_token.clone();
    let mismatch = refused(400, "InvalidSecurityToken.MismatchWithAccessKey");
    assert_eq!(call.v3(&emulator).await.verdict(), mismatch);
    call.token = Some("made-up".to_owned());
    assert_eq!(call.v3(&emulator).await.verdict(), refused(400, "InvalidSecurityToken.Malformed"));
    call.token = None;
    assert_eq!(call.v3(&emulator).await.verdict(), refused(400, "MissingSecurityToken"));
    let mut lasting = list(&emulator);
    lasting.token = other_token;
    assert_eq!(lasting.v3(&emulator).await.verdict(), mismatch);
}

#[tokio::test]
async fn an_issued_key_acts_for_the_account_of_its_role() {
    let emulator = at_noon().await;
    let issued = assume(&emulator, &[]).await;
    with_issued(list(&emulator), &issued).v3(&emulator).await;
    assert_eq!(emulator.ledger().last().unwrap().account.as_deref(), Some(emulator.account_id()));
}

#[tokio::test]
async fn the_parameters_of_assume_role_are_checked() {
    let emulator = at_noon().await;
    let big = format!("{{\"a\":\"{}\"}}", "b".repeat(2048));
    for (name, value, expected) in [
        ("RoleArn", "", refused(400, "MissingRoleArn")),
        ("RoleSessionName", "", refused(400, "MissingRoleSessionName")),
        ("RoleArn", "acs:ram::1:user/me", refused(400, "InvalidParameter.RoleArn")),
        ("RoleArn", "acs:ram::999:role/admin", refused(404, "EntityNotExist.Role")),
        ("RoleSessionName", "a", refused(400, "InvalidParameter.RoleSessionName")),
        ("RoleSessionName", "a b", refused(400, "InvalidParameter.RoleSessionName")),
        ("DurationSeconds", "899", refused(400, "InvalidParameter.DurationSeconds")),
        ("DurationSeconds", "3601", refused(400, "InvalidParameter.DurationSeconds")),
        ("DurationSeconds", "long", refused(400, "InvalidParameter.DurationSeconds")),
        ("Policy", "allow all", refused(400, "InvalidParameter.PolicyGrammar")),
        ("Policy", &big, refused(400, "InvalidParameter.PolicySize")),
        ("ExternalId", "!", refused(400, "InvalidParameter.ExternalId")),
        ("ExternalId", "ab", refused(200, "OK")),
    ] {
        assert_eq!(assume(&emulator, &[(name, value)]).await.verdict(), expected, "{name}={value}");
    }
}

pub(crate) fn jwt(claims: &str) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(claims))
}

async fn assume_with(emulator: &Emulator, token: &str) -> Reply {
    let mut call = sts(
        emulator,
        "AssumeRoleWithOIDC",
        &[
            ("Action", "AssumeRoleWithOIDC"),
            ("Version", "2015-04-01"),
            ("Format", "JSON"),
            ("Timestamp", crate::client::NOON),
        ],
    );
    call.method = "POST".to_owned();
    let form = [
        ("RoleArn", ROLE),
        ("OIDCProviderArn", "acs:ram::1234567890123456:oidc-provider/idp"),
        ("OIDCToken", token),
        ("RoleSessionName", "pod"),
        ("DurationSeconds", "900"),
    ];
    call.form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    call.send_unsigned(emulator).await
}

#[tokio::test]
async fn a_foreign_token_is_traded_for_a_key_without_any_signature() {
    let emulator = at_noon().await;
    let token =
        jwt(r#"{"iss":"https://idp.example.com","sub":"pod-1","aud":["a","b"],"exp":1767272401,"iat":1767268800}"#);
    let reply = assume_with(&emulator, &token).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let info = &reply.json()["OIDCTokenInfo"];
    assert_eq!((&info["Subject"], &info["Issuer"]), (&"pod-1".into(), &"https://idp.example.com".into()));
    assert_eq!((&info["ClientIds"], &info["ExpirationTime"]), (&"a,b".into(), &"2026-01-01T13:00:01Z".into()));
    assert_eq!(with_issued(list(&emulator), &reply).v3(&emulator).await.status, 200);
    assert_eq!(emulator.ledger()[0].signature, None);
}

#[tokio::test]
async fn foreign_tokens_that_are_over_or_are_none_are_refused() {
    let emulator = at_noon().await;
    // The last is before the first time that there is.
    for end in [1_767_268_800, -1, -400_000_000_000_i64] {
        let over = jwt(&format!(r#"{{"iss":"i","sub":"s","aud":"a","exp":{end}}}"#));
        let verdict = assume_with(&emulator, &over).await.verdict();
        assert_eq!(verdict, refused(400, "AuthenticationFail.OIDCToken.Expired"), "{end}");
    }
    for token in ["abc", "a.b.c", &jwt("{}"), &jwt(r#"{"iss":"i","sub":"s","aud":"a"}"#)] {
        let verdict = assume_with(&emulator, token).await.verdict();
        assert_eq!(verdict, refused(400, "AuthenticationFail.OIDCToken.Invalid"), "{token}");
    }
}

#[tokio::test]
async fn nothing_else_is_done_without_a_signature() {
    let emulator = at_noon().await;
    for (version, action) in
        [("2015-04-01", "AssumeRole"), ("2016-11-01", "DescribeLivePullToPushList"), ("2015-04-01", "X")]
    {
        let parameters = [("Action", action), ("Version", version), ("Format", "JSON"), ("Region", "cn-shanghai")];
        let reply = Call::new(&emulator, version, action, &parameters).send_unsigned(&emulator).await;
        assert_eq!(reply.verdict(), refused(400, "MissingAccessKeyId"));
    }
}
