//! What calls need: rows of specs and of our overlays, with their placeholders filled from requests.

use std::collections::HashSet;

use apsara_specs::Ram;
use serde_json::{Value, json};

use super::needs::{Filling, MOST_RESOURCES, action_names, deciding, names_parameters};

fn filling(values: &[(&str, &[&str])]) -> Filling {
    let values = values
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>()));
    let (account, region) = ("1000".to_owned(), Some("cn-hangzhou".to_owned()));
    Filling { account, region, values: values.collect(), tags: Vec::new() }
}

/// The actions and resources of a row of `ramActions` with these resources.
fn needed(resources: &Value, filling: &Filling) -> Vec<String> {
    let rows = json!([{ "ramAction": { "action": "log:X", "resources": resources } }]);
    let needs = Ram::of_spec(&rows).unwrap();
    super::needs::resources(&needs.actions[0], filling).iter().map(ToString::to_string).collect()
}

#[test]
fn placeholders_are_filled_from_the_account_the_region_and_the_request() {
    let log = "acs:log:{#regionId}:{#accountId}:project";
    let config = "acs:config:*:{#accountId}";
    let filling = filling(&[
        ("project", &["p-1"]),
        ("logstore", &["l-1"]),
        ("CompliancePackId", &["cp-1"]),
        ("ConfigRuleIds", &["cr-1, cr-2"]),
        ("AggregatorIds", &["ca-1", "ca-2"]),
        ("InstanceIds", &[r#"["i-1", "i,2"]"#]),
        ("DiskIds", &[" [1, 2]"]),
        ("Pack", &[r#"["p"]"#]),
        ("Empty", &[""]),
    ]);
    for (template, expected) in [
        (format!("{log}/{{#project}}"), vec!["acs:log:cn-hangzhou:1000:project/p-1"]),
        (
            format!("{log}/{{#ProjectName}}/logstore/{{#LogstoreName}}"),
            vec!["acs:log:cn-hangzhou:1000:project/p-1/logstore/l-1"],
        ),
        (format!("{log}/*"), vec!["acs:log:cn-hangzhou:1000:project/*"]),
        (format!("{log}/{{#project}}/logstore/*"), vec!["acs:log:cn-hangzhou:1000:project/p-1/logstore/*"]),
        (format!("{config}:pack/{{#CompliancePackId}}"), vec!["acs:config:*:1000:pack/cp-1"]),
        // The placeholder says more than the parameter.
        (format!("{config}:pack/{{#AggregatorCompliancePackId}}"), vec!["acs:config:*:1000:pack/cp-1"]),
        // Several in one text, and in a list.
        (
            format!("{config}:rule/{{#ConfigRuleId}}"),
            vec!["acs:config:*:1000:rule/cr-1", "acs:config:*:1000:rule/cr-2"],
        ),
        (
            format!("{config}:aggregator/{{#AggregatorId}}"),
            vec!["acs:config:*:1000:aggregator/ca-1", "acs:config:*:1000:aggregator/ca-2"],
        ),
        (format!("{config}:i/{{#InstanceId}}"), vec!["acs:config:*:1000:i/i-1", "acs:config:*:1000:i/i,2"]),
        (format!("{config}:d/{{#DiskId}}"), vec!["acs:config:*:1000:d/1", "acs:config:*:1000:d/2"]),
        (format!("{config}:p/{{#Pack}}"), vec!["acs:config:*:1000:p/p"]),
        // What the request does not say stands for all.
        (format!("{config}:x/{{#Unheard}}"), vec!["acs:config:*:1000:x/*"]),
        (format!("{config}:x/{{#Empty}}"), vec!["acs:config:*:1000:x/*"]),
        ("acs:ram:*:{AccountId}:role/{project}".to_owned(), vec!["acs:ram:*:1000:role/p-1"]),
        ("*".to_owned(), vec!["*"]),
        ("acs:log:*:{#accountId}:project/{#project".to_owned(), vec!["acs:log:*:1000:project/{#project"]),
    ] {
        let resources = json!([{ "validationType": "always", "arn": template }]);
        assert_eq!(needed(&resources, &filling), expected, "{template}");
    }
}

#[test]
fn a_resource_that_is_optional_counts_only_if_the_request_names_it() {
    let resources = json!([
        { "validationType": "always", "arn": "acs:log:*:{#accountId}:project/{#project}" },
        { "validationType": "conditional", "arn": "acs:log:*:{#accountId}:logstore/{#logstore}" },
        { "validationType": "conditional", "arn": "acs:log:*:{#accountId}:machine/*" },
    ]);
    let project = "acs:log:*:1000:project/p";
    assert_eq!(needed(&resources, &filling(&[("project", &["p"])])), [project]);
    let both = filling(&[("project", &["p"]), ("logstore", &["l"])]);
    assert_eq!(needed(&resources, &both), [project, "acs:log:*:1000:logstore/l"]);
    // Nothing but optional ones, and none is named: no resource in particular.
    let optional = json!([{ "validationType": "conditional", "arn": "acs:log:*:{#accountId}:logstore/{#logstore}" }]);
    assert_eq!(needed(&optional, &filling(&[])), ["*"]);
    assert_eq!(needed(&json!([]), &filling(&[])), ["*"]);
}

#[test]
fn more_resources_than_anybody_means_are_all_of_them() {
    let names: Vec<String> = (0..1001).map(|number| number.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let resources = json!([{ "arn": "acs:log:*:{#accountId}:x/{#name}" }]);
    assert_eq!(needed(&resources, &filling(&[("name", &names)])), ["acs:log:*:1000:x/*"]);
    assert_eq!(needed(&resources, &filling(&[("name", &names[..1000])])).len(), 1000);
}

#[test]
fn actions_that_know_no_resources_are_about_all_of_them() {
    let overlay = json!({ "action": "live:A", "level": "get", "resources": ["acs:live:*:{AccountId}:domain/{Domain}"],
                          "conditionKeys": ["live:K"], "dependentActions": ["ram:PassRole", "live:A"] });
    let needs = Ram::of_overlay(&overlay).unwrap();
    assert_eq!(action_names(&needs), ["live:A", "ram:PassRole"]);
    let all = |at: usize| super::needs::resources(&needs.actions[at], &filling(&[("Domain", &["d"])]))[0].to_string();
    assert_eq!((all(0).as_str(), all(1).as_str()), ("acs:live:*:1000:domain/d", "*"));
}

#[test]
fn an_optional_resource_is_needed_where_all_of_it_is_named() {
    let optional = |template: &str| {
        json!([
            { "arn": "acs:log:*:{#accountId}:first" },
            { "arn": format!("acs:log:*:{{#accountId}}:{template}"), "validationType": "conditional" },
        ])
    };
    let filling = filling(&[("project", &["p-1"])]);
    let first = "acs:log:*:1000:first";
    assert_eq!(needed(&optional("project/{#project}"), &filling), [first, "acs:log:*:1000:project/p-1"]);
    assert_eq!(needed(&optional("project/{#project}/logstore/{#logstore}"), &filling), [first]);
    assert_eq!(needed(&optional("project/*"), &filling), [first], "no parameter names it");
}

#[test]
fn what_would_be_too_many_resources_stands_for_all() {
    let numbers: Vec<String> = (0..MOST_RESOURCES).map(|number| number.to_string()).collect();
    let values: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let filling = filling(&[("first", &values), ("second", &values)]);
    let named = needed(&json!([{ "arn": "acs:log:*:{#accountId}:{#first}/{#second}" }]), &filling);
    assert_eq!(named.len(), MOST_RESOURCES);
    assert!(named.iter().all(|resource| resource.ends_with("/*")), "{named:?}");
}

#[test]
fn a_parameter_is_taken_apart_only_where_it_is_several_and_taken_only_where_its_name_says_enough() {
    let filling = filling(&[("Address", &["a,b"]), ("Id", &["x"])]);
    for (template, expected) in [("{#Address}", "acs:log:*:1000:a,b"), ("{#SomethingId}", "acs:log:*:1000:*")] {
        let arn = format!("acs:log:*:{{#accountId}}:{template}");
        assert_eq!(needed(&json!([{ "arn": arn }]), &filling), [expected], "{template}");
    }
}

#[test]
fn policies_decide_by_placeholders_and_condition_keys() {
    let read = |action: Value| Ram::of_spec(&json!([{ "ramAction": action }])).unwrap();
    let bare = read(json!({ "action": "log:X", "resources": [{ "arn": "acs:log:*:*:project/*" }] }));
    let placed = read(json!({ "action": "log:X", "resources": [{ "arn": "acs:log:*:*:project/{#project}" }] }));
    let keyed = read(json!({ "action": "log:X", "actionConditions": [{ "conditionKey": "log:Kind" }] }));
    assert_eq!([&bare, &placed, &keyed].map(names_parameters), [false, true, true]);
    let values: Vec<(String, Vec<String>)> =
        ["project", "Kind", "Other"].map(|name| (name.to_owned(), vec!["v".to_owned()])).into();
    assert_eq!(deciding(&bare, &values), HashSet::new());
    assert_eq!(deciding(&placed, &values), HashSet::from(["project"]));
    assert_eq!(deciding(&keyed, &values), HashSet::from(["Kind"]));
}
