//! Parameters as they come over the wire, in every place and every style.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Map, Value};

use super::body;
use super::parameter::{Parameter, Place};
use super::schema::{DEEPEST, Kind, Schemas, kind, resolve};
use crate::request::WireRequest;

/// Says that what was sent for a parameter cannot be read as such a value.
pub(super) struct Unreadable;

type Pair<'r> = (&'r str, &'r str);

/// Reads a parameter; nothing if it was not sent.
pub(super) fn read(
    parameter: &Parameter,
    request: &WireRequest,
    captures: &[(&str, String)],
    schemas: &Schemas,
) -> Result<Option<Value>, Unreadable> {
    let schema = resolve(&parameter.schema, schemas);
    let present = |text: &&str| parameter.may_be_empty || !text.is_empty();
    match parameter.place {
        // What an RPC client puts into the query another puts into the form; a gateway takes both together.
        Place::Query | Place::Form => pairs(parameter, request, schema, schemas),
        Place::Path => {
            let captured = captures.iter().find(|(name, _)| *name == parameter.name);
            scalar_or_json(captured.map(|(_, text)| text.as_str()), schema)
        }
        Place::Header => match parameter.name.strip_suffix('*') {
            // However a spec writes it, the names that were sent are in lower case.
            Some(prefix) => Ok(headers(request, &prefix.to_ascii_lowercase())),
            None => scalar_or_json(request.header(&parameter.name).filter(present), schema),
        },
        Place::Host => Ok(host_label(request).map(|label| Value::String(label.to_owned()))),
        Place::Body => body::read(parameter, request, schema, schemas),
        // As in a form, where that is what came.
        Place::Entry if !request.form.is_empty() => pairs(parameter, request, schema, schemas),
        Place::Entry => body::entry(&parameter.name, request),
    }
}

/// Whether a request could have said what stands in its host: an address of a machine has no place for it.
pub(super) fn has_host_label(request: &WireRequest) -> bool {
    host_label(request).is_some()
}

fn host_label(request: &WireRequest) -> Option<&str> {
    let host = request.host();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return None;
    }
    host.split_once('.').map(|(label, _)| label)
}

fn headers(request: &WireRequest, prefix: &str) -> Option<Value> {
    let named = request.headers.keys().filter_map(|name| Some((name.as_str(), name.as_str().strip_prefix(prefix)?)));
    let fields: Map<_, _> = named
        .filter_map(|(name, rest)| Some((rest.to_owned(), Value::String(request.header(name)?.to_owned()))))
        .collect();
    if fields.is_empty() { None } else { Some(Value::Object(fields)) }
}

fn pairs(
    parameter: &Parameter,
    request: &WireRequest,
    schema: &Value,
    schemas: &Schemas,
) -> Result<Option<Value>, Unreadable> {
    let name = parameter.name.as_str();
    let whole = request.parameter(name).filter(|text| parameter.may_be_empty || !text.is_empty());
    if !matches!(kind(schema), Kind::List | Kind::Object) {
        return Ok(whole.map(|text| Value::String(text.to_owned())));
    }
    let split =
        |text: &str, at: char| Value::Array(text.split(at).map(|part| Value::String(part.to_owned())).collect());
    match (parameter.style.as_str(), whole) {
        ("simple", Some(text)) => return Ok(Some(split(text, ','))),
        ("spaceDelimited", Some(text)) => return Ok(Some(split(text, ' '))),
        ("pipeDelimited", Some(text)) => return Ok(Some(split(text, '|'))),
        ("repeatList" | "flat", Some(_)) => return Err(Unreadable),
        (_, Some(text)) => return serde_json::from_str(text).map(Some).map_err(|_| Unreadable),
        (_, None) => {}
    }
    let sent = request.query.iter().chain(&request.form);
    let flat: Vec<Pair<'_>> =
        sent.filter_map(|(sent, value)| Some((sent.strip_prefix(name)?.strip_prefix('.')?, value.as_str()))).collect();
    if flat.is_empty() { Ok(None) } else { unflatten(&flat, schema, schemas, DEEPEST).map(Some) }
}

fn scalar_or_json(text: Option<&str>, schema: &Value) -> Result<Option<Value>, Unreadable> {
    let Some(text) = text else {
        return Ok(None);
    };
    match kind(schema) {
        Kind::List | Kind::Object => serde_json::from_str(text).map(Some).map_err(|_| Unreadable),
        _ => Ok(Some(Value::String(text.to_owned()))),
    }
}

