//! An operation as its documents have it, for the page.

use std::collections::BTreeSet;

use apsara_catalog::advice::{advice, again};
use apsara_catalog::{Operation, Secrets, may_be_address};
use apsara_core::Outcome;
use apsara_specs::{Ram, RamAction};
use serde_json::{Value, json};

use crate::fields;

/// Writes down what is known of an operation.
pub(crate) fn write(operation: &Operation, described: &Value) -> Value {
    let changes = operation.changes();
    json!({
        "product": operation.product,
        "version": operation.version(),
        "name": operation.name,
        "command": command(operation),
        "summary": operation.summary(),
        "description": operation.description(),
        "method": described["method"].as_str().unwrap_or("post").to_uppercase(),
        "path": described["path"].as_str().unwrap_or("/"),
        "style": described["style"].as_str().unwrap_or("rpc"),
        "deprecated": operation.spec()["deprecated"] == true,
        "repeat": operation.repeat,
        "impact": operation.impact,
        "quota": operation.quota.map(|(calls, seconds)| json!({ "calls": calls, "seconds": seconds })),
        "ram": ram(operation),
        "parameters": fields::parameters(operation, described),
        "response": operation.response().map(|schema| fields::response(schema, 0)),
        "sample": sample(operation.spec()),
        "hidden": Secrets::of_answer(operation).names().collect::<Vec<_>>(),
        "codes": operation.codes().iter().map(code).collect::<Vec<_>>(),
        "changes": changes.iter().map(|change| json!({ "time": change.time, "what": change.what })).collect::<Vec<_>>(),
    })
}

/// Returns how a terminal calls it.
pub(crate) fn command(operation: &Operation) -> String {
    format!("apsara {} {}", operation.product, operation.word())
}

/// Returns what RAM must allow; nothing where no document says it.
fn ram(operation: &Operation) -> Option<Value> {
    let ram = operation.ram();
    ram.is_documented.then(|| {
        let mut shown = allowing(&ram);
        shown["level"] = operation.overlay().map_or(Value::Null, |overlay| overlay["ram"]["level"].clone());
        shown
    })
}

/// Writes down the actions of an operation with their resources and condition keys, and what it needs beside them.
fn allowing(ram: &Ram) -> Value {
    let (beside, own): (Vec<&RamAction>, Vec<&RamAction>) = ram.actions.iter().partition(|action| action.is_dependent);
    let names = |actions: &[&RamAction]| actions.iter().map(|action| action.name.clone()).collect::<Vec<_>>();
    let resources = own.iter().flat_map(|action| &action.resources).map(|resource| resource.template.as_str());
    let keys = own.iter().flat_map(|action| &action.condition_keys).map(String::as_str);
    json!({
        "actions": names(&own),
        "resources": resources.collect::<BTreeSet<_>>(),
        "conditionKeys": keys.collect::<BTreeSet<_>>(),
        "dependentActions": names(&beside),
    })
}

/// Returns a sample of an answer in JSON, as it is laid out in the documents. It is a text, because a page that reads numbers makes
/// others of large ones.
fn sample(spec: &Value) -> Option<String> {
    let samples = spec["responseDemo"].as_str()?;
    let samples: Value = serde_json::from_str(samples).ok()?;
    let json = samples.as_array()?.iter().find(|sample| sample["type"] == "json")?;
    let sample: Value = serde_json::from_str(json["example"].as_str()?).ok()?;
    Some(format!("{sample:#}"))
}

fn code(code: &apsara_catalog::Code) -> Value {
    let rejected = Outcome::of_code(code.status, &code.code) == Outcome::Rejected;
    json!({
        "status": code.status,
        "code": code.code,
        "meaning": code.meaning,
        "outcome": if rejected { "rejected" } else { "unknown" },
        "advice": advice(code.status, &code.code),
        "again": again(code.status, &code.code),
    })
}

