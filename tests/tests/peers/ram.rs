//! What policies allow and deny, as every official SDK must see it.

use apsara_emulator::{Account, Emulator, RamMode, RamPolicy, Role, User};
use serde_json::json;

use crate::sdk::{Key, Peer, Sdk};

/// What every SDK must see, case by case.
const RAM: [(&str, &str); 7] = [
    ("a user lists", "accepted"),
    ("a user restarts", "Forbidden.RAM 403"),
    ("a user assumes a role that trusts her", "accepted"),
    ("a user assumes a role that does not", "NoPermission 403"),
    ("the role restarts", "CodeTaskNotExist 400"),
    ("the role stops, which is denied", "Forbidden.RAM 403"),
    ("the account stops", "CodeTaskNotExist 400"),
];

/// Shows every case to an SDK.
pub(crate) async fn check(peer: Peer) {
    let look = r#"{ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "live:Describe*", "Resource": "*" },
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }] }"#;
    let operate = r#"{ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "live:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "live:Stop*", "Resource": "*" }] }"#;
    let trust = |whom: &str| {
        format!(
            r#"{{ "Version": "1", "Statement": [
            {{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{ "RAM": "acs:ram::1000:user/{whom}" }} }}] }}"#
        )
    };
    let account = Account::new("1000")
        .key("LTAI-root", "secret-of-root")
        .policy(RamPolicy::new("look", look))
        .policy(RamPolicy::new("operate", operate))
        .user(User::new("ann").key("LTAI-ann", "secret-of-ann").policy("look"))
        .user(User::new("bob"))
        .role(Role::new("operator", trust("ann")).policy("operate"))
        .role(Role::new("other", trust("bob")).policy("operate"));
    let emulator = Emulator::builder().account(account).ram(RamMode::Strict).start().await.unwrap();
    let mut sdk = Sdk::start(peer, &emulator);
    let root = std::mem::replace(&mut sdk.key, key("LTAI-ann", "secret-of-ann", None));
    let task = json!({ "Region": "cn-shanghai", "TaskId": "none" });
    let role = |name: &str| json!({ "RoleArn": format!("acs:ram::1000:role/{name}"), "RoleSessionName": "peer" });
    let mut seen = Vec::new();

    let listed = sdk.call("DescribeLivePullToPushList", json!({ "Region": "cn-shanghai" })).await;
    seen.push(("a user lists", listed.to_string()));
    seen.push(("a user restarts", sdk.call("RestartLivePullToPush", task.clone()).await.to_string()));
    let assumed = sdk.call("AssumeRole", role("operator")).await;
    seen.push(("a user assumes a role that trusts her", assumed.to_string()));
    seen.push(("a user assumes a role that does not", sdk.call("AssumeRole", role("other")).await.to_string()));
    let session = &assumed.body()["Credentials"];
    let text = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("no {name}"));
    sdk.key = key(text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken").to_owned()));
    seen.push(("the role restarts", sdk.call("RestartLivePullToPush", task.clone()).await.to_string()));
    seen.push(("the role stops, which is denied", sdk.call("StopLivePullToPush", task.clone()).await.to_string()));
    sdk.key = root;
    seen.push(("the account stops", sdk.call("StopLivePullToPush", task).await.to_string()));

    let seen: Vec<(&str, &str)> = seen.iter().map(|(case, told)| (*case, told.as_str())).collect();
    assert_eq!(seen, RAM, "{peer:?}");
}

fn key(id: &str, secret: &str, token: Option<String>) -> Key {
    Key { id: id.to_owned(), secret: secret.to_owned(), token }
}
