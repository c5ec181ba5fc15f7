//! Policies against questions. What is expected was written by hand from the documents: nothing is allowed by default, an
//! explicit denial wins, `NotAction` and `NotResource` mean all but that.

use serde_json::{Value, json};

use super::arn::{Parts, Resource};
use super::context::Context;
use super::policy::{Policy, Question, Verdict, judge};
use super::read::Purpose;

const RESTART: &str = "live:RestartLivePullToPush";
const DESCRIBE: &str = "live:DescribeLivePullToPush";

fn policy(statements: &Value) -> Policy {
    Policy::parse(&json!({ "Version": "1", "Statement": statements }).to_string(), Purpose::Permission).unwrap()
}

fn ask(policies: &[&Policy], action: &str, resource: &str, context: &Context) -> Verdict {
    let resource = match resource {
        "*" => Resource::all(action.split(':').next().unwrap(), "1000"),
        name => Resource::one(Parts::read(name).unwrap()),
    };
    let question = Question { action, resource: Some(&resource), asking: None, context };
    judge(policies.iter().copied(), question)
}

/// The verdict in a letter: allowed, denied, or nothing said.
fn letter(verdict: Verdict) -> char {
    match verdict {
        Verdict::Allowed { .. } => 'A',
        Verdict::ExplicitDeny { .. } => 'D',
        Verdict::ImplicitDeny => '-',
    }
}

#[test]
fn effects_actions_and_resources_decide_together() {
    let rule_1 = "acs:config:*:1000:rule/cr-1";
    let rule_2 = "acs:config:*:1000:rule/cr-2";
    for (statements, action, resource, expected) in [
        // Actions: alike in any case, with wildcards.
        (json!({ "Effect": "Allow", "Action": DESCRIBE, "Resource": "*" }), DESCRIBE, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": "LIVE:describelivepulltopush", "Resource": "*" }), DESCRIBE, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": "live:Describe*", "Resource": "*" }), DESCRIBE, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": "live:Describe*", "Resource": "*" }), RESTART, "*", '-'),
        (json!({ "Effect": "Allow", "Action": "live:?escribe*", "Resource": "*" }), DESCRIBE, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }), RESTART, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": ["vod:*", "live:*"], "Resource": "*" }), RESTART, "*", 'A'),
        (json!({ "Effect": "Allow", "Action": ["vod:*", "cdn:*"], "Resource": "*" }), RESTART, "*", '-'),
        // All but these actions.
        (json!({ "Effect": "Allow", "NotAction": "ram:*", "Resource": "*" }), RESTART, "*", 'A'),
        (json!({ "Effect": "Allow", "NotAction": "ram:*", "Resource": "*" }), "ram:CreateUser", "*", '-'),
        (json!({ "Effect": "Allow", "NotAction": ["ram:*", "live:*"], "Resource": "*" }), RESTART, "*", '-'),
        (json!({ "Effect": "Deny", "NotAction": "live:*", "Resource": "*" }), "ram:CreateUser", "*", 'D'),
        (json!({ "Effect": "Deny", "NotAction": "live:*", "Resource": "*" }), RESTART, "*", '-'),
        // Resources.
        (json!({ "Effect": "Allow", "Action": "*", "Resource": rule_1 }), "config:GetConfigRule", rule_1, 'A'),
        (json!({ "Effect": "Allow", "Action": "*", "Resource": rule_1 }), "config:GetConfigRule", rule_2, '-'),
        (json!({ "Effect": "Allow", "Action": "*", "Resource": [rule_1, rule_2] }), "config:X", rule_2, 'A'),
        (json!({ "Effect": "Allow", "Action": "*", "NotResource": rule_1 }), "config:X", rule_1, '-'),
        (json!({ "Effect": "Allow", "Action": "*", "NotResource": rule_1 }), "config:X", rule_2, 'A'),
        (json!({ "Effect": "Deny", "Action": "*", "NotResource": [rule_1, "acs:log:*:*:*"] }), "config:X", rule_2, 'D'),
        (json!({ "Effect": "Deny", "Action": "*", "NotResource": [rule_1, rule_2] }), "config:X", rule_2, '-'),
        // A denial wins, wherever it stands.
        (
            json!([
                { "Effect": "Allow", "Action": "live:*", "Resource": "*" },
                { "Effect": "Deny", "Action": RESTART, "Resource": "*" },
            ]),
            RESTART,
            "*",
            'D',
        ),
        (
            json!([
                { "Effect": "Deny", "Action": RESTART, "Resource": "*" },
                { "Effect": "Allow", "Action": "live:*", "Resource": "*" },
            ]),
            RESTART,
            "*",
            'D',
        ),
        (
            json!([
                { "Effect": "Deny", "Action": RESTART, "Resource": "*" },
                { "Effect": "Allow", "Action": "live:*", "Resource": "*" },
            ]),
            DESCRIBE,
            "*",
            'A',
        ),
    ] {
        let verdict = ask(&[&policy(&statements)], action, resource, &Context::default());
        assert_eq!(letter(verdict), expected, "{statements} {action} {resource}");
    }
}

#[test]
fn a_statement_counts_only_where_its_conditions_hold() {
    let mut context = Context::default();
    context.set("acs:SourceIp", "203.0.113.7");
    let conditional = |effect: &str, range: &str| json!({ "Effect": effect, "Action": "*", "Resource": "*", "Condition": { "IpAddress": { "acs:SourceIp": range } } });
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    for (statements, expected) in [
        (conditional("Allow", "203.0.113.0/24"), 'A'),
        (conditional("Allow", "198.51.100.0/24"), '-'),
        (json!([all, conditional("Deny", "203.0.113.0/24")]), 'D'),
        (json!([all, conditional("Deny", "198.51.100.0/24")]), 'A'),
    ] {
        assert_eq!(letter(ask(&[&policy(&statements)], RESTART, "*", &context)), expected, "{statements}");
    }
}

#[test]
fn policies_count_together_and_none_allows_nothing() {
    let context = Context::default();
    let allow = policy(&json!({ "Effect": "Allow", "Action": "live:*", "Resource": "*" }));
    let deny = policy(&json!([
        { "Effect": "Allow", "Action": "vod:*", "Resource": "*" },
        { "Effect": "Deny", "Action": RESTART, "Resource": "*" },
    ]));
    assert_eq!(ask(&[], RESTART, "*", &context), Verdict::ImplicitDeny);
    assert_eq!(ask(&[&allow, &deny], RESTART, "*", &context), Verdict::ExplicitDeny { policy: 1, statement: 1 });
    assert_eq!(ask(&[&deny, &allow], RESTART, "*", &context), Verdict::ExplicitDeny { policy: 0, statement: 1 });
    assert_eq!(ask(&[&allow, &deny], DESCRIBE, "*", &context), Verdict::Allowed { policy: 0, statement: 0 });
    assert_eq!(ask(&[&allow, &deny], "vod:Get", "*", &context), Verdict::Allowed { policy: 1, statement: 0 });
    assert_eq!(ask(&[&allow, &deny], "cdn:Get", "*", &context), Verdict::ImplicitDeny);
}

#[test]
fn a_policy_for_permissions_gives_nobody_a_role() {
    let allow = policy(&json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }));
    let context = Context::default();
    let question = Question { action: "sts:AssumeRole", resource: None, asking: None, context: &context };
    assert_eq!(judge(std::iter::once(&allow), question), Verdict::ImplicitDeny);
}
