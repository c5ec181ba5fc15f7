use std::sync::Arc;

use apsara_core::untyped::Description;
use serde_json::json;

use super::*;
use crate::operations::Described;

fn case(style: &str, value: Value) -> Case {
    let operation = Described {
        product: "test".to_owned(),
        name: "Test".to_owned(),
        version: "1".to_owned(),
        spec: Arc::default(),
        shared: Arc::default(),
        ours: Arc::new(Description::new("test", "1", "Test")),
        is_rpc: true,
        has_v1: true,
        method: "POST".to_owned(),
        path: "/".to_owned(),
    };
    let given =
        Given { name: "P".to_owned(), place: "query".to_owned(), style: style.to_owned(), value, is_binary: false };
    Case { number: 0, operation, given: vec![given], signature: SignatureVersion::V1, is_temporary: false }
}

/// Compares what is written in a query; all else is alike.
fn compared(case: &Case, theirs: &str, ours: &str) -> (Vec<Rule>, usize) {
    let sent = Sent {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: format!("{ours}&Signature=s"),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let request = json!({ "method": "POST", "target": format!("/?{theirs}"), "headers": {}, "body": "" });
    let answer = json!({ "request": request, "again": "s", "outright": "s", "hash": "" });
    let compared = compare(case, &answer, &sent);
    (compared.rules.into_iter().collect(), compared.differences.len())
}

#[test]
fn a_rule_holds_for_the_value_that_it_is_about_alone() {
    let (text, flag) = (case("-", json!("True")), case("-", json!([true])));
    assert_eq!(compared(&flag, "P.1=True", "P.1=true"), (vec![Rule::Boolean], 0));
    assert_eq!(compared(&text, "P=True", "P=true"), (vec![], 1));
    assert_eq!(compared(&flag, "Q=True", "Q=true"), (vec![], 1));
    assert_eq!(compared(&case("-", json!(1.0)), "P=1.0", "P=1"), (vec![Rule::Float], 0));
    assert_eq!(compared(&case("-", json!("1.0")), "P=1.0", "P=1"), (vec![], 1));
    assert_eq!(compared(&case("-", json!([])), "P=", ""), (vec![Rule::Nothing], 0));
    assert_eq!(compared(&text, "P=", ""), (vec![], 1));
    assert_eq!(compared(&text, "", "ClientToken=0123456789abcdef0123456789abcdef").1, 1);
}

#[test]
fn how_a_letter_is_encoded_is_compared_and_a_space_may_be_a_plus() {
    let text = case("-", json!("a *"));
    assert_eq!(compared(&text, "P=a+%2A", "P=a%20%2A"), (vec![Rule::Plus], 0));
    for ours in ["P=a%20*", "P=a%20%2a", "P=a+%2A", "P=a%20%2A&P=1", "p=a%20%2A"] {
        assert_ne!(compared(&text, "P=a+%2A", ours).1, 0, "{ours}");
    }
}

#[test]
fn json_is_compared_by_what_it_says() {
    let json = case("json", json!({ "a": 1 }));
    let both = |theirs: &str, ours: &str| {
        compared(&json, &format!("P={}", encoded(theirs)), &format!("P={}", encoded(ours))).1
    };
    assert_eq!(both(r#"{"b":2,"a":1,"c":null}"#, r#"{"a":1,"b":2}"#), 0);
    assert_eq!(both(r#"{"a":1}"#, r#"{"a":"1"}"#), 1);
    assert_eq!(both(r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#), 1);
    assert_eq!(both(r#"{"a":1}"#, r#"{"a":1,"c":null}"#), 1);
    assert_eq!(both("[1,2]", "[2,1]"), 1);
    // In another order, and not encoded.
    let theirs = format!("P={}", encoded(r#"{"b":2,"a":1}"#));
    assert_eq!(compared(&json, &theirs, r#"P={"a":1,"b":2}"#).1, 1);
}

#[test]
fn the_rest_of_a_request_and_its_signature_are_compared() {
    let text = case("-", json!("1"));
    let ours = |path: &str, signature: &str| Sent {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: format!("P=1&Signature={signature}"),
        headers: vec![("accept".to_owned(), "a".to_owned())],
        body: b"x".to_vec(),
    };
    let request = json!({ "method": "POST", "target": "/?P=1", "headers": { "x-acs-action": "A" }, "body": "eA==" });
    let answer = json!({ "request": request, "again": "s+=", "outright": "s+=", "hash": "h" });
    let differences = |sent: &Sent| compare(&text, &answer, sent).differences;
    assert_eq!(differences(&ours("/", "s%2B%3D")), [""; 0]);
    assert_eq!(differences(&ours("/x", "s%2B%3D")).len(), 1);
    assert_eq!(differences(&ours("/", "t")).len(), 1);
    assert_eq!(differences(&Sent { body: b"y".to_vec(), ..ours("/", "s%2B%3D") }).len(), 1);
    let mut more = ours("/", "s%2B%3D");
    more.headers.push(("x-more".to_owned(), "1".to_owned()));
    assert_eq!(differences(&more).len(), 1);
}
