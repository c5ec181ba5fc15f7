//! What is read as a policy, what is refused, and that nothing makes the reader panic.

use serde_json::{Value, json};

use super::arn::Resource;
use super::context::Context;
use super::policy::{Policy, Question, judge};
use super::principal::Asking;
use super::read::Purpose;
use crate::split_mix::SplitMix64;

fn refused(text: &str, purpose: Purpose) -> Vec<String> {
    Policy::parse(text, purpose).unwrap_err().iter().map(ToString::to_string).collect()
}

fn statement(statement: &Value) -> String {
    json!({ "Version": "1", "Statement": [statement] }).to_string()
}

#[test]
fn one_statement_may_stand_without_a_list() {
    let one = r#"{"Version":"1","Statement":{"Effect":"Allow","Action":["a:B"],"Resource":["*"],"Condition":{}}}"#;
    assert_eq!(Policy::parse(one, Purpose::Permission).unwrap().statements.len(), 1);
}

#[test]
fn what_is_no_policy_is_refused_with_what_to_write() {
    let allow = |more: &Value| {
        let mut whole = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        for (key, value) in more.as_object().unwrap() {
            whole[key] = value.clone();
        }
        statement(&whole)
    };
    for (text, expected) in [
        ("", "is no JSON: EOF while parsing a value at line 1 column 0"),
        ("[]", "must be an object"),
        (
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            "\"Version\" is missing; write \"Version\": \"1\"",
        ),
        (
            r#"{"Version":1,"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            "Version: must be \"1\", the only version there is",
        ),
        (r#"{"Version":"1"}"#, "\"Statement\" is missing"),
        (
            r#"{"Version":"1","Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}"#,
            "Statement.Effect: stands twice; make one of the two",
        ),
        (r#"{"Version":"1","Statement":[]}"#, "Statement: must be a statement, or a list of at least one"),
        (r#"{"Version":"1","Statement":"*"}"#, "Statement: must be a statement, or a list of at least one"),
        (r#"{"Version":"1","Statement":[7]}"#, "Statement[0]: must be an object"),
        (&allow(&json!({ "Effect": "allow" })), "Statement[0].Effect: must be \"Allow\" or \"Deny\""),
        (&allow(&json!({ "Resorce": "*" })), "Statement[0]: \"Resorce\" is not known here; did you mean \"Resource\"?"),
        (&allow(&json!({ "NotAction": "*" })), "Statement[0]: \"Action\" and \"NotAction\" exclude each other"),
        (&allow(&json!({ "NotResource": "*" })), "Statement[0]: \"Resource\" and \"NotResource\" exclude each other"),
        (&allow(&json!({ "Action": [] })), "Statement[0].Action: must hold at least one text"),
        (&allow(&json!({ "Action": ["a:B", 7] })), "Statement[0].Action[1]: must be a text"),
        (
            &allow(&json!({ "Action": "live" })),
            "Statement[0].Action: must be * or code:Operation, such as live:Describe*",
        ),
        (
            &allow(&json!({ "Action": "live:a:b" })),
            "Statement[0].Action: must be * or code:Operation, such as live:Describe*",
        ),
        (
            &allow(&json!({ "Resource": "acs:ecs:*" })),
            "Statement[0].Resource: must be * or acs:service:region:account:relative-id",
        ),
        (
            &allow(&json!({ "Principal": {} })),
            "Statement[0]: \"Principal\" is not known here; known are Effect, Action, NotAction, Resource, NotResource, Condition",
        ),
        (&statement(&json!({ "Action": "*", "Resource": "*" })), "Statement[0]: \"Effect\" is missing"),
        (
            &statement(&json!({ "Effect": "Allow", "Resource": "*" })),
            "Statement[0]: \"Action\" or \"NotAction\" is missing",
        ),
        (
            &statement(&json!({ "Effect": "Allow", "Action": "*" })),
            "Statement[0]: \"Resource\" or \"NotResource\" is missing",
        ),
    ] {
        assert_eq!(refused(text, Purpose::Permission), [expected], "{text}");
    }
}

#[test]
fn whom_a_role_trusts_is_written_as_the_documents_write_it() {
    let trust =
        |principal: Value| statement(&json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }));
    let ram = "must be acs:ram::ACCOUNT:root, acs:ram::ACCOUNT:user/NAME or acs:ram::ACCOUNT:role/NAME";
    let federated = "must be acs:ram::ACCOUNT:oidc-provider/NAME or acs:ram::ACCOUNT:saml-provider/NAME";
    for (principal, expected) in [
        (json!({}), "Statement[0].Principal: must name somebody under RAM, Service or Federated".to_owned()),
        (json!("*"), "Statement[0].Principal: must be an object".to_owned()),
        (json!({ "RAM": [] }), "Statement[0].Principal.RAM: must hold at least one text".to_owned()),
        (json!({ "RAM": ["*", "acs:ram::1:group/g"] }), format!("Statement[0].Principal.RAM[1]: {ram}")),
        (json!({ "RAM": "acs:ram::me:root" }), format!("Statement[0].Principal.RAM: {ram}")),
        (json!({ "RAM": "acs:ram::1:user/a*" }), format!("Statement[0].Principal.RAM: {ram}")),
        (json!({ "Federated": "acs:ram::1:user/a" }), format!("Statement[0].Principal.Federated: {federated}")),
        (
            json!({ "Service": "ecs" }),
            "Statement[0].Principal.Service: must be the name of a service, such as ecs.aliyuncs.com".to_owned(),
        ),
    ] {
        assert_eq!(refused(&trust(principal.clone()), Purpose::Trust), [expected], "{principal}");
    }
    for principal in [
        json!({ "RAM": ["acs:ram::1:root", "acs:ram::2:user/a.b@c", "acs:ram::3:role/r"] }),
        json!({ "Service": ["ecs.aliyuncs.com"], "Federated": "acs:ram::1:saml-provider/s" }),
    ] {
        assert!(Policy::parse(&trust(principal), Purpose::Trust).is_ok());
    }
}

/// Draws a number below a limit.
fn below(numbers: &mut SplitMix64, most: usize) -> usize {
    usize::try_from(numbers.below(u64::try_from(most).unwrap())).unwrap()
}

/// Changes one place of a document, or several: a value, a key, or what is missing.
fn mutate(value: &mut Value, numbers: &mut SplitMix64) {
    const TEXTS: [&str; 16] = [
        "",
        "*",
        "?",
        "**?*",
        "acs:::::",
        "acs:*:*:*:*",
        "live:*",
        ":",
        "::",
        "{",
        "{#x}",
        "9e999",
        "-0",
        "0.0.0.0/0",
        "::ffff:1.2.3.4/128",
        "2026-13-40T99:99:99Z",
    ];
    let replacement = match below(numbers, 6) {
        0 => json!(null),
        1 => json!([]),
        2 => json!({}),
        3 => json!(below(numbers, 1000)),
        4 => json!([TEXTS[below(numbers, TEXTS.len())], TEXTS[below(numbers, TEXTS.len())], true]),
        _ => json!(TEXTS[below(numbers, TEXTS.len())]),
    };
    match value {
        Value::Object(fields) if !fields.is_empty() && below(numbers, 8) > 0 => {
            let key = fields.keys().nth(below(numbers, fields.len())).unwrap().clone();
            match below(numbers, 5) {
                0 => drop(fields.remove(&key)),
                1 => {
                    let moved = fields.remove(&key).unwrap();
                    fields.insert(TEXTS[below(numbers, TEXTS.len())].to_owned(), moved);
                }
                _ => mutate(fields.get_mut(&key).unwrap(), numbers),
            }
        }
        Value::Array(items) if !items.is_empty() && below(numbers, 8) > 0 => {
            let at = below(numbers, items.len());
            mutate(&mut items[at], numbers);
        }
        Value::String(text) if below(numbers, 3) > 0 => {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            text.insert_str(ends[below(numbers, ends.len())], ["*", "?", "中"][below(numbers, 3)]);
        }
        other => *other = replacement,
    }
}

#[test]
fn any_document_is_a_policy_or_is_refused() {
    let permission = json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": ["live:*", "sts:AssumeRole"], "Resource": ["*", "acs:ram:*:*:role/*"],
          "Condition": { "IpAddress": { "acs:SourceIp": ["203.0.113.0/24", "::/0"] }, "Bool": { "acs:MFAPresent": true },
                         "DateLessThan": { "acs:CurrentTime": "2026-01-01T00:00:00Z" }, "NumericEquals": { "a:N": 1 } } },
        { "Effect": "Deny", "NotAction": "live:Describe*", "NotResource": "acs:live:*:*:*",
          "Condition": { "StringNotLike": { "acs:PrincipalARN": "acs:ram:*:*:user/?*" } } },
    ] });
    let trust = json!({ "Version": "1", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "RAM": ["acs:ram::1:root", "*"], "Service": "ecs.aliyuncs.com",
                       "Federated": "acs:ram::1:oidc-provider/p" },
        "Condition": { "StringEquals": { "oidc:aud": ["a"] } } } });
    let seed = 20_260_101;
    println!("seed {seed}");
    let mut numbers = SplitMix64(seed);
    let mut context = Context::default();
    context.set("acs:SourceIp", "203.0.113.1");
    context.set("acs:PrincipalARN", "acs:ram::1:user/u");
    context.set("a:N", "not a number");
    let (mut good, mut bad) = (0, 0);
    for round in 0..6000 {
        let (base, purpose) =
            if round % 2 == 0 { (&permission, Purpose::Permission) } else { (&trust, Purpose::Trust) };
        let mut document = base.clone();
        for _ in 0..=below(&mut numbers, 3) {
            // Without its version nothing is a policy: mostly, something else is spoilt.
            let whole = below(&mut numbers, 16) == 0 || document.get("Statement").is_none();
            let spoilt = if whole { &mut document } else { &mut document["Statement"] };
            mutate(spoilt, &mut numbers);
        }
        let mut text = document.to_string();
        if below(&mut numbers, 8) == 0 && !text.is_empty() {
            // Half a document, cut between two characters.
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            text.truncate(ends[below(&mut numbers, ends.len())]);
        }
        match Policy::parse(&text, purpose) {
            Ok(policy) => {
                good += 1;
                let resource = Resource::all("live", "1");
                let asking = Asking::Ram { account: "1", arn: "acs:ram::1:user/u" };
                let question =
                    Question { action: "live:X", resource: Some(&resource), asking: Some(asking), context: &context };
                judge(std::iter::once(&policy), question);
            }
            Err(flaws) => {
                bad += 1;
                assert!(flaws.iter().all(|flaw| !flaw.reason.is_empty()), "{text}");
            }
        }
    }
    assert!(good > 300 && bad > 3000, "{good} {bad}");
}
