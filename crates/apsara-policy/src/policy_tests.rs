//! What policies say, and what is said of them.

use apsara_specs::Ram;
use serde_json::{Value, json};

use super::*;

/// An operation of the product `log`, whose action has these resources and condition keys.
fn used(operation: &str, resources: &[&str], keys: &[&str], beside: &[&str]) -> Used {
    let overlay = json!({ "action": format!("log:{operation}"), "resources": resources, "conditionKeys": keys,
                          "dependentActions": beside });
    Used::new("sls", operation, Ram::of_overlay(&overlay).unwrap())
}

fn statements(operations: &[Used]) -> Value {
    Policy::of(operations).to_json()["Statement"].take()
}

fn remarks(operations: &[Used]) -> Vec<String> {
    Policy::of(operations).remarks().iter().map(ToString::to_string).collect()
}

const PROJECT: &str = "acs:log:*:{#accountId}:project/{#ProjectName}";

#[test]
fn actions_for_the_same_resources_share_a_statement() {
    let operations = [used("B", &["*"], &[], &[]), used("C", &[PROJECT], &[], &[]), used("A", &["*"], &[], &[])];
    assert_eq!(
        statements(&operations),
        json!([
            { "Effect": "Allow", "Action": ["log:A", "log:B"], "Resource": ["*"] },
            { "Effect": "Allow", "Action": ["log:C"], "Resource": ["acs:log:*:*:project/*"] },
        ])
    );
    let mut turned = operations.to_vec();
    turned.reverse();
    turned.push(operations[0].clone());
    assert_eq!(Policy::of(&turned), Policy::of(&operations));
}

#[test]
fn the_document_is_written_as_ram_takes_it() {
    let text = Policy::of(&[used("A", &["*"], &[], &[])]).to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert_eq!(
        lines.concat(),
        r#"{"Version": "1","Statement": [{"Effect": "Allow","Action": ["log:A"],"Resource": ["*"]}]}"#
    );
}

#[test]
fn calls_narrow_resources_and_what_covers_others_stands_for_them() {
    let call = |project: &str| Call::default().account("1000").parameter("ProjectName", [project]);
    let get = used("Get", &[PROJECT], &[], &[]).called(call("b")).called(call("a")).called(call("b"));
    let resources = |used: &Used| Policy::of(std::slice::from_ref(used)).statements()[0].resources().to_vec();
    assert_eq!(resources(&get), ["acs:log:*:1000:project/a", "acs:log:*:1000:project/b"]);
    assert!(remarks(std::slice::from_ref(&get)).is_empty());
    let wide = get.called(Call::default());
    assert_eq!(resources(&wide), ["acs:log:*:*:project/*"]);
    assert_eq!(
        remarks(&[wide]),
        ["log:Get: acs:log:*:*:project/* has * where ProjectName belongs, which is not known"]
    );
}

#[test]
fn a_resource_covers_only_what_is_certainly_in_it() {
    for (wide, narrow, expected) in [
        ("*", "acs:log:*:*:project/a", true),
        ("acs:log:*:*:project/*", "acs:log:cn-x:1:project/a", true),
        ("acs:log:*:*:project/*/logstore/*", "acs:log:*:*:project/a/logstore/b", true),
        ("acs:log:*:*:project/*", "acs:log:*:*:project/a/logstore/b", false),
        ("acs:log:*:1:project/*", "acs:log:*:*:project/a", false),
        ("acs:log:*:*:project/a", "acs:log:*:*:project/*", false),
        ("acs:oss:*:*:*", "acs:log:*:*:project", false),
    ] {
        let mut both = Wanted { resources: [wide, narrow].map(str::to_owned).into(), ..Wanted::default() };
        both.narrow();
        assert_eq!(!both.resources.contains(narrow), expected, "{wide} {narrow}");
    }
}

#[test]
fn a_condition_stands_where_every_call_has_its_key() {
    let call = |version: &str| Call::default().parameter("ProjectName", ["p"]).parameter("TLSVersion", [version]);
    let put = used("Put", &[PROJECT], &["log:TLSVersion"], &[]);
    let narrow = put.clone().called(call("1.3")).called(call("1.2"));
    assert_eq!(
        statements(std::slice::from_ref(&narrow))[0]["Condition"],
        json!({ "StringEquals": { "log:TLSVersion": ["1.2", "1.3"] } })
    );
    let open = narrow.called(Call::default().parameter("ProjectName", ["p"]));
    for one in [open, put] {
        assert_eq!(statements(std::slice::from_ref(&one))[0]["Condition"], Value::Null);
        let said =
            "log:Put: can be narrowed by conditions on log:TLSVersion, of which no value is known for every call";
        assert!(remarks(&[one]).contains(&said.to_owned()));
    }
}

