//! What a request says, by the names of its parameters, whatever place and style each has.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Found;
use super::parameter::Parameter;
use super::read::read;
use super::schema::resolve;
use crate::request::WireRequest;

/// Lists what was sent of what the spec has: each parameter with its value, or with several where it is a list of plain
/// values; behind them the plain properties of objects.
///
/// What the spec does not have is ignored, and must not pass for a parameter that means something.
pub(crate) fn values(found: &Found<'_>, request: &WireRequest) -> Vec<(String, Vec<String>)> {
    let Found { product, operation, captures } = found;
    let mut values = Vec::new();
    let mut inside = Map::new();
    for parameter in &operation.parameters {
        // What cannot be read is refused later.
        let Ok(Some(value)) = read(parameter, request, captures, product.schemas()) else {
            continue;
        };
        let texts = plain(&value);
        if !texts.is_empty() {
            values.push((parameter.name.clone(), texts));
        }
        if let Value::Object(fields) = value {
            let known = resolve(&parameter.schema, product.schemas())["properties"].as_object();
            let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
            inside.extend(fields.into_iter().filter(|(name, _)| is_known(name)));
        }
    }
    let names: HashSet<String> = values.iter().map(|(name, _)| name.clone()).collect();
    let inside = inside.into_iter().map(|(name, value)| (name, plain(&value)));
    values.extend(inside.filter(|(name, texts)| !texts.is_empty() && !names.contains(name)));
    values
}

/// Reads a parameter that is a text; nothing if it was not sent, or is something else.
pub(crate) fn text(parameter: &Parameter, found: &Found<'_>, request: &WireRequest) -> Option<String> {
    match read(parameter, request, &found.captures, found.product.schemas()) {
        Ok(Some(Value::String(text))) => Some(text),
        _ => None,
    }
}

fn plain(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        Value::Array(items) => items.iter().filter(|item| !item.is_array()).flat_map(plain).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}
