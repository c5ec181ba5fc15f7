//! Users, and the roles that are described: who may assume them, for how long, and as whom.

use apsara_emulator::{Account, Clock, Emulator, OidcProvider, Role, User};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::accounts::example;
use crate::client::{Call, NOON, Reply, live};
use crate::sts::{jwt, sts, with_issued};

const OPERATOR: &str = "acs:ram::1234567890123456:role/live-operator";

async fn started() -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(clock);
    builder.accounts_file(example()).start().await.unwrap()
}

/// Lets somebody of the example sign a call.
fn by(mut call: Call, who: &str) -> Call {
    call.key = (format!("LTAI-example-{who}"), format!("example-{who}-secret"));
    call
}

async fn assume(emulator: &Emulator, who: &str, role: &str, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![("RoleArn", role), ("RoleSessionName", "shift")];
    parameters.extend(more);
    by(sts(emulator, "AssumeRole", &parameters), who).v3(emulator).await
}

fn trusting(principal: &Value, condition: &Value) -> String {
    let statement =
        json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition });
    json!({ "Version": "1", "Statement": [statement] }).to_string()
}

#[tokio::test]
async fn a_user_and_its_session_are_told_who_they_are() {
    let emulator = started().await;
    let me = by(sts(&emulator, "GetCallerIdentity", &[]), "operator").v3(&emulator).await.json();
    assert_eq!((&me["IdentityType"], &me["AccountId"]), (&json!("RAMUser"), &json!("1234567890123456")));
    assert_eq!(me["Arn"], "acs:ram::1234567890123456:user/operator");
    assert_eq!(me["UserId"], me["PrincipalId"]);
    assert_eq!((me["UserId"].as_str().unwrap().len(), me.get("RoleId")), (18, None));
    // The number follows from the name: another emulator gives the same, another user has another.
    let other = started().await;
    let again = by(sts(&other, "GetCallerIdentity", &[]), "operator").v3(&other).await.json();
    assert_eq!(again["UserId"], me["UserId"]);
    let viewer = by(sts(&other, "GetCallerIdentity", &[]), "viewer").v3(&other).await.json();
    assert_ne!(viewer["UserId"], me["UserId"]);

    let issued = assume(&emulator, "operator", OPERATOR, &[("SourceIdentity", "mallory")]).await;
    assert_eq!(issued.json()["SourceIdentity"], "mallory");
    let me = with_issued(sts(&emulator, "GetCallerIdentity", &[]), &issued).v3(&emulator).await.json();
    assert_eq!((&me["IdentityType"], &me["Arn"]), (&json!("AssumedRoleUser"), &json!(format!("{OPERATOR}/shift"))));
    assert_eq!(me["PrincipalId"], format!("{}:shift", me["RoleId"].as_str().unwrap()));
}

#[tokio::test]
async fn only_whom_a_role_trusts_may_assume_it() {
    let emulator = started().await;
    assert_eq!(assume(&emulator, "operator", OPERATOR, &[]).await.status, 200);
    let reply = assume(&emulator, "viewer", OPERATOR, &[]).await;
    assert_eq!(reply.verdict(), (403, "NoPermission".to_owned()));
    assert_eq!(reply.text("Message"), "You are not authorized to do this action. You should be authorized by RAM.");
    let detail = &reply.json()["AccessDeniedDetail"];
    assert_eq!(detail["AuthAction"], "sts:AssumeRole");
    assert_eq!((&detail["AuthPrincipalType"], &detail["PolicyType"]), (&json!("SubUser"), &json!("AssumeRolePolicy")));
    assert_eq!(
        (&detail["NoPermissionType"], &detail["AuthPrincipalOwnerId"]),
        (&json!("ImplicitDeny"), &json!("1234567890123456"))
    );
    let encoded = STANDARD.decode(detail["EncodedDiagnosticMessage"].as_str().unwrap()).unwrap();
    let diagnosis: Value = serde_json::from_slice(&encoded).unwrap();
    assert_eq!((&diagnosis["AuthResource"], &diagnosis["ExplicitDeny"]), (&json!(OPERATOR), &json!(false)));
    // The account itself cannot assume roles.
    let reply = assume(&emulator, "root", OPERATOR, &[]).await;
    assert_eq!(reply.verdict(), (403, "NoPermission".to_owned()));
    let gone = "acs:ram::1234567890123456:role/gone";
    assert_eq!(assume(&emulator, "operator", gone, &[]).await.verdict(), (404, "EntityNotExist.Role".to_owned()));
}

