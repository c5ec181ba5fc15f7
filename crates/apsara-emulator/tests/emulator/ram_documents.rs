//! Resources, condition keys and further actions, as documents of the portal name them.

use std::path::{Path, PathBuf};

use apsara_emulator::{Emulator, RamMode};
use serde_json::{Value, json};

use crate::client::{Reply, exchange};
use crate::ram::account_of_ann;
use crate::sampled::{Outgoing, signed};

/// What is called of a document.
struct Asked<'a> {
    product: &'a str,
    version: &'a str,
    action: &'a str,
    host: &'a str,
    call: Outgoing,
}

/// The portal's document of a product, unless it is absent; on CI it must be there.
fn document(product: &str, version: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/metadata");
    if folder.is_dir() {
        return Some(folder.join(product).join(version).join("api-docs.json"));
    }
    assert!(std::env::var_os("CI").is_none(), "the portal's metadata is absent, and CI must have it");
    None
}

async fn strict(file: &Path, statements: &Value) -> Emulator {
    let clock = apsara_emulator::Clock::frozen_at(crate::client::NOON).unwrap();
    let builder = Emulator::builder().account(account_of_ann(statements)).spec_file(file).ram(RamMode::Strict);
    builder.clock(clock.clone()).gateway_clock(clock).start().await.unwrap()
}

async fn ask(emulator: &Emulator, asked: &Asked<'_>) -> Reply {
    let names = (asked.host, asked.action, asked.version);
    let request = signed(&asked.call, names, ("ann", "ann-secret"), Some(asked.product));
    exchange(emulator, request.as_bytes()).await
}

