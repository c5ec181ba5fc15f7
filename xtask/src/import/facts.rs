//! What is taken over of an operation: facts always, sentences only if they are asked for. With facts only, the sentences that
//! stand in the spec already stay where they are.

use serde_json::{Map, Value, json};

use super::{Take, prose};

/// The entries of an operation that are facts.
const OPERATION: [&str; 9] =
    ["methods", "path", "schemes", "security", "operationType", "produces", "consumes", "ramActions", "flowControl"];
/// Those that are sentences, or examples that are as long.
const OPERATION_PROSE: [&str; 4] = ["summary", "title", "description", "responseDemo"];
/// The tags that say what an operation is.
const TAGS: [&str; 3] = ["operationType", "riskType", "chargeType"];
/// How an operation that goes on after its answer is watched.
const STATIC: [&str; 4] = ["returnType", "callback", "callbackInterval", "maxCallbackTimes"];
/// The entries of a schema that are facts, and hold no schema.
const SCHEMA: [&str; 19] = [
    "type",
    "format",
    "$ref",
    "required",
    "docRequired",
    "deprecated",
    "sensitive",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "nullable",
    "readOnly",
    "pattern",
];

/// Takes an operation over.
pub(super) fn operation(api: &Value, kept: Option<&Value>, take: Take, count: &mut prose::Count) -> Value {
    let mut out = Map::new();
    // A file that names its schema is ours, and is read strictly; what nobody can mend upstream must not be.
    if let Some(kept) = kept {
        copy(&mut out, kept, "$schema");
    }
    for key in OPERATION {
        copy(&mut out, api, key);
    }
    for key in OPERATION_PROSE {
        copy_sentence(&mut out, api, kept, key, take);
    }
    if api["deprecated"] == json!(true) {
        out.insert("deprecated".to_owned(), json!(true));
    }
    for (key, entries) in [("systemTags", TAGS.as_slice()), ("staticInfo", &STATIC)] {
        let taken: Map<String, Value> = picked(&api[key], entries);
        if !taken.is_empty() {
            out.insert(key.to_owned(), Value::Object(taken));
        }
    }
    let parameters: Vec<Value> = array(&api["parameters"]).map(|it| parameter(it, kept, take)).collect();
    out.insert("parameters".to_owned(), Value::Array(sorted(parameters, &["name", "in"])));
    let responses: Map<String, Value> = object(&api["responses"])
        .map(|(status, it)| (status.clone(), response(it, kept.map(|kept| &kept["responses"][status]), take)))
        .collect();
    out.insert("responses".to_owned(), Value::Object(responses));
    let codes: Map<String, Value> = object(&api["errorCodes"])
        .map(|(status, list)| (status.clone(), error_codes(list, kept.map(|kept| &kept["errorCodes"][status]), take)))
        .collect();
    if !codes.is_empty() {
        out.insert("errorCodes".to_owned(), Value::Object(codes));
    }
    let derived = derived(api, count);
    if !derived.is_empty() {
        out.insert("derived".to_owned(), Value::Object(derived));
    }
    Value::Object(out)
}

/// Takes a schema over.
pub(super) fn schema(schema: &Value, kept: Option<&Value>, take: Take) -> Value {
    let mut out = Map::new();
    for key in SCHEMA {
        copy(&mut out, schema, key);
    }
    for key in ["required", "docRequired", "deprecated", "sensitive"] {
        if out.get(key) == Some(&json!(false)) {
            out.remove(key);
        }
    }
    copy_sentence(&mut out, schema, kept, "description", take);
    for key in ["default", "example"] {
        if take == Take::Everything || is_short(&schema[key]) {
            copy(&mut out, schema, key);
        }
    }
    let properties: Map<String, Value> = object(&schema["properties"])
        .map(|(name, property)| {
            (name.clone(), self::schema(property, kept.map(|kept| &kept["properties"][name]), take))
        })
        .collect();
    if !properties.is_empty() {
        out.insert("properties".to_owned(), Value::Object(properties));
    }
    for key in ["items", "additionalProperties"] {
        match schema.get(key) {
            Some(inner @ Value::Object(_)) => {
                out.insert(key.to_owned(), self::schema(inner, kept.map(|kept| &kept[key]), take));
            }
            Some(flag @ Value::Bool(_)) => {
                out.insert(key.to_owned(), flag.clone());
            }
            _ => {}
        }
    }
    Value::Object(out)
}

