//! Whether the parameters of a request are those that its operation's spec wants.
//!
//! What is missing is told before what is wrong, both in the order of the spec. Lists of values are advice and never
//! refused: the cloud knows more values than its documents.

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::parameter::Place;
use super::read::{Unreadable, has_host_label, read};
use super::schema::{DEEPEST, Kind, Schemas, bound, count, kind, resolve};
use super::{Found, Operation};
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// Checks all parameters of a request.
pub(crate) fn check(found: &Found<'_>, request: &WireRequest) -> Result<(), Refusal> {
    let Found { product, operation, captures } = found;
    let Operation { parameters, .. } = operation;
    let mut sent = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        let value = read(parameter, request, captures, product.schemas());
        let could_be_sent = match parameter.place {
            Place::Host => has_host_label(request),
            // A path that fits has something in all of its places; what has no place in it cannot be there.
            Place::Path => false,
            _ => true,
        };
        if parameter.required && could_be_sent && matches!(value, Ok(None)) {
            return Err(Refusal::missing(&parameter.name));
        }
        // Where the properties of a body are the parameters, no body is one that lacks them all.
        let is_bare = parameter.place == Place::Body && parameter.style != "xml" && matches!(value, Ok(None));
        let is_object = || kind(resolve(&parameter.schema, product.schemas())) == Kind::Object;
        let value = if is_bare && is_object() { Ok(Some(Value::Object(Map::new()))) } else { value };
        sent.push((parameter, value));
    }
    for (parameter, value) in sent {
        let value = value.map_err(|Unreadable| Refusal::parameter_not_valid(&parameter.name))?;
        // The properties of a body are named as they are in it: its own name never goes over the wire.
        let name = if parameter.place == Place::Body { "" } else { parameter.name.as_str() };
        if let Some(value) = value {
            check_value(&parameter.schema, &value, name, product.schemas(), DEEPEST).map_err(|wrong| match wrong {
                Wrong::NotValid(name) if name.is_empty() => Refusal::parameter_not_valid(&parameter.name),
                Wrong::NotValid(name) => Refusal::parameter_not_valid(&name),
                Wrong::Missing(name) => Refusal::property_missing(&name),
            })?;
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    NotValid(String),
    Missing(String),
}

fn check_value(schema: &Value, value: &Value, name: &str, schemas: &Schemas, depth: usize) -> Result<(), Wrong> {
    let schema = resolve(schema, schemas);
    let Some(below) = depth.checked_sub(1) else {
        return Ok(());
    };
    let path = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    let fits = match (kind(schema), value) {
        (Kind::Any, _) | (_, Value::Null) => true,
        (Kind::Text, Value::String(text)) => fits_text(schema, text),
        (Kind::Text, Value::Number(_) | Value::Bool(_)) => fits_text(schema, &value.to_string()),
        (Kind::Integer, Value::String(_) | Value::Number(_)) => fits_integer(schema, &plain(value)),
        (Kind::Number, Value::String(_) | Value::Number(_)) => {
            plain(value).parse().is_ok_and(|number: f64| number.is_finite() && is_in_bounds(schema, number))
        }
        (Kind::Boolean, Value::Bool(_)) => true,
        // The official Python SDK writes `True`.
        (Kind::Boolean, Value::String(text)) => ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)),
        (Kind::List, Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                check_value(&schema["items"], item, &path(&(at + 1).to_string()), schemas, below)?;
            }
            is_in_counts(schema, items.len(), "minItems", "maxItems")
        }
        (Kind::Object, Value::Object(fields)) => {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                match fields.get(key).filter(|value| !value.is_null()) {
                    Some(value) => check_value(property, value, &path(key), schemas, below)?,
                    None if property["required"] == true => return Err(Wrong::Missing(path(key))),
                    None => {}
                }
            }
            true
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err(Wrong::NotValid(name.to_owned())) }
}

