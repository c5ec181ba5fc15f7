//! Every operator against values that fit and values that do not. What is expected was written by hand from the rules
//! of the documents: letters alike or not, wildcards, numbers, times, addresses; several values are alternatives.

use serde_json::{Value, json};

use super::condition::{Condition, OPERATORS};
use super::context::Context;
use crate::strict::Flaws;

fn read(block: &Value) -> Result<Vec<Condition>, Vec<String>> {
    let mut flaws = Flaws::default();
    let conditions = Condition::read_all(block, "Condition", &mut flaws);
    if flaws.is_empty() { Ok(conditions) } else { Err(flaws.into_vec().iter().map(ToString::to_string).collect()) }
}

fn holds(block: &Value, context: &Context) -> bool {
    read(block).unwrap().iter().all(|condition| condition.holds(context))
}

fn sent(key: &str, values: &[&str]) -> Context {
    let mut context = Context::default();
    if !values.is_empty() {
        context.set_all(key, values.iter().map(|value| (*value).to_owned()).collect());
    }
    context
}

/// An operator, the values of the policy, the value of the call, and whether the condition holds.
type Row = (&'static str, &'static [&'static str], &'static str, bool);

const ROWS: &[Row] = &[
    ("StringEquals", &["dev"], "dev", true),
    ("StringEquals", &["dev"], "Dev", false),
    ("StringEquals", &["dev"], "devs", false),
    ("StringEquals", &["d*"], "dev", false),
    ("StringEquals", &["dev", "test"], "test", true),
    ("StringEquals", &[""], "", true),
    ("StringNotEquals", &["dev"], "dev", false),
    ("StringNotEquals", &["dev"], "Dev", true),
    ("StringNotEquals", &["dev", "test"], "test", false),
    ("StringNotEquals", &["dev", "test"], "prod", true),
    ("StringEqualsIgnoreCase", &["dev"], "DEV", true),
    ("StringEqualsIgnoreCase", &["Ärger"], "ärger", true),
    ("StringEqualsIgnoreCase", &["dev"], "de", false),
    ("StringNotEqualsIgnoreCase", &["dev"], "DEV", false),
    ("StringNotEqualsIgnoreCase", &["dev"], "prod", true),
    ("StringLike", &["hangzhou/2015/*"], "hangzhou/2015/may", true),
    ("StringLike", &["hangzhou/2015/*"], "hangzhou/2015/", true),
    ("StringLike", &["hangzhou/2015/*"], "Hangzhou/2015/may", false),
    ("StringLike", &["a?c"], "abc", true),
    ("StringLike", &["a?c"], "ac", false),
    ("StringLike", &["x", "*c"], "abc", true),
    ("StringNotLike", &["a*"], "abc", false),
    ("StringNotLike", &["a*"], "cba", true),
    ("StringNotLike", &["x*", "a*"], "abc", false),
    ("NumericEquals", &["10"], "10", true),
    ("NumericEquals", &["10"], "10.0", true),
    ("NumericEquals", &["10"], "11", false),
    ("NumericEquals", &["10"], "ten", false),
    ("NumericNotEquals", &["10"], "10", false),
    ("NumericNotEquals", &["10"], "11", true),
    ("NumericLessThan", &["10"], "9", true),
    ("NumericLessThan", &["10"], "10", false),
    ("NumericLessThan", &["10"], "9999", false),
    ("NumericLessThanEquals", &["10"], "10", true),
    ("NumericLessThanEquals", &["10"], "10.5", false),
    ("NumericGreaterThan", &["10"], "10", false),
    ("NumericGreaterThan", &["-10"], "-9", true),
    ("NumericGreaterThanEquals", &["10"], "10", true),
    ("NumericGreaterThanEquals", &["10"], "9", false),
    ("DateEquals", &["2026-01-01T00:00:00Z"], "2026-01-01T08:00:00+08:00", true),
    ("DateEquals", &["2026-01-01T00:00:00Z"], "2026-01-01T00:00:01Z", false),
    ("DateNotEquals", &["2026-01-01T00:00:00Z"], "2026-01-01T00:00:00Z", false),
    ("DateNotEquals", &["2026-01-01T00:00:00Z"], "2026-01-02T00:00:00Z", true),
    ("DateLessThan", &["2019-08-12T17:00:00+08:00"], "2019-08-12T08:59:59Z", true),
    ("DateLessThan", &["2019-08-12T17:00:00+08:00"], "2019-08-12T09:00:00Z", false),
    ("DateLessThanEquals", &["2019-08-12T17:00:00+08:00"], "2019-08-12T09:00:00Z", true),
    ("DateLessThanEquals", &["2019-08-12T17:00:00+08:00"], "2019-08-12T09:00:01Z", false),
    ("DateGreaterThan", &["2019-08-12T09:00:00Z"], "2019-08-12T09:00:00Z", false),
    ("DateGreaterThan", &["2019-08-12T09:00:00Z"], "2019-08-12T09:00:01Z", true),
    ("DateGreaterThanEquals", &["2019-08-12T09:00:00Z"], "2019-08-12T09:00:00Z", true),
    ("DateGreaterThanEquals", &["2019-08-12T09:00:00Z"], "2019-08-12T08:59:59Z", false),
    ("Bool", &["true"], "true", true),
    ("Bool", &["true"], "True", true),
    ("Bool", &["true"], "false", false),
    ("Bool", &["false"], "false", true),
    ("Bool", &["true"], "1", false),
    ("IpAddress", &["203.0.113.0/24"], "203.0.113.9", true),
    ("IpAddress", &["203.0.113.0/24"], "203.0.114.9", false),
    ("IpAddress", &["198.51.100.1", "2001:db8::/32"], "2001:db8::7", true),
    ("IpAddress", &["203.0.113.0/24"], "nowhere", false),
    ("NotIpAddress", &["203.0.113.0/24"], "203.0.113.9", false),
    ("NotIpAddress", &["203.0.113.0/24"], "198.51.100.1", true),
    ("NotIpAddress", &["198.51.100.1", "203.0.113.0/24"], "203.0.113.9", false),
];

#[test]
fn every_operator_holds_where_the_documents_say_so() {
    for (operator, values, value, expected) in ROWS {
        let block = json!({ *operator: { "acs:Key": values } });
        assert_eq!(holds(&block, &sent("acs:Key", &[value])), *expected, "{operator} {values:?} {value}");
    }
    for (operator, _) in OPERATORS {
        let both =
            ROWS.iter().filter(|row| row.0 == operator).map(|row| row.3).collect::<std::collections::HashSet<_>>();
        assert_eq!(both.len(), 2, "{operator} is to hold and not to hold");
    }
}

#[test]
fn one_value_may_stand_without_a_list_and_without_quotes() {
    for (block, value) in [
        (json!({ "StringEquals": { "acs:Key": "a" } }), "a"),
        (json!({ "NumericLessThan": { "acs:Key": 10 } }), "9"),
        (json!({ "Bool": { "acs:Key": true } }), "true"),
        (json!({ "Bool": { "acs:Key": [true, "false"] } }), "false"),
    ] {
        assert!(holds(&block, &sent("acs:Key", &[value])), "{block}");
    }
}

#[test]
fn several_keys_and_several_operators_must_all_hold() {
    let block = json!({
        "IpAddress": { "acs:SourceIp": "203.0.113.0/24" },
        "Bool": { "acs:SecureTransport": "true", "acs:MFAPresent": "true" },
    });
    for (address, secure, mfa, expected) in [
        ("203.0.113.1", "true", "true", true),
        ("198.51.100.1", "true", "true", false),
        ("203.0.113.1", "false", "true", false),
        ("203.0.113.1", "true", "false", false),
    ] {
        let mut context = Context::default();
        context.set("acs:SourceIp", address);
        context.set("acs:SecureTransport", secure);
        context.set("acs:MFAPresent", mfa);
        assert_eq!(holds(&block, &context), expected, "{address} {secure} {mfa}");
    }
    assert!(holds(&json!({}), &Context::default()));
}

#[test]
fn a_key_that_a_call_does_not_have_is_equal_to_nothing() {
    for (operator, _) in OPERATORS {
        let value = match operator {
            "Bool" => "false",
            name if name.starts_with("Date") => "2026-01-01T00:00:00Z",
            name if name.ends_with("IpAddress") => "0.0.0.0/0",
            _ => "1",
        };
        let block = json!({ operator: { "acs:Key": value } });
        assert_eq!(holds(&block, &Context::default()), operator.contains("Not"), "{operator}");
    }
}

#[test]
fn of_several_values_of_a_call_one_is_enough_and_for_a_negation_none_may_be_equal() {
    let both = sent("oidc:aud", &["a", "b"]);
    assert!(holds(&json!({ "StringEquals": { "oidc:aud": "b" } }), &both));
    assert!(!holds(&json!({ "StringEquals": { "oidc:aud": "c" } }), &both));
    assert!(!holds(&json!({ "StringNotEquals": { "oidc:aud": "b" } }), &both));
    assert!(holds(&json!({ "StringNotEquals": { "oidc:aud": "c" } }), &both));
}

#[test]
fn the_names_of_keys_are_alike_in_any_case() {
    assert!(holds(&json!({ "StringEquals": { "acs:PrincipalArn": "x" } }), &sent("acs:PrincipalARN", &["x"])));
}

#[test]
fn what_is_no_condition_is_refused_with_what_to_write() {
    for (block, expected) in [
        (json!([]), "Condition: must be an object of operators"),
        (
            json!({ "StringEqual": { "acs:Key": "a" } }),
            "Condition: StringEqual is no operator of RAM; did you mean StringEquals?",
        ),
        (
            json!({ "BoolIfExists": { "acs:MFAPresent": "true" } }),
            "Condition: BoolIfExists is no operator of RAM, which has neither ForAnyValue and ForAllValues nor IfExists and Null",
        ),
        (
            json!({ "ForAnyValue:StringEquals": { "acs:Key": "a" } }),
            "Condition: ForAnyValue:StringEquals is no operator of RAM, which has neither ForAnyValue and ForAllValues nor IfExists and Null",
        ),
        (json!({ "Bool": {} }), "Condition.Bool: must be an object of at least one condition key"),
        (json!({ "Bool": "x" }), "Condition.Bool: must be an object of at least one condition key"),
        (json!({ "Bool": { "acs:Key": [] } }), "Condition.Bool[\"acs:Key\"]: must hold at least one value"),
        (
            json!({ "Bool": { "MFAPresent": "true" } }),
            "Condition.Bool.MFAPresent: a condition key is written as service:Name, such as acs:SourceIp",
        ),
        (json!({ "Bool": { "acs:Key": "yes" } }), "Condition.Bool[\"acs:Key\"]: Bool takes true or false"),
        (
            json!({ "NumericEquals": { "acs:Key": ["1", "one"] } }),
            "Condition.NumericEquals[\"acs:Key\"][1]: NumericEquals takes a number, such as 10",
        ),
        (
            json!({ "DateLessThan": { "acs:Key": "2026-01-01" } }),
            "Condition.DateLessThan[\"acs:Key\"]: DateLessThan takes a time of ISO 8601 with its zone, such as 2026-01-01T00:00:00Z",
        ),
        (
            json!({ "IpAddress": { "acs:Key": "203.0.113.0/40" } }),
            "Condition.IpAddress[\"acs:Key\"]: IpAddress takes an address or a range of them, such as 203.0.113.0/24 or 2001:db8::/32",
        ),
        (
            json!({ "StringEquals": { "acs:Key": null } }),
            "Condition.StringEquals[\"acs:Key\"]: must be a text, a number, true or false",
        ),
    ] {
        assert_eq!(read(&block).unwrap_err(), [expected], "{block}");
    }
}

#[test]
fn a_key_is_of_a_service_and_has_a_name() {
    for key in [":SourceIp", "acs:", "SourceIp", ":"] {
        let told = read(&json!({ "StringEquals": { key: "a" } })).unwrap_err();
        assert!(told[0].contains("is written as service:Name"), "{told:?}");
    }
    assert!(read(&json!({ "StringEquals": { "acs:SourceIp": "a" } })).is_ok());
}