fn parameter(parameter: &Value, kept: Option<&Value>, take: Take) -> Value {
    let mut out = picked(parameter, &["name", "in", "style", "allowEmptyValue"]);
    let same = |it: &&Value| it["name"] == parameter["name"] && it["in"] == parameter["in"];
    let kept = kept.and_then(|kept| array(&kept["parameters"]).find(same)).map(|kept| &kept["schema"]);
    out.insert("schema".to_owned(), schema(&parameter["schema"], kept, take));
    Value::Object(out)
}

fn response(response: &Value, kept: Option<&Value>, take: Take) -> Value {
    let mut out = Map::new();
    if response["schema"].is_object() {
        out.insert("schema".to_owned(), schema(&response["schema"], kept.map(|kept| &kept["schema"]), take));
    }
    let headers: Map<String, Value> = object(&response["headers"])
        .map(|(name, header)| {
            let kept = kept.map(|kept| &kept["headers"][name]["schema"]);
            (name.clone(), json!({ "schema": schema(header.get("schema").unwrap_or(header), kept, take) }))
        })
        .collect();
    if !headers.is_empty() {
        out.insert("headers".to_owned(), Value::Object(headers));
    }
    Value::Object(out)
}

fn error_codes(list: &Value, kept: Option<&Value>, take: Take) -> Value {
    let codes = array(list).map(|code| {
        let kept = kept.and_then(|kept| array(kept).find(|it| it["errorCode"] == code["errorCode"]));
        let mut out = picked(code, &["errorCode"]);
        copy_sentence(&mut out, code, kept, "errorMessage", take);
        copy_sentence(&mut out, code, kept, "description", take);
        Value::Object(out)
    });
    Value::Array(sorted(codes.collect(), &["errorCode"]))
}

/// Derives what only sentences say, and marks it by standing apart.
fn derived(api: &Value, count: &mut prose::Count) -> Map<String, Value> {
    let mut out = Map::new();
    if let Some(quota) = prose::quota(api) {
        count.quotas += 1;
        out.insert("quota".to_owned(), quota);
    }
    let said = |it: &&Value| {
        let schema = &it["schema"];
        let flagged = schema["required"] == json!(true) || schema["docRequired"] == json!(true);
        !flagged && prose::is_required(schema["description"].as_str().unwrap_or_default())
    };
    let mut required: Vec<&str> = array(&api["parameters"]).filter(said).filter_map(|it| it["name"].as_str()).collect();
    required.sort_unstable();
    required.dedup();
    if !required.is_empty() {
        count.required += required.len();
        out.insert("required".to_owned(), json!(required));
    }
    let token = |it: &Value| {
        let (name, schema) = (&it["name"], &it["schema"]);
        let said = || prose::is_idempotence(schema["description"].as_str().unwrap_or_default());
        name == "ClientToken" && schema["type"] == "string" && said()
    };
    if array(&api["parameters"]).any(token) {
        count.client_tokens += 1;
        out.insert("clientToken".to_owned(), json!(true));
    }
    out
}

/// Returns whether a value is one word: a number, a name, an id.
fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic()),
        Value::Number(_) | Value::Bool(_) => true,
        _ => false,
    }
}

fn copy(out: &mut Map<String, Value>, from: &Value, key: &str) {
    let nothing = |value: &Value| value.is_null() || value == &json!("") || value == &json!([]);
    // An empty list of securities says something; an empty enum nothing.
    if let Some(value) = from.get(key).filter(|value| !nothing(value) || (key == "security" && !value.is_null())) {
        out.insert(key.to_owned(), value.clone());
    }
}

fn copy_sentence(out: &mut Map<String, Value>, from: &Value, kept: Option<&Value>, key: &str, take: Take) {
    match (take, kept) {
        (Take::Everything, _) => copy(out, from, key),
        // One that was the portal's was dropped in whole, before it was imported.
        (Take::FactsOnly, Some(kept))
            if ["summary", "description"].contains(&key) && kept.get(key) == from.get(key) => {}
        (Take::FactsOnly, Some(kept)) => copy(out, kept, key),
        (Take::FactsOnly, None) => {}
    }
}

fn picked(from: &Value, keys: &[&str]) -> Map<String, Value> {
    let mut out = Map::new();
    keys.iter().for_each(|key| copy(&mut out, from, key));
    out
}