#[tokio::test]
async fn a_session_lasts_as_long_as_its_role_lets_it() {
    let emulator = started().await;
    for (seconds, expected) in [("7200", "OK"), ("7201", "InvalidParameter.DurationSeconds"), ("900", "OK")] {
        let reply = assume(&emulator, "operator", OPERATOR, &[("DurationSeconds", seconds)]).await;
        assert_eq!(reply.verdict().1, expected, "{seconds}");
    }
    let reply = assume(&emulator, "operator", OPERATOR, &[("DurationSeconds", "9000")]).await;
    assert_eq!(reply.text("Message"), "The Min/Max value of DurationSeconds is 15min/2hr.");
}

#[tokio::test]
async fn a_policy_that_narrows_a_session_must_be_one() {
    let emulator = started().await;
    for (policy, expected) in [
        (r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"live:*","Resource":"*"}]}"#, "OK"),
        (r#"{"Version":"1","Statement":[]}"#, "InvalidParameter.PolicyGrammar"),
        ("{}", "InvalidParameter.PolicyGrammar"),
    ] {
        assert_eq!(
            assume(&emulator, "operator", OPERATOR, &[("Policy", policy)]).await.verdict().1,
            expected,
            "{policy}"
        );
    }
}

/// Two accounts: users of the first ask for roles of the second.
async fn neighbours(trust: &str) -> Emulator {
    let guests = Account::new("1000")
        .key("root", "s")
        .user(User::new("ann").key("ann", "s"))
        .user(User::new("bob").key("bob", "s"));
    let hosts = Account::new("2000").key("host", "s").role(Role::new("guest", trust));
    Emulator::builder().account(guests).account(hosts).start().await.unwrap()
}

#[tokio::test]
async fn trust_policies_name_accounts_users_and_conditions() {
    let deny_bob = json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "*", "Principal": { "RAM": "acs:ram::1000:root" } },
        { "Effect": "Deny", "Action": "sts:AssumeRole", "Principal": { "RAM": ["acs:ram::1000:user/bob"] } },
    ] });
    let whole = json!({ "RAM": "acs:ram::1000:root" });
    for (trust, more, ann, bob) in [
        (trusting(&whole, &json!({})), vec![], 200, 200),
        (trusting(&json!({ "RAM": "acs:ram::2000:root" }), &json!({})), vec![], 403, 403),
        (trusting(&json!({ "RAM": ["acs:ram::1000:user/ann"] }), &json!({})), vec![], 200, 403),
        (trusting(&json!({ "RAM": "*" }), &json!({})), vec![], 200, 200),
        (trusting(&json!({ "Service": "ecs.aliyuncs.com" }), &json!({})), vec![], 403, 403),
        (deny_bob.to_string(), vec![], 200, 403),
        (
            trusting(&whole, &json!({ "StringEquals": { "sts:ExternalId": "x-1" } })),
            vec![("ExternalId", "x-1")],
            200,
            200,
        ),
        (
            trusting(&whole, &json!({ "StringEquals": { "sts:ExternalId": "x-1" } })),
            vec![("ExternalId", "x-2")],
            403,
            403,
        ),
        (trusting(&whole, &json!({ "StringEquals": { "sts:ExternalId": "x-1" } })), vec![], 403, 403),
        (trusting(&whole, &json!({ "IpAddress": { "acs:SourceIp": "127.0.0.0/8" } })), vec![], 200, 200),
        (trusting(&whole, &json!({ "Bool": { "acs:MFAPresent": "true" } })), vec![], 403, 403),
        (trusting(&whole, &json!({ "StringLike": { "acs:PrincipalARN": "acs:ram:*:*:user/a*" } })), vec![], 200, 403),
    ] {
        let emulator = neighbours(&trust).await;
        // Whatever a policy says, the account itself cannot assume a role.
        for (who, expected) in [("ann", ann), ("bob", bob), ("root", 403)] {
            let mut parameters = vec![("RoleArn", "acs:ram::2000:role/guest"), ("RoleSessionName", "visit")];
            parameters.extend(more.iter().copied());
            let mut call = sts(&emulator, "AssumeRole", &parameters);
            call.key = (who.to_owned(), "s".to_owned());
            let reply = call.v3(&emulator).await;
            assert_eq!(reply.status, expected, "{who} {trust}: {reply:?}");
            if expected == 200 {
                // What a session does, it does in the account of its role.
                let list = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
                assert_eq!(with_issued(list, &reply).v3(&emulator).await.status, 200);
                assert_eq!(emulator.ledger().last().unwrap().account.as_deref(), Some("2000"));
            }
        }
    }
}