/// Says what a call interrupts: sentences of the documents, and what the request names that is neither secret nor long.
pub(crate) fn interrupts(operation: &Operation, request: &serde_json::Map<String, Value>, secrets: &Secrets) -> Value {
    let sentences: Vec<&str> = operation.interruption().collect();
    let hidden: Vec<&str> = secrets.names().collect();
    let shown = |(name, value): (&String, &Value)| {
        // Addresses can hold keys, and say less than ids.
        let text = value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))?;
        let is_plain = !may_be_address(name, &text) && !hidden.contains(&name.to_lowercase().as_str());
        is_plain.then(|| json!({ "name": name, "value": text }))
    };
    json!({ "sentences": sentences, "parameters": request.iter().filter_map(shown).collect::<Vec<_>>() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn operation(product: &str, name: &str) -> Operation {
        let mut operation = apsara_catalog::product(product, None).unwrap().operation(name).unwrap();
        let _ = operation.describe().unwrap();
        operation
    }

    #[test]
    fn all_that_is_known_of_restart_is_there() {
        let restart = operation("live", "RestartLivePullToPush");
        let document = write(&restart, &restart.described().unwrap());
        for (key, expected) in [
            ("method", json!("GET")),
            ("impact", json!("interrupt")),
            ("repeat", json!("unsafe")),
            ("quota", json!({ "calls": 10, "seconds": 1 })),
            ("command", json!("apsara live restart-live-pull-to-push")),
            ("changes", json!([])),
            ("hidden", json!([])),
        ] {
            assert_eq!(document[key], expected, "{key}");
        }
        assert_eq!(document["ram"]["actions"], json!(["live:RestartLivePullToPush"]));
        assert_eq!(document["ram"]["resources"], json!(["*"]));
        assert!(document["ram"]["level"].is_string(), "{}", document["ram"]);
        assert_eq!(document["codes"].as_array().unwrap().len(), 6);
        assert_eq!(document["codes"][1]["code"], "CodeTaskNotExist");
        assert_eq!(document["codes"][1]["meaning"], "There is no such task.");
        let names: Vec<&Value> =
            document["response"]["fields"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["RequestId", "TaskId"]);
        assert!(document["sample"].as_str().unwrap().contains("  \"TaskId\": \""));
    }

    #[test]
    fn what_ram_must_allow_is_shown_wherever_a_document_says_it() {
        let rows = json!([{
            "ramAction": { "action": "weather:DescribeWind", "resources": [{ "arn": "acs:weather:*:{#accountId}:station/{#Id}" }],
                "actionConditions": [{ "conditionKey": "weather:Season" }] },
            "additionalActions": ["ram:PassRole"],
        }]);
        let expected = json!({
            "actions": ["weather:DescribeWind"], "resources": ["acs:weather:*:{accountId}:station/{Id}"],
            "conditionKeys": ["weather:Season"], "dependentActions": ["ram:PassRole"],
        });
        assert_eq!(allowing(&Ram::of_spec(&rows).unwrap()), expected);
        // Everybody may call it, which is more than that nothing is known.
        let identity = operation("sts", "GetCallerIdentity");
        let document = write(&identity, &identity.described().unwrap());
        assert_eq!(document["ram"]["actions"], json!([]));
    }

    #[test]
    fn a_question_names_what_is_interrupted_and_no_secret() {
        let restart = operation("live", "RestartLivePullToPush");
        let request = json!({ "TaskId": "a", "Key": "canary", "Url": "rtmp://h/app/canary", "DstUrl": "h/app/canary", "Tag": ["b"] });
        let secrets = Secrets::of_request(
            &apsara_core::untyped::Description::new("p", "v", "n")
                .parameter(apsara_core::untyped::Parameter::new("Key").sensitive(true)),
        );
        let asked = interrupts(&restart, request.as_object().unwrap(), &secrets);
        assert_eq!(asked["parameters"], json!([{ "name": "TaskId", "value": "a" }]));
        let sentences = asked["sentences"].as_array().unwrap();
        assert_eq!(sentences.len(), 2);
        assert!(sentences[1].as_str().unwrap().contains("interrupted"), "{asked}");
    }
}