fn sorted(mut list: Vec<Value>, by: &[&str]) -> Vec<Value> {
    list.sort_by_cached_key(|value| by.iter().map(|key| value[*key].as_str().map(str::to_owned)).collect::<Vec<_>>());
    list
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Value {
        json!({
            "summary": "Theirs.", "methods": ["post"], "security": [{ "AK": [] }], "deprecated": false, "title": "Do",
            "description": "Long. You can call this operation up to 10 times per second per account.",
            "systemTags": { "operationType": "update", "abilityTreeCode": "1" },
            "parameters": [
                { "name": "B", "in": "query", "schema": { "type": "string", "description": "Theirs. This parameter is required.", "example": "a b" } },
                { "name": "A", "in": "query", "schema": { "type": "string", "required": false, "title": "Theirs.", "example": "id-1", "enum": [] } },
                { "name": "ClientToken", "in": "query", "schema": { "type": "string", "description": "Theirs, to ensure the idempotence of the request." } }
            ],
            "responses": { "200": { "schema": { "type": "object", "properties": { "Id": { "type": "string", "description": "Theirs." } } } }, "4XX": [] },
            "errorCodes": { "400": [{ "errorCode": "Z", "errorMessage": "Theirs." }, { "errorCode": "Y" }] },
            "responseDemo": "[]"
        })
    }

    #[test]
    fn facts_are_taken_and_our_sentences_stay() {
        let kept = json!({
            "$schema": "schema", "summary": "Ours.",
            "parameters": [{ "name": "B", "in": "query", "schema": { "description": "Ours." } }],
            "responses": { "200": { "schema": { "properties": { "Id": { "description": "Ours." } } } } },
            "errorCodes": { "400": [{ "errorCode": "Z", "errorMessage": "Ours." }] }
        });
        let mut count = prose::Count::default();
        let expected = json!({
            "$schema": "schema", "summary": "Ours.", "methods": ["post"], "security": [{ "AK": [] }], "systemTags": { "operationType": "update" },
            "derived": { "quota": { "calls": 10, "seconds": 1 }, "required": ["B"], "clientToken": true },
            "parameters": [
                { "name": "A", "in": "query", "schema": { "type": "string", "example": "id-1" } },
                { "name": "B", "in": "query", "schema": { "type": "string", "description": "Ours." } },
                { "name": "ClientToken", "in": "query", "schema": { "type": "string" } }
            ],
            "responses": { "200": { "schema": { "type": "object", "properties": { "Id": { "type": "string", "description": "Ours." } } } }, "4XX": {} },
            "errorCodes": { "400": [{ "errorCode": "Y" }, { "errorCode": "Z", "errorMessage": "Ours." }] }
        });
        assert_eq!(operation(&published(), Some(&kept), Take::FactsOnly, &mut count), expected);
        assert_eq!(count, prose::Count { quotas: 1, required: 1, client_tokens: 1 });
        let dropped = operation(&published(), Some(&published()), Take::FactsOnly, &mut count);
        assert!(dropped.get("summary").is_none() && dropped.get("description").is_none(), "{dropped}");
        let bare = operation(&published(), None, Take::FactsOnly, &mut count).to_string();
        assert!(!bare.contains("Theirs") && !bare.contains("Long"), "{bare}");
    }

    #[test]
    fn a_client_token_is_a_text_of_that_name_that_is_said_to_be_one() {
        let derives = |name: &str, kind: &str, description: &str| {
            let schema = json!({ "type": kind, "description": description });
            let api = json!({ "parameters": [{ "name": name, "in": "query", "schema": schema }] });
            derived(&api, &mut prose::Count::default()).contains_key("clientToken")
        };
        assert!(derives("ClientToken", "string", "Ensures the idempotence of the request."));
        assert!(!derives("ClientToken", "string", "The page number."));
        assert!(!derives("ClientToken", "integer", "Ensures the idempotence of the request."));
        assert!(!derives("Token", "string", "Ensures the idempotence of the request."));
    }

    #[test]
    fn everything_is_taken_if_it_is_asked_for() {
        let taken = operation(
            &published(),
            Some(&json!({ "summary": "Ours." })),
            Take::Everything,
            &mut prose::Count::default(),
        );
        assert_eq!(
            (&taken["summary"], &taken["parameters"][1]["schema"]["example"]),
            (&json!("Theirs."), &json!("a b"))
        );
    }
}
