//! The condition keys that calls have: when, from where, how, by whom, with which tags.

use std::time::Duration;

use apsara_emulator::{Clock, Emulator, RamMode};
use serde_json::json;

use crate::client::{Call, NOON, live};
use crate::ram::{FORBIDDEN, account_of_ann, by_ann, is, saying, start, told};

const SHANGHAI: [(&str, &str); 1] = [("Region", "cn-shanghai")];

#[tokio::test]
async fn the_common_keys_of_a_call_are_known() {
    for (condition, said, expected) in [
        (json!({ "DateLessThan": { "acs:CurrentTime": "2026-01-01T12:00:01Z" } }), "", (200, "OK")),
        (json!({ "DateLessThan": { "acs:CurrentTime": "2026-01-01T12:00:00Z" } }), "", FORBIDDEN),
        (json!({ "IpAddress": { "acs:SourceIp": "127.0.0.0/8" } }), "", (200, "OK")),
        (json!({ "Bool": { "acs:SecureTransport": "false" } }), "", (200, "OK")),
        (json!({ "Bool": { "acs:SecureTransport": "true" } }), "", FORBIDDEN),
        (json!({ "Bool": { "acs:SecureTransport": "true" } }), "acs:SecureTransport=true", (200, "OK")),
        // A call with an access key says nothing of a second factor.
        (json!({ "Bool": { "acs:MFAPresent": "false" } }), "", FORBIDDEN),
        (json!({ "Bool": { "acs:MFAPresent": "true" } }), "acs:MFAPresent=true", (200, "OK")),
        (json!({ "StringLike": { "acs:PrincipalARN": "acs:ram:*:1000:user/a*" } }), "", (200, "OK")),
        (json!({ "StringLike": { "acs:PrincipalARN": "acs:ram:*:*:role/*" } }), "", FORBIDDEN),
        // Keys of services are known where a spec names them; that of Live names none.
        (json!({ "StringEquals": { "live:Domain": "x" } }), "live:Domain=x", FORBIDDEN),
    ] {
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition });
        let emulator = start(Emulator::builder().account(account_of_ann(&statement)), RamMode::Strict).await;
        let call = by_ann(live(&emulator, "DescribeLivePullToPushList", &SHANGHAI));
        assert_eq!(told(&saying(&emulator, &call, said).await), is(expected), "{condition} {said}");
    }
}

#[tokio::test]
async fn the_time_of_conditions_is_the_one_that_tests_move() {
    let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                            "Condition": { "DateLessThanEquals": { "acs:CurrentTime": "2026-01-01T20:05:00+08:00" } } });
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().account(account_of_ann(&statement)).clock(clock).ram(RamMode::Strict);
    let emulator = builder.gateway_clock(Clock::frozen_at(NOON).unwrap()).start().await.unwrap();
    for (seconds, expected) in [(0, (200, "OK")), (300, (200, "OK")), (1, FORBIDDEN)] {
        emulator.clock().advance(Duration::from_secs(seconds));
        let mut call = by_ann(live(&emulator, "DescribeLivePullToPushList", &SHANGHAI));
        call.date = NOON.to_owned();
        assert_eq!(told(&call.v3(&emulator).await), is(expected), "{seconds}");
    }
}

#[tokio::test]
async fn the_tags_of_a_request_are_keys_and_an_operation_without_a_row_is_its_name() {
    let condition = json!({ "StringEquals": { "acs:RequestTag/team": "dev" } });
    let statement =
        json!({ "Effect": "Allow", "Action": "ecs:DescribeInstances", "Resource": "*", "Condition": condition });
    let emulator = start(Emulator::builder().account(account_of_ann(&statement)), RamMode::Strict).await;
    for (tag, expected) in [(("team", "dev"), (200, "OK")), (("team", "ops"), FORBIDDEN), (("unit", "dev"), FORBIDDEN)]
    {
        let pairs = [("RegionId", "cn-hangzhou"), ("Tag.1.Key", tag.0), ("Tag.1.Value", tag.1)];
        let call = describing_instances(&emulator, &pairs);
        assert_eq!(told(&call.v3(&emulator).await), is(expected), "{tag:?}");
    }
    assert_eq!(emulator.ledger().pop().unwrap().ram.unwrap().actions, ["ecs:DescribeInstances"]);
}

#[tokio::test]
async fn an_operation_without_tags_has_none_whatever_is_sent() {
    let condition = json!({ "StringEquals": { "acs:RequestTag/team": "dev" } });
    let statement = json!({ "Effect": "Allow", "Action": "ecs:*", "Resource": "*", "Condition": condition });
    let emulator = start(Emulator::builder().account(account_of_ann(&statement)), RamMode::Strict).await;
    let tagged = [("RegionId", "cn-hangzhou"), ("Tag.1.Key", "team"), ("Tag.1.Value", "dev")];
    for (action, more, expected) in [
        ("CreateSecurityGroup", None, (200, "OK")),
        ("DeleteSecurityGroup", Some(("SecurityGroupId", "sg-1")), FORBIDDEN),
    ] {
        let pairs: Vec<_> = tagged.into_iter().chain(more).collect();
        let mut call = by_ann(Call::new(&emulator, "2014-05-26", action, &pairs));
        call.method = "POST".to_owned();
        assert_eq!(told(&call.v3(&emulator).await), is(expected), "{action}");
    }
}

#[tokio::test]
async fn the_tags_of_a_body_are_keys_too() {
    let condition = json!({ "StringEquals": { "acs:RequestTag/team": "dev" } });
    let statement = json!({ "Effect": "Allow", "Action": "cs:*", "Resource": "*", "Condition": condition });
    let emulator = start(Emulator::builder().account(account_of_ann(&statement)), RamMode::Strict).await;
    for (team, is_allowed) in [("dev", true), ("ops", false)] {
        let mut call = by_ann(Call::new(&emulator, "2015-12-15", "CreateCluster", &[]));
        (call.method, call.path) = ("POST".to_owned(), "/clusters".to_owned());
        let fields = [
            ("name", "night"),
            ("region_id", "cn-shanghai"),
            ("cluster_type", "ManagedKubernetes"),
            ("tags.1.key", "team"),
            ("tags.1.value", team),
        ];
        call.form = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (status, told) = told(&call.v3(&emulator).await);
        assert_eq!(status != 403, is_allowed, "{team}: {status} {told}");
    }
}

#[tokio::test]
async fn what_is_said_of_an_operation_without_a_row_is_believed() {
    let condition = json!({ "StringEquals": { "ecs:Zone": "b" } });
    let statement =
        json!({ "Effect": "Allow", "Action": "ecs:DescribeInstances", "Resource": "*", "Condition": condition });
    let emulator = start(Emulator::builder().account(account_of_ann(&statement)), RamMode::Strict).await;
    for (said, expected) in [("ecs:Zone=b", (200, "OK")), ("ecs:Zone=c", FORBIDDEN), ("", FORBIDDEN)] {
        let call = describing_instances(&emulator, &[("RegionId", "cn-hangzhou")]);
        assert_eq!(told(&saying(&emulator, &call, said).await), is(expected), "{said}");
    }
}

/// A call by ann of an operation of which no document says what RAM is asked for.
fn describing_instances(emulator: &Emulator, pairs: &[(&str, &str)]) -> Call {
    let mut call = by_ann(Call::new(emulator, "2014-05-26", "DescribeInstances", pairs));
    call.method = "POST".to_owned();
    call
}