/// A number or a text as it was written.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fits_text(schema: &Value, text: &str) -> bool {
    is_in_counts(schema, text.chars().count(), "minLength", "maxLength")
        && schema["pattern"].as_str().is_none_or(|pattern| {
            // What this library takes for no pattern cannot be checked here.
            Regex::new(pattern).map_or(true, |pattern| pattern.is_match(text))
        })
}

fn fits_integer(schema: &Value, text: &str) -> bool {
    let Ok(number) = text.parse::<i64>() else {
        return false;
    };
    let is_small = schema["format"] != "int32" || i32::try_from(number).is_ok();
    // Bounds beyond what a float holds exactly are no bounds that a spec has.
    is_small && is_in_bounds(schema, number as f64)
}

fn is_in_bounds(schema: &Value, number: f64) -> bool {
    let excludes = |name: &str| schema[name] == true;
    bound(schema, "minimum").is_none_or(|least| number > least || number == least && !excludes("exclusiveMinimum"))
        && bound(schema, "maximum").is_none_or(|most| number < most || number == most && !excludes("exclusiveMaximum"))
}

fn is_in_counts(schema: &Value, number: usize, least: &str, most: &str) -> bool {
    count(schema, least).is_none_or(|least| number >= least) && count(schema, most).is_none_or(|most| number <= most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(schema: &Value, value: &Value) -> Option<Wrong> {
        let schemas =
            json!({ "Loop": { "type": "object", "properties": { "Next": { "$ref": "#/components/schemas/Loop" } } } });
        check_value(schema, value, "P", schemas.as_object().unwrap(), DEEPEST).err()
    }

    #[test]
    fn values_are_held_to_type_bounds_lengths_and_patterns() {
        for (schema, good, bad) in [
            (json!({ "type": "integer", "format": "int32" }), "-7", "2147483648"),
            (json!({ "type": "integer" }), "2147483648", "1.5"),
            (json!({ "type": "integer", "minimum": "1", "maximum": 5 }), "5", "6"),
            (json!({ "type": "integer", "minimum": 1, "exclusiveMinimum": true }), "2", "1"),
            (json!({ "type": "number", "maximum": 2.5 }), "2.5", "NaN"),
            (json!({ "type": "boolean" }), "True", "yes"),
            (json!({ "type": "string", "maxLength": 2 }), "中文", "abc"),
            (json!({ "type": "string", "minLength": 2 }), "ab", "a"),
            (json!({ "type": "string", "pattern": "^[0-9]+$" }), "12", "1a"),
        ] {
            assert_eq!(wrong(&schema, &json!(good)), None, "{schema}");
            assert_eq!(wrong(&schema, &json!(bad)), Some(Wrong::NotValid("P".to_owned())), "{schema}");
        }
    }

    #[test]
    fn lists_of_values_are_advice() {
        assert_eq!(wrong(&json!({ "type": "string", "enum": ["a"] }), &json!("b")), None);
    }

    #[test]
    fn what_is_wrong_inside_is_named_by_its_way_there() {
        let item = json!({ "type": "object", "properties": { "Key": { "type": "string", "required": true }, "N": { "type": "integer" } } });
        let list = json!({ "type": "array", "items": item, "maxItems": 2 });
        assert_eq!(wrong(&list, &json!([{ "Key": "a" }, { "N": 1 }])), Some(Wrong::Missing("P.2.Key".to_owned())));
        let no_number = json!([{ "Key": "a", "N": "b" }]);
        assert_eq!(wrong(&list, &no_number), Some(Wrong::NotValid("P.1.N".to_owned())));
        let three = json!([{ "Key": "a" }, { "Key": "a" }, { "Key": "a" }]);
        assert_eq!(wrong(&list, &three), Some(Wrong::NotValid("P".to_owned())));
    }

    #[test]
    fn a_schema_that_contains_itself_is_followed_to_some_depth_only() {
        let mut value = json!({});
        for _ in 0..100 {
            value = json!({ "Next": value });
        }
        assert_eq!(wrong(&json!({ "$ref": "#/components/schemas/Loop" }), &value), None);
    }
}