/// Puts `1.Key=a`, `2.Key=b` together again, as the schema says what is a list and what an object.
pub(super) fn unflatten(
    pairs: &[Pair<'_>],
    schema: &Value,
    schemas: &Schemas,
    depth: usize,
) -> Result<Value, Unreadable> {
    let below = depth.checked_sub(1).ok_or(Unreadable)?;
    let schema = resolve(schema, schemas);
    let value = |pairs: &[Pair<'_>], schema: &Value| match pairs {
        // Of a name given twice the first counts.
        [("", text), rest @ ..] if rest.iter().all(|(name, _)| name.is_empty()) => {
            Ok(Value::String((*text).to_owned()))
        }
        _ => unflatten(pairs, schema, schemas, below),
    };
    match kind(schema) {
        Kind::List => {
            let mut items: BTreeMap<usize, Vec<Pair<'_>>> = BTreeMap::new();
            for (name, text) in pairs {
                let (index, rest) = name.split_once('.').unwrap_or((name, ""));
                // Counted from 1; a gap is what an SDK makes of an item that is null.
                let index = index.parse().ok().filter(|index| *index > 0).ok_or(Unreadable)?;
                items.entry(index).or_default().push((rest, text));
            }
            items.values().map(|pairs| value(pairs, &schema["items"])).collect::<Result<_, _>>().map(Value::Array)
        }
        Kind::Object | Kind::Any => {
            let properties = schema["properties"].as_object();
            let others = resolve(&schema["additionalProperties"], schemas);
            let mut fields: BTreeMap<&str, Vec<Pair<'_>>> = BTreeMap::new();
            for (name, text) in pairs {
                let known = properties.into_iter().flat_map(Map::keys).find(|known| {
                    name.strip_prefix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                });
                let (key, rest) = match known {
                    Some(known) => (&name[..known.len()], name[known.len()..].trim_start_matches('.')),
                    // The keys of a map of plain values may hold dots.
                    None if others.is_object() && !matches!(kind(others), Kind::List | Kind::Object) => (*name, ""),
                    None => name.split_once('.').unwrap_or((name, "")),
                };
                fields.entry(key).or_default().push((rest, text));
            }
            let read = |(key, pairs): (&str, Vec<Pair<'_>>)| {
                let schema = properties.and_then(|properties| properties.get(key)).unwrap_or(others);
                Ok((key.to_owned(), value(&pairs, schema)?))
            };
            fields.into_iter().map(read).collect::<Result<_, _>>().map(Value::Object)
        }
        _ => Err(Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Derived with the official Python SDK, whose function flattens these; here they are put together again. Plain
    /// values are texts, as nothing on the wire says what they were.
    #[test]
    fn what_the_official_sdk_flattens_is_put_together_again() {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        let tags = json!({ "type": "array", "items": { "type": "object", "properties": { "Key": {}, "Value": {} } } });
        let nested = json!({ "type": "array", "items": texts });
        let cfg = json!({ "type": "object", "properties": { "A": { "type": "integer" }, "B": { "type": "object" } } });
        for (schema, pairs, expected) in [
            (&texts, &[("1", "i-1"), ("2", "i-2")][..], json!(["i-1", "i-2"])),
            (
                &tags,
                &[("1.Key", "k1"), ("1.Value", "v1"), ("2.Key", "k 2"), ("2.Value", "")],
                json!([{ "Key": "k1", "Value": "v1" }, { "Key": "k 2", "Value": "" }]),
            ),
            (&cfg, &[("A", "1"), ("B.C", "true")], json!({ "A": "1", "B": { "C": "true" } })),
            (&nested, &[("1.1", "a"), ("1.2", "b"), ("2.1", "c"), ("2.2", "d")], json!([["a", "b"], ["c", "d"]])),
            // An item that was null took its number with it.
            (&texts, &[("2", "x")], json!(["x"])),
            // Numbers, not letters, give the order.
            (&texts, &[("10", "j"), ("9", "i")], json!(["i", "j"])),
        ] {
            assert_eq!(unflatten(pairs, schema, &Schemas::new(), DEEPEST).ok(), Some(expected), "{pairs:?}");
        }
    }
}
