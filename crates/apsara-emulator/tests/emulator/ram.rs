//! What policies let callers do, over HTTP, with operations of Live, STS and ECS.

use apsara_emulator::{Account, Clock, Emulator, EmulatorBuilder, RamMode, RamPolicy, Role, User};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::accounts::example;
use crate::client::{Call, NOON, Reply, create, exchange, live};
use crate::sts::{sts, with_issued};

pub(crate) const FORBIDDEN: (u16, &str) = (403, "Forbidden.RAM");

pub(crate) async fn start(builder: EmulatorBuilder, mode: RamMode) -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    builder.clock(clock.clone()).gateway_clock(clock).ram(mode).start().await.unwrap()
}

async fn with_example(mode: RamMode) -> Emulator {
    start(Emulator::builder().accounts_file(example()), mode).await
}

/// An account with one user, `ann`, who has one policy of these statements.
pub(crate) fn account_of_ann(statements: &Value) -> Account {
    let document = json!({ "Version": "1", "Statement": statements }).to_string();
    let ann = User::new("ann").key("ann", "ann-secret").policy("hers");
    Account::new("1000").key("root", "root-secret").policy(RamPolicy::new("hers", document)).user(ann)
}

fn by(mut call: Call, id: &str, secret: &str) -> Call {
    call.key = (id.to_owned(), secret.to_owned());
    call
}

fn by_viewer(call: Call) -> Call {
    by(call, "LTAI-example-viewer", "example-viewer-secret")
}

pub(crate) fn by_ann(call: Call) -> Call {
    by(call, "ann", "ann-secret")
}

/// Sends a call that says in a header what the emulator cannot know.
pub(crate) async fn saying(emulator: &Emulator, call: &Call, said: &str) -> Reply {
    let request = call.v3_request(emulator).replacen("\r\n", &format!("\r\nx-apsara-context: {said}\r\n"), 1);
    exchange(emulator, request.as_bytes()).await
}

pub(crate) fn told(reply: &Reply) -> (u16, String) {
    reply.verdict()
}

pub(crate) fn is(expected: (u16, &str)) -> (u16, String) {
    (expected.0, expected.1.to_owned())
}

