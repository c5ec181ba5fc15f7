//! What a request says, by the names of its parameters, whatever place and style each has.

use serde_json::{Map, Value};

use super::Found;
use super::parameter::Parameter;
use super::read::read;
use crate::request::WireRequest;

/// Lists what was sent: each parameter with its value, or with several where it is a list of plain values; behind them
/// the plain properties of objects, and what was sent without being in the spec.
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
            inside.extend(fields);
        }
    }
    let others = request.parameters().into_iter().map(|(name, value)| (name, Value::String(value)));
    for (name, value) in inside.into_iter().chain(others) {
        let texts = plain(&value);
        if !texts.is_empty() && values.iter().all(|(known, _)| *known != name) {
            values.push((name, texts));
        }
    }
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