/// The code of a denial, and what it was about: nothing if it was allowed.
fn denied(emulator: &Emulator, reply: &Reply) -> Option<Vec<String>> {
    let decision = emulator.ledger().pop().unwrap().ram.unwrap();
    assert_eq!(decision.allowed, reply.status != 403, "{reply:?}");
    if decision.allowed {
        return None;
    }
    let answer = reply.json();
    assert!(answer["Code"] == "Forbidden.RAM" || answer["code"] == "Forbidden.RAM", "{answer}");
    assert!(answer["AccessDeniedDetail"].is_object() || answer["accessDeniedDetail"].is_object(), "{answer}");
    Some(decision.resources)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn rules_and_packs_of_config_are_allowed_one_by_one() {
    let Some(file) = document("config", "2020-09-07") else {
        println!("skipped: the portal's metadata is absent");
        return;
    };
    let allow = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
    let rule = |id: &str| format!("acs:config:*:1000:rule/{id}");
    for (statements, action, query, expected) in [
        (allow("config:*", "acs:config:*:*:rule/cr-1"), "GetConfigRule", vec![("ConfigRuleId", "cr-1")], None),
        (
            allow("config:*", "acs:config:*:*:rule/cr-1"),
            "GetConfigRule",
            vec![("ConfigRuleId", "cr-2")],
            Some(vec![rule("cr-2")]),
        ),
        (
            allow("config:*", "acs:config:*:2000:rule/*"),
            "GetConfigRule",
            vec![("ConfigRuleId", "cr-1")],
            Some(vec![rule("cr-1")]),
        ),
        // Of several, each must be allowed.
        (allow("config:*", "acs:config:*:*:rule/cr-1"), "DeleteConfigRules", vec![("ConfigRuleIds", "cr-1")], None),
        (
            allow("config:*", "acs:config:*:*:rule/cr-1"),
            "DeleteConfigRules",
            vec![("ConfigRuleIds", "cr-1,cr-2")],
            Some(vec![rule("cr-1"), rule("cr-2")]),
        ),
        // A list of rules is about all of them.
        (allow("config:List*", "acs:config:*:*:rule/cr-1"), "ListConfigRules", vec![], Some(vec![rule("*")])),
        (allow("config:List*", "acs:config:*:*:rule/*"), "ListConfigRules", vec![], None),
        (
            json!([allow("config:*", "*"), { "Effect": "Deny", "Action": "config:Get*", "Resource": "acs:config:*:*:rule/cr-9" }]),
            "GetConfigRule",
            vec![("ConfigRuleId", "cr-9")],
            Some(vec![rule("cr-9")]),
        ),
    ] {
        let emulator = strict(&file, &statements).await;
        let method = if action == "DeleteConfigRules" { "POST" } else { "GET" };
        let call = Outgoing { method: method.into(), path: "/".into(), query: pairs(&query), ..Outgoing::default() };
        let asked = Asked { product: "Config", version: "2020-09-07", action, host: emulator.host(), call };
        let reply = ask(&emulator, &asked).await;
        assert_eq!(denied(&emulator, &reply), expected, "{statements} {action} {query:?}: {reply:?}");
    }
}

#[tokio::test]
async fn stores_of_sls_are_allowed_by_project_region_and_the_keys_of_the_service() {
    let Some(file) = document("sls", "2020-12-30") else {
        println!("skipped: the portal's metadata is absent");
        return;
    };
    let allow = |resource: &str, condition: Value| json!({ "Effect": "Allow", "Action": "log:GetLogStore", "Resource": resource, "Condition": condition });
    let host = "shop.cn-hangzhou.log.aliyuncs.com";
    let store = "acs:log:cn-hangzhou:1000:project/shop/logstore/access";
    let tls = || json!({ "StringEquals": { "log:TLSVersion": ["TLSv1.2", "TLSv1.3"] } });
    for (statements, said, expected) in [
        (allow(store, json!({})), "", true),
        (allow("acs:log:cn-*:*:project/shop/logstore/*", json!({})), "", true),
        (allow("acs:log:cn-beijing:*:project/shop/logstore/*", json!({})), "", false),
        (allow("acs:log:*:*:project/other/logstore/access", json!({})), "", false),
        (allow("acs:log:*:*:project/shop/logstore/error", json!({})), "", false),
        (allow("acs:log:*:*:project/shop", json!({})), "", false),
        // The spec names this key for the operation; over plain HTTP there is no such version.
        (allow("*", tls()), "", false),
        (allow("*", tls()), "log:TLSVersion=TLSv1.3", true),
        (allow("*", tls()), "log:TLSVersion=TLSv1.1", false),
        // This one it names for others.
        (allow("*", json!({ "Bool": { "log:Encrypted": "true" } })), "log:Encrypted=true", false),
    ] {
        let emulator = strict(&file, &statements).await;
        let headers = pairs(&[("x-apsara-context", said)]);
        let call = Outgoing { method: "GET".into(), path: "/logstores/access".into(), headers, ..Outgoing::default() };
        let asked = Asked { product: "Sls", version: "2020-12-30", action: "GetLogStore", host, call };
        let reply = ask(&emulator, &asked).await;
        let expected = if expected { None } else { Some(vec![store.to_owned()]) };
        assert_eq!(denied(&emulator, &reply), expected, "{statements} {said}: {reply:?}");
    }
}

/// A document with what no document of the portal at hand has: resources that are optional, and further actions.
fn written() -> PathBuf {
    // Tests that run at once, each in a process of its own, share the folder.
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ram-{}.json", std::process::id()));
    let text = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    let list = json!({ "name": "DiskIds", "in": "query", "style": "repeatList",
                       "schema": { "type": "array", "items": { "type": "string" } } });
    let document = json!({
        "version": "1.0",
        "info": { "style": "RPC", "product": "Example", "version": "2020-01-01" },
        "ram": { "ramCodes": ["sample"] },
        "apis": {
            "Attach": {
                "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }],
                "parameters": [text("MachineId"), text("KeyName"), text("Encrypted"), list],
                "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
                "ramActions": [{
                    "ramAction": {
                        "action": "sample:Attach",
                        "actionConditions": [{ "conditionKey": "sample:Encrypted" }],
                        "resources": [
                            { "validationType": "always", "arn": "acs:sample:{#regionId}:{#accountId}:machine/{#MachineId}" },
                            { "validationType": "always", "arn": "acs:sample:{#regionId}:{#accountId}:disk/{#DiskId}" },
                            { "validationType": "conditional", "arn": "acs:sample:*:{#accountId}:key/{#KeyName}" },
                        ],
                    },
                    "additionalActions": ["ram:PassRole"],
                }],
            },
            "Move": {
                "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }],
                "parameters": [{ "name": "Options", "in": "query", "style": "json", "schema": {
                    "type": "object", "properties": { "ShelfIds": { "type": "array", "items": { "type": "string" } } } } }],
                "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
                "ramActions": [{ "ramAction": { "action": "sample:Move", "resources": [
                    { "validationType": "always", "arn": "acs:sample:*:{#accountId}:shelf/{#ShelfId}" },
                ] } }],
            },
            "Unlisted": {
                "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }], "parameters": [],
                "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
                "ramActions": [],
            },
        },
        "components": { "schemas": {} },
        "endpoints": [],
    });
    std::fs::write(&file, document.to_string()).unwrap();
    file
}

#[tokio::test]
async fn all_resources_and_all_actions_of_a_call_must_be_allowed() {
    let file = written();
    let allow = |resource: &str| json!({ "Effect": "Allow", "Action": "sample:Attach", "Resource": resource });
    let pass = json!({ "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" });
    let machine = allow("acs:sample:cn-beijing:*:machine/m-1");
    let disks = allow("acs:sample:*:*:disk/d-?");
    let key = allow("acs:sample:*:*:key/k");
    let encrypted = json!({ "Effect": "Deny", "Action": "sample:*", "Resource": "*",
                            "Condition": { "StringNotEquals": { "sample:Encrypted": "yes" } } });
    let plain = vec![("RegionId", "cn-beijing"), ("MachineId", "m-1"), ("DiskIds.1", "d-1"), ("DiskIds.2", "d-2")];
    let with = |more: (&'static str, &'static str)| plain.iter().copied().chain([more]).collect::<Vec<_>>();
    for (statements, query, expected) in [
        (json!([machine, disks, pass]), plain.clone(), true),
        (json!([machine, disks]), plain.clone(), false),
        (json!([machine, pass]), plain.clone(), false),
        (json!([disks, pass]), plain.clone(), false),
        (json!([machine, disks, pass]), with(("DiskIds.3", "e-1")), false),
        (json!([machine, disks, pass]), with(("KeyName", "k")), false),
        (json!([machine, disks, pass, key]), with(("KeyName", "k")), true),
        (json!([machine, disks, pass, encrypted]), plain.clone(), false),
        (json!([machine, disks, pass, encrypted]), with(("Encrypted", "no")), false),
        (json!([machine, disks, pass, encrypted]), with(("Encrypted", "yes")), true),
        // A further action must be allowed in general.
        (
            json!([machine, disks, { "Effect": "Allow", "Action": "ram:PassRole", "Resource": "acs:ram:*:*:role/r" }]),
            plain.clone(),
            false,
        ),
    ] {
        let emulator = strict(&file, &statements).await;
        let call = Outgoing { method: "GET".into(), path: "/".into(), query: pairs(&query), ..Outgoing::default() };
        let asked = Asked { product: "Example", version: "2020-01-01", action: "Attach", host: emulator.host(), call };
        let reply = ask(&emulator, &asked).await;
        assert_eq!(denied(&emulator, &reply).is_none(), expected, "{statements} {query:?}: {reply:?}");
        assert_eq!(emulator.ledger()[0].ram.as_ref().unwrap().actions, ["sample:Attach", "ram:PassRole"]);
    }
}

#[tokio::test]
async fn an_operation_without_a_row_is_its_name_under_the_code_of_its_product() {
    let emulator =
        strict(&written(), &json!({ "Effect": "Allow", "Action": "sample:Unlisted", "Resource": "*" })).await;
    let call = Outgoing { method: "GET".into(), path: "/".into(), ..Outgoing::default() };
    let asked = Asked { product: "Example", version: "2020-01-01", action: "Unlisted", host: emulator.host(), call };
    assert_eq!(ask(&emulator, &asked).await.status, 200);
    assert_eq!(emulator.ledger()[0].ram.as_ref().unwrap().actions, ["sample:Unlisted"]);
}

#[tokio::test]
async fn what_an_operation_does_not_know_fills_no_placeholder() {
    let file = written();
    let allow = json!([
        { "Effect": "Allow", "Action": "sample:*", "Resource": ["acs:sample:*:*:machine/m", "acs:sample:*:*:disk/mine"] },
        { "Effect": "Allow", "Action": "sample:*", "Resource": "acs:sample:*:*:shelf/mine" },
        { "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" },
    ]);
    let both = |first: &str| json!({ "ShelfIds": [first], "ShelfId": "mine" }).to_string();
    let (secret, mine) = (both("secret"), both("mine"));
    for (action, query, expected) in [
        // The spec has `DiskIds`, but no `DiskId`.
        ("Attach", vec![("MachineId", "m"), ("DiskIds.1", "secret"), ("DiskId", "mine")], Some("disk/secret")),
        ("Attach", vec![("MachineId", "m"), ("DiskIds.1", "mine"), ("DiskId", "secret")], None),
        // Nothing is named, so that all is meant.
        ("Attach", vec![("MachineId", "m"), ("DiskId", "mine")], Some("disk/*")),
        // The same within an object.
        ("Move", vec![("Options", secret.as_str())], Some("shelf/secret")),
        ("Move", vec![("Options", mine.as_str())], None),
    ] {
        let emulator = strict(&file, &allow).await;
        let call = Outgoing { method: "GET".into(), path: "/".into(), query: pairs(&query), ..Outgoing::default() };
        let asked = Asked { product: "Example", version: "2020-01-01", action, host: emulator.host(), call };
        let reply = ask(&emulator, &asked).await;
        let about = denied(&emulator, &reply);
        let is_about = |resource: &str| about.as_ref().is_some_and(|all| all.iter().any(|one| one.ends_with(resource)));
        assert!(expected.map_or(about.is_none(), is_about), "{query:?}: {about:?}");
        // Nor does a policy that is made of the trace follow from it.
        let noted = emulator.trace().pop().unwrap().parameters.unwrap();
        assert!(["DiskId", "ShelfId"].iter().all(|unknown| !noted.contains_key(*unknown)), "{noted:?}");
    }
}

#[tokio::test]
async fn nobody_escapes_a_denial_by_naming_more_than_can_be_judged() {
    let file = written();
    let all_but_one = json!([
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "sample:*", "Resource": "acs:sample:*:*:disk/secret" },
    ]);
    let query = |count: usize| {
        let disks = (2..=count).map(|at| (format!("DiskIds.{at}"), "d".to_owned()));
        [("MachineId".to_owned(), "m".to_owned()), ("DiskIds.1".to_owned(), "secret".to_owned())]
            .into_iter()
            .chain(disks)
            .collect::<Vec<_>>()
    };
    let clock = apsara_emulator::Clock::frozen_at(crate::client::NOON).unwrap();
    for (mode, key, count, expected) in [
        (RamMode::Strict, ("ann", "ann-secret"), 1000, (403, Some("Forbidden.RAM"), false)),
        (RamMode::Strict, ("ann", "ann-secret"), 1001, (400, Some("InvalidParameter"), false)),
        // Soft mode refuses nothing, and no policy is about the account itself.
        (RamMode::Soft, ("ann", "ann-secret"), 1001, (200, None, false)),
        (RamMode::Strict, ("root", "root-secret"), 1001, (200, None, true)),
    ] {
        let builder = Emulator::builder().account(account_of_ann(&all_but_one)).spec_file(&file).ram(mode);
        let emulator = builder.clock(clock.clone()).gateway_clock(clock.clone()).start().await.unwrap();
        let call = Outgoing { method: "GET".into(), path: "/".into(), query: query(count), ..Outgoing::default() };
        let request = signed(&call, (emulator.host(), "Attach", "2020-01-01"), key, Some("Example"));
        let reply = exchange(&emulator, request.as_bytes()).await;
        let entry = emulator.ledger().pop().unwrap();
        let told = (reply.status, entry.code.as_deref(), entry.ram.as_ref().unwrap().allowed);
        assert_eq!(told, expected, "{count}: {entry:?}");
    }
}