#[tokio::test]
async fn a_user_may_do_what_its_policy_allows_and_nothing_else() {
    let emulator = with_example(RamMode::Strict).await;
    let id = create(&emulator, &[]).await;
    let task = [("Region", "cn-shanghai"), ("TaskId", id.as_str())];
    let describe = by_viewer(live(&emulator, "DescribeLivePullToPush", &task));
    assert_eq!(told(&describe.v3(&emulator).await), is((200, "OK")));
    let entry = emulator.ledger().pop().unwrap();
    let decision = entry.ram.unwrap();
    assert_eq!(
        (decision.actions.as_slice(), decision.resources.as_slice()),
        (["live:DescribeLivePullToPush".to_owned()].as_slice(), ["*".to_owned()].as_slice())
    );
    assert!(decision.allowed);
    assert_eq!(decision.reason, "statement 0 of live-viewer allows live:DescribeLivePullToPush on *");

    let restart = by_viewer(live(&emulator, "RestartLivePullToPush", &task));
    let reply = restart.v3(&emulator).await;
    assert_eq!(told(&reply), is(FORBIDDEN));
    let message = "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
    assert_eq!(reply.text("Message"), message);
    let mut detail = reply.json()["AccessDeniedDetail"].clone();
    let encoded = detail.as_object_mut().unwrap().remove("EncodedDiagnosticMessage").unwrap();
    let user = by_viewer(sts(&emulator, "GetCallerIdentity", &[])).v3(&emulator).await.text("UserId");
    assert_eq!(
        detail,
        json!({
            "AuthAction": "live:RestartLivePullToPush",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": "1234567890123456",
            "AuthPrincipalDisplayName": user,
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "NoPermissionType": "ImplicitDeny",
        })
    );
    let diagnosis: Value = serde_json::from_slice(&STANDARD.decode(encoded.as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(diagnosis["AuthAction"], "live:RestartLivePullToPush");
    assert_eq!(diagnosis["AuthPrincipal"]["AuthPrincipalDisplayName"], user);
    // Nothing was done: the task is the same.
    assert_eq!(emulator.tasks().len(), 1);
    let ledger = emulator.ledger();
    let refused = ledger.iter().find(|entry| entry.status == 403).unwrap();
    assert!(!refused.executed && refused.account.is_some());
    let reason = &refused.ram.as_ref().unwrap().reason;
    assert_eq!(reason, "no statement of any policy allows live:RestartLivePullToPush on *");
    // The account itself passes, with its key.
    let root = live(&emulator, "RestartLivePullToPush", &task).v3(&emulator).await;
    assert_eq!(told(&root), is((200, "OK")));
    assert_eq!(emulator.ledger().pop().unwrap().ram.unwrap().reason, "the account itself may do everything");
}

#[tokio::test]
async fn policies_are_asked_after_the_signature_and_before_the_parameters() {
    let emulator = with_example(RamMode::Strict).await;
    let restart = |secret: &str| by(live(&emulator, "RestartLivePullToPush", &[]), "LTAI-example-viewer", secret);
    assert_eq!(told(&restart("wrong").v3(&emulator).await), is((400, "SignatureDoesNotMatch")));
    assert_eq!(emulator.ledger().pop().unwrap().ram, None);
    assert_eq!(told(&restart("example-viewer-secret").v3(&emulator).await), is(FORBIDDEN));
    let unknown = by_viewer(live(&emulator, "RestartNothing", &[]));
    assert_eq!(told(&unknown.v3(&emulator).await), is((404, "InvalidAction.NotFound")));
    let reply = by_viewer(live(&emulator, "DescribeLivePullToPush", &[])).v3(&emulator).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn soft_mode_logs_and_off_does_not_even_look() {
    for (mode, looked) in [(RamMode::Soft, true), (RamMode::Off, false)] {
        let emulator = with_example(mode).await;
        let id = create(&emulator, &[]).await;
        let task = [("Region", "cn-shanghai"), ("TaskId", id.as_str())];
        let reply = by_viewer(live(&emulator, "RestartLivePullToPush", &task)).v3(&emulator).await;
        assert_eq!(told(&reply), is((200, "OK")));
        let entry = emulator.ledger().pop().unwrap();
        assert!(entry.executed);
        let allowed = entry.ram.map(|decision| decision.allowed);
        assert_eq!(allowed, looked.then_some(false));
    }
}

#[tokio::test]
async fn a_denial_is_told_in_xml_too() {
    let emulator = with_example(RamMode::Strict).await;
    let reply = by_viewer(live(&emulator, "RestartLivePullToPush", &[])).v1(&emulator, Some("XML")).await;
    assert_eq!(reply.status, 403);
    for part in
        ["<Code>Forbidden.RAM</Code>", "<AccessDeniedDetail>", "<NoPermissionType>ImplicitDeny</NoPermissionType>"]
    {
        assert!(reply.body.contains(part), "{part} in {}", reply.body);
    }
}

pub(crate) async fn operator(emulator: &Emulator, policy: Option<&str>) -> Reply {
    let mut parameters =
        vec![("RoleArn", "acs:ram::1234567890123456:role/live-operator"), ("RoleSessionName", "shift")];
    parameters.extend(policy.map(|policy| ("Policy", policy)));
    let call = by(sts(emulator, "AssumeRole", &parameters), "LTAI-example-operator", "example-operator-secret");
    let reply = call.v3(emulator).await;
    assert_eq!(told(&reply), is((200, "OK")), "{reply:?}");
    reply
}

#[tokio::test]
async fn a_session_may_do_what_its_role_may_from_where_it_may() {
    let emulator = with_example(RamMode::Strict).await;
    let session = operator(&emulator, None).await;
    let call =
        |action: &str| with_issued(live(&emulator, action, &[("Region", "cn-shanghai"), ("TaskId", "none")]), &session);
    assert_eq!(told(&call("DescribeLivePullToPush").v3(&emulator).await), is((400, "CodeTaskNotExist")));
    let reply = call("RestartLivePullToPush").v3(&emulator).await;
    assert_eq!(told(&reply), is(FORBIDDEN));
    let detail = &reply.json()["AccessDeniedDetail"];
    assert_eq!(
        (&detail["AuthPrincipalType"], &detail["NoPermissionType"]),
        (&json!("AssumedRoleUser"), &json!("ExplicitDeny"))
    );
    assert_eq!(detail["AuthPrincipalDisplayName"], "live-operator:shift");
    for (said, expected) in [
        ("acs:SourceIp=203.0.113.77", (400, "CodeTaskNotExist")),
        ("acs:sourceip = 2001:db8::1; acs:MFAPresent=true", (400, "CodeTaskNotExist")),
        ("acs:SourceIp=198.51.100.1", FORBIDDEN),
        ("nothing", FORBIDDEN),
    ] {
        assert_eq!(told(&saying(&emulator, &call("RestartLivePullToPush"), said).await), is(expected), "{said}");
    }
}

#[tokio::test]
async fn the_policy_of_a_session_narrows_it_and_never_widens_it() {
    let emulator = with_example(RamMode::Strict).await;
    let policy = |effect: &str, action: &str| {
        json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" },
                                             { "Effect": effect, "Action": action, "Resource": "*" }] })
    };
    let only = |action: &str| json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] });
    let identity = "AccountLevelIdentityBasedPolicy";
    for (policy, action, expected) in [
        (only("live:Describe*"), "DescribeLivePullToPush", None),
        (only("live:Describe*"), "StopLivePullToPush", Some(("SessionPolicy", "ImplicitDeny"))),
        (policy("Deny", "live:Stop*"), "StopLivePullToPush", Some(("SessionPolicy", "ExplicitDeny"))),
        (policy("Allow", "*"), "StopLivePullToPush", None),
        // What the role may not do, no session may.
        (policy("Allow", "*"), "RestartLivePullToPush", Some((identity, "ExplicitDeny"))),
    ] {
        let session = operator(&emulator, Some(&policy.to_string())).await;
        let call = with_issued(live(&emulator, action, &[("Region", "cn-shanghai"), ("TaskId", "none")]), &session);
        let reply = call.v3(&emulator).await;
        match expected {
            None => assert_eq!(told(&reply), is((400, "CodeTaskNotExist")), "{policy}"),
            Some((policy_type, kind)) => {
                let detail = &reply.json()["AccessDeniedDetail"];
                assert_eq!((&detail["PolicyType"], &detail["NoPermissionType"]), (&json!(policy_type), &json!(kind)));
            }
        }
    }
}