#[tokio::test]
async fn a_role_can_assume_a_role_that_trusts_it_and_keeps_who_stands_behind() {
    let first = trusting(&json!({ "RAM": "acs:ram::1000:user/ann" }), &json!({}));
    let second = trusting(&json!({ "RAM": "acs:ram::1000:role/first" }), &json!({}));
    let account = Account::new("1000").user(User::new("ann").key("ann", "s"));
    let account = account.role(Role::new("first", first)).role(Role::new("second", second));
    let emulator = Emulator::builder().account(account).start().await.unwrap();
    let ask = |role: &str| {
        let role = format!("acs:ram::1000:role/{role}");
        sts(
            &emulator,
            "AssumeRole",
            &[("RoleArn", &role), ("RoleSessionName", "chain"), ("SourceIdentity", role.as_str())],
        )
    };
    let issued = ask("first").v3(&emulator).await;
    let chained = with_issued(ask("second"), &issued).v3(&emulator).await;
    assert_eq!(chained.json()["SourceIdentity"], "acs:ram::1000:role/first");
    // Whom the refusal names is what asked: first a user, now a role.
    for (refused, asked_by) in [
        (ask("second").v3(&emulator).await, "SubUser"),
        (with_issued(ask("first"), &chained).v3(&emulator).await, "AssumedRoleUser"),
    ] {
        assert_eq!(refused.status, 403);
        assert_eq!(refused.json()["AccessDeniedDetail"]["AuthPrincipalType"], asked_by);
    }
}

async fn trade(emulator: &Emulator, provider: &str, role: &str, claims: &Value) -> Reply {
    let common = [("Action", "AssumeRoleWithOIDC"), ("Version", "2015-04-01"), ("Format", "JSON"), ("Timestamp", NOON)];
    let mut call = sts(emulator, "AssumeRoleWithOIDC", &common);
    call.method = "POST".to_owned();
    let token = jwt(&claims.to_string());
    let form =
        [("RoleArn", role), ("OIDCProviderArn", provider), ("OIDCToken", &token), ("RoleSessionName", "build-7")];
    call.form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    call.send_unsigned(emulator).await
}

#[tokio::test]
async fn a_foreign_token_must_be_of_a_known_provider_and_be_trusted() {
    let emulator = started().await;
    let provider = "acs:ram::1234567890123456:oidc-provider/builds";
    let role = "acs:ram::1234567890123456:role/build";
    let claims = |iss: &str, sub: &str, aud: Value| json!({ "iss": iss, "sub": sub, "aud": aud, "exp": 1_767_272_401 });
    let (iss, sub) = ("https://builds.example.com", "repository:relay/main");
    for (provider, role, claims, expected) in [
        (provider, role, claims(iss, sub, json!("apsara")), "OK"),
        (provider, role, claims(iss, sub, json!(["x", "apsara"])), "OK"),
        (
            provider,
            role,
            claims("https://evil.example.com", sub, json!("apsara")),
            "AuthenticationFail.OIDCToken.Invalid",
        ),
        (provider, role, claims(iss, sub, json!("unknown")), "AuthenticationFail.OIDCToken.Invalid"),
        // A client that the provider knows, but not the role.
        (provider, role, claims(iss, sub, json!("others")), "NoPermission"),
        (provider, role, claims(iss, "repository:other/main", json!("apsara")), "NoPermission"),
        (provider, OPERATOR, claims(iss, sub, json!("apsara")), "NoPermission"),
        (
            "acs:ram::1234567890123456:oidc-provider/x",
            role,
            claims(iss, sub, json!("apsara")),
            "EntityNotExist.OIDCProvider",
        ),
        (
            "acs:ram::1234567890123456:saml-provider/x",
            role,
            claims(iss, sub, json!("apsara")),
            "InvalidParameter.OIDCProviderArn",
        ),
        (provider, "acs:ram::1234567890123456:role/x", claims(iss, sub, json!("apsara")), "EntityNotExist.Role"),
    ] {
        let reply = trade(&emulator, provider, role, &claims).await;
        assert_eq!(reply.verdict().1, expected, "{provider} {role} {claims}");
        if expected == "NoPermission" {
            assert_eq!(reply.json()["AccessDeniedDetail"]["AuthPrincipalType"], "Federated");
        }
    }
    // A token that is good, of a provider that the account has: the role must still trust that very one.
    let trust = trusting(&json!({ "Federated": "acs:ram::1000:oidc-provider/builds" }), &json!({}));
    let with = |name: &str| OidcProvider::new(name, iss).client_id("apsara");
    let account = Account::new("1000").key("k", "s").role(Role::new("build", trust));
    let account = account.oidc_provider(with("builds")).oidc_provider(with("tests"));
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().account(account).clock(clock.clone()).gateway_clock(clock);
    let emulator = builder.start().await.unwrap();
    for (provider, expected) in [
        ("acs:ram::1000:oidc-provider/builds", "OK"),
        ("acs:ram::1000:oidc-provider/tests", "NoPermission"),
        ("acs:ram::2000:oidc-provider/builds", "EntityNotExist.OIDCProvider"),
    ] {
        let reply = trade(&emulator, provider, "acs:ram::1000:role/build", &claims(iss, sub, json!("apsara"))).await;
        assert_eq!(reply.verdict().1, expected, "{provider}");
    }
}