#[test]
fn what_an_operation_needs_beside_its_own_action_is_allowed_and_told() {
    let operations =
        [used("Ship", &[PROJECT], &[], &["ram:PassRole"]).called(Call::default().parameter("ProjectName", ["p"]))];
    assert_eq!(Policy::of(&operations).actions(), ["log:Ship", "ram:PassRole"]);
    assert_eq!(
        remarks(&operations),
        [
            "ram:PassRole: only * is possible, because Ship needs it beside its own, and no document names resources of it"
        ]
    );
    // The action of one operation may be needed by another one beside its own.
    let both = [operations[0].clone(), used("Move", &["*"], &[], &["log:Ship"])];
    assert_eq!(statements(&both)[0]["Action"], json!(["log:Move", "log:Ship", "ram:PassRole"]));
}

#[test]
fn every_star_has_its_reason() {
    let optional = json!([{ "ramAction": { "action": "log:Optional", "resources": [
        { "arn": PROJECT, "validationType": "conditional" }] } }]);
    let optional = Used::new("sls", "Optional", Ram::of_spec(&optional).unwrap());
    let many = (0..200).map(|number| number.to_string());
    let operations = [
        used("Nothing", &["*"], &[], &[]),
        Used::new("ecs", "Custom", Ram::undocumented("Ecs", "Custom")),
        Used::new("sts", "GetCallerIdentity", Ram::nothing()),
        optional.called(Call::default().parameter("Other", ["x"])),
        used("Many", &[PROJECT], &[], &[]).called(Call::default().parameter("ProjectName", many)),
        used("Wild", &[PROJECT], &[], &[]).called(Call::default().parameter("ProjectName", ["p*"])),
    ];
    let reasons: Vec<Remark> = Policy::of(&operations).remarks().to_vec();
    let project = "acs:log:*:*:project/*".to_owned();
    assert_eq!(
        reasons,
        [
            Remark::new("GetCallerIdentity", Reason::Everybody),
            Remark::new("ecs:Custom", Reason::Undocumented),
            Remark::new("log:Many", Reason::TooMany { resource: project, parts: vec!["ProjectName".to_owned()] }),
            Remark::new("log:Nothing", Reason::NoResources),
            Remark::new("log:Optional", Reason::Unnamed),
            Remark::new("log:Wild", Reason::Wild("p*".to_owned())),
        ]
    );
    assert!(Policy::of(&operations[2..3]).statements().is_empty());
}

#[test]
fn what_calls_name_in_more_ways_than_a_policy_can_list_is_a_star() {
    const TEMPLATE: &str = "acs:log:*:{#accountId}:project/{#ProjectName}/logstore/{#Logstore}";
    let called = |count: usize| {
        let call = |number: usize| {
            let call = Call::default().account("1000").parameter("ProjectName", [format!("p{number}")]);
            call.parameter("Logstore", [["a", "b"][number % 2]])
        };
        (0..count).fold(used("Get", &[TEMPLATE], &[], &[]), |used, number| used.called(call(number)))
    };
    let policy = Policy::of(&[called(100)]);
    assert_eq!((policy.statements()[0].resources().len(), policy.remarks()), (100, &[][..]));
    let policy = Policy::of(&[called(101)]);
    let starred = ["acs:log:*:1000:project/*/logstore/a", "acs:log:*:1000:project/*/logstore/b"];
    assert_eq!(policy.statements()[0].resources(), starred);
    let parts = vec!["ProjectName".to_owned()];
    let told = starred.map(|resource| {
        Remark::new("log:Get", Reason::TooMany { resource: resource.to_owned(), parts: parts.clone() })
    });
    assert_eq!(policy.remarks(), told);
}

#[test]
fn a_policy_that_ram_does_not_take_is_told() {
    let operations: Vec<Used> =
        (0..300).map(|number| used(&format!("DescribeThing{number}"), &["*"], &[], &[])).collect();
    let length = Policy::of(&operations).to_json().to_string().len();
    assert!(length > LONGEST);
    assert_eq!(Policy::of(&operations).remarks().last(), Some(&Remark::new("the policy", Reason::TooLong(length))));
}
