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
    let (outside, inside) = sent(found, request);
    let with_texts = |(name, value): (String, Value)| (name, plain(&value));
    let mut values: Vec<_> = outside.into_iter().map(with_texts).filter(|(_, texts)| !texts.is_empty()).collect();
    let names: HashSet<String> = values.iter().map(|(name, _)| name.clone()).collect();
    let inside = inside.into_iter().map(with_texts);
    values.extend(inside.filter(|(name, texts)| !texts.is_empty() && !names.contains(name)));
    values
}

/// Lists the tags that were sent, each key with its value, where the spec has a parameter or a property for them.
pub(crate) fn tags(found: &Found<'_>, request: &WireRequest) -> Vec<(String, String)> {
    let (outside, inside) = sent(found, request);
    let is_tags = |name: &str| ["tag", "tags"].contains(&name.to_ascii_lowercase().as_str());
    let lists = outside.into_iter().chain(inside).filter(|(name, _)| is_tags(name));
    let tags = lists.flat_map(|(_, value)| value.as_array().cloned().unwrap_or_default());
    let text = |tag: &Value, wanted: &str| {
        let mut fields = tag.as_object().into_iter().flatten();
        let field = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        field.and_then(|(_, value)| value.as_str()).map(str::to_owned)
    };
    tags.filter_map(|tag| Some((text(&tag, "key")?, text(&tag, "value").unwrap_or_default()))).collect()
}

/// Reads what was sent of what the spec has: the parameters, and what is known of those that are objects by its name.
fn sent(found: &Found<'_>, request: &WireRequest) -> (Vec<(String, Value)>, Map<String, Value>) {
    let Found { product, operation, captures } = found;
    let (mut outside, mut inside) = (Vec::new(), Map::new());
    for parameter in &operation.parameters {
        // What cannot be read is refused later.
        let Ok(Some(value)) = read(parameter, request, captures, product.schemas()) else {
            continue;
        };
        if let Value::Object(fields) = &value {
            let known = resolve(&parameter.schema, product.schemas())["properties"].as_object();
            let is_known = |name: &str| known.is_some_and(|known| known.contains_key(name));
            let fields = fields.iter().filter(|(name, _)| is_known(name));
            inside.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
        }
        outside.push((parameter.name.clone(), value));
    }
    (outside, inside)
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