#[tokio::test]
async fn to_assume_a_role_takes_its_trust_and_a_policy() {
    let trust = r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1000:root"}}}"#;
    let hosts = Account::new("2000").role(Role::new("guest", trust)).role(Role::new("other", trust));
    let named = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "acs:ram::2000:role/guest" });
    let own = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "acs:ram:*:1000:role/*" });
    for (statement, role, expected) in [
        (named.clone(), "guest", (200, "OK")),
        (named, "other", (403, "NoPermission")),
        // The role is the other account's, so that one's own roles are not meant.
        (own, "guest", (403, "NoPermission")),
        (json!({ "Effect": "Allow", "Action": "live:*", "Resource": "*" }), "guest", (403, "NoPermission")),
    ] {
        let builder = Emulator::builder().account(account_of_ann(&statement)).account(hosts.clone());
        let emulator = start(builder, RamMode::Strict).await;
        let role = format!("acs:ram::2000:role/{role}");
        let call = sts(&emulator, "AssumeRole", &[("RoleArn", &role), ("RoleSessionName", "visit")]);
        let reply = by_ann(call).v3(&emulator).await;
        assert_eq!(told(&reply), is(expected), "{statement} {role}");
        if reply.status == 403 {
            assert_eq!(reply.json()["AccessDeniedDetail"]["PolicyType"], "AccountLevelIdentityBasedPolicy");
            assert_eq!(emulator.ledger().pop().unwrap().ram.unwrap().resources, [role.replace("ram::", "ram:*:")]);
        }
        // Who one is, everybody is told.
        assert_eq!(by_ann(sts(&emulator, "GetCallerIdentity", &[])).v3(&emulator).await.status, 200);
    }
}

#[tokio::test]
async fn a_parameter_that_an_operation_does_not_know_is_no_role() {
    let trust = r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1000:root"}}}"#;
    let reader = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "acs:ram::1000:role/reader" });
    let account = account_of_ann(&reader).role(Role::new("reader", trust)).role(Role::new("admin", trust));
    let emulator = start(Emulator::builder().account(account), RamMode::Strict).await;
    for (role, more, expected) in [("reader", "admin", (200, "OK")), ("admin", "reader", (403, "NoPermission"))] {
        let role = format!("acs:ram::1000:role/{role}");
        let parameters = [("RoleArn", role.as_str()), ("RoleSessionName", "visit"), ("RoleName", more)];
        let reply = by_ann(sts(&emulator, "AssumeRole", &parameters)).v3(&emulator).await;
        assert_eq!(told(&reply), is(expected), "{role}");
        assert_eq!(emulator.ledger().pop().unwrap().ram.unwrap().resources, [role.replace("ram::", "ram:*:")]);
    }
}

#[tokio::test]
async fn roles_that_nobody_described_may_do_all_that_their_sessions_may() {
    let builder = Emulator::builder().account(Account::new("1000").key("root", "s"));
    let emulator = start(builder, RamMode::Strict).await;
    let only = r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"live:Describe*","Resource":"*"}}"#;
    for (policy, expected) in [(None, (200, "OK")), (Some(only), FORBIDDEN)] {
        let mut parameters = vec![("RoleArn", "acs:ram::1000:role/any"), ("RoleSessionName", "visit")];
        parameters.extend(policy.map(|policy| ("Policy", policy)));
        let session = sts(&emulator, "AssumeRole", &parameters).v3(&emulator).await;
        let create = live(&emulator, "CreateLivePullToPush", &crate::client::TASK);
        let reply = with_issued(create, &session).v3(&emulator).await;
        assert_eq!(told(&reply), is(expected));
    }
}
