//! Answers of operations that do nothing here: the sample of the spec, or one made up from its schema.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::fingerprint::fingerprint;
use super::schema::{DEEPEST, Kind, Schemas, bound, count, kind, resolve};
use super::{Found, Operation, Style, last};
use crate::request::WireRequest;
use crate::split_mix::SplitMix64;

/// The most items that are made up for a list that does not ask for more.
const MOST_ITEMS: u64 = 3;
/// How many events are made up where no sample shows any.
const EVENTS: usize = 3;

/// How an operation's answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Form {
    /// In the format that the request asks for.
    #[default]
    Document,
    /// As a stream of events, one for each item of a list.
    Events,
    /// As bytes: those of a text.
    Bytes,
}

/// What an operation answers: the status, and a body if its spec has one.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sampled {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    #[serde(default)]
    pub(crate) form: Form,
}

impl Sampled {
    /// Lets it carry the id of another request.
    pub(crate) fn with_request_id(mut self, request_id: &str) -> Self {
        if let Some(body) = &mut self.body {
            place_request_id(body, request_id);
        }
        self
    }
}

/// Answers an operation; the same for the same seed, operation and parameters.
pub(crate) fn answer(found: &Found<'_>, request: &WireRequest, seed: u64, request_id: &str) -> Sampled {
    let Found { product, operation, .. } = found;
    // Where several are documented, the plain one is what a call gets.
    let (status, schema) =
        operation.responses.first().map_or((200, None), |(status, schema)| (*status, schema.as_ref()));
    let resolved = schema.map(|schema| resolve(schema, product.schemas()));
    let form = operation.form;
    // Where events are answered, a sample may show several, and so are some made up.
    let are_of = |kind: Kind, shown: &Value| {
        let items = shown.as_array().filter(|_| form == Form::Events);
        items.is_some_and(|items| items.iter().all(|item| is_of(kind, item)))
    };
    let shown = || {
        operation
            .demo
            .as_deref()
            .and_then(shown)
            .filter(|shown| resolved.is_none_or(|schema| is_of(kind(schema), shown) || are_of(kind(schema), shown)))
    };
    let made_up = || {
        let mut maker = Maker {
            schemas: product.schemas(),
            random: numbers(seed, operation, request),
            open: Vec::new(),
            in_list: false,
        };
        let times = if form == Form::Events { EVENTS } else { 1 };
        let mut made = schema.map(|schema| (0..times).map(|_| maker.value(schema, "", DEEPEST)).collect::<Vec<_>>());
        match (form, &mut made) {
            (Form::Events, _) => made.map(Value::Array),
            (_, Some(made)) => made.pop(),
            (_, None) => None,
        }
    };
    let has_body = status != 204;
    let mut body = if has_body { shown().or_else(made_up) } else { None };
    if body.is_none() && has_body && product.style_at(&request.path) == Style::Rpc {
        body = Some(json!({}));
    }
    if let Some(body) = body.as_mut().filter(|_| form == Form::Document && last::is_asked_for(found, request)) {
        last::empty(body);
    }
    Sampled { status, body, form }.with_request_id(request_id)
}

/// Reads the sample that a spec shows: a text that holds a list of examples, one of which holds JSON.
fn shown(demo: &str) -> Option<Value> {
    let Value::Array(examples) = serde_json::from_str(demo).ok()? else {
        return None;
    };
    examples.iter().filter(|example| example["type"] == "json").find_map(|example| match &example["example"] {
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Null => None,
        value => Some(value.clone()),
    })
}

fn is_of(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Object => value.is_object(),
        Kind::List => value.is_array(),
        Kind::Text => value.is_string(),
        Kind::Integer | Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Any => true,
    }
}

/// Lets an answer carry its own request id: where it is nearest to the root, however it is spelt.
fn place_request_id(body: &mut Value, request_id: &str) {
    let mut level = vec![body];
    while !level.is_empty() {
        let mut placed = false;
        let mut next = Vec::new();
        for value in level {
            for (key, value) in value.as_object_mut().into_iter().flatten() {
                if key.replace('_', "").eq_ignore_ascii_case("requestid") && !value.is_object() && !value.is_array() {
                    *value = Value::String(request_id.to_owned());
                    placed = true;
                } else if value.is_object() {
                    next.push(value);
                }
            }
        }
        if placed {
            return;
        }
        level = next;
    }
}

struct Maker<'s> {
    schemas: &'s Schemas,
    random: SplitMix64,
    /// The references that are being followed: a schema that contains itself is empty inside of itself.
    open: Vec<String>,
    /// Whether what is made stands in a list: lists in lists have one item each, or answers would grow without end.
    in_list: bool,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(reference) = schema["$ref"].as_str() else {
            return self.resolved(schema, name, depth);
        };
        if self.open.iter().any(|open| open == reference) {
            return self.resolved(schema, name, 1);
        }
        self.open.push(reference.to_owned());
        let value = self.resolved(schema, name, depth);
        self.open.pop();
        value
    }

    fn resolved(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let example = &schema["example"];
        let schema = resolve(schema, self.schemas);
        let example = if example.is_null() { &schema["example"] } else { example };
        let below = depth.saturating_sub(1);
        match kind(schema) {
            Kind::Object if below == 0 => json!({}),
            Kind::List if below == 0 => json!([]),
            Kind::Object => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let mut fields: Map<_, _> =
                    properties.map(|(name, schema)| (name.clone(), self.value(schema, name, below))).collect();
                if fields.is_empty() && schema["additionalProperties"].is_object() {
                    fields.insert("key".to_owned(), self.value(&schema["additionalProperties"], "value", below));
                }
                Value::Object(fields)
            }
            Kind::List => {
                let least = count(schema, "minItems").unwrap_or(1).min(64);
                let most = count(schema, "maxItems").unwrap_or(usize::MAX);
                let wanted = if self.in_list { 1 } else { 1 + self.random.below(MOST_ITEMS) };
                let items = usize::try_from(wanted).unwrap_or(1).max(least).min(most);
                let outer = std::mem::replace(&mut self.in_list, true);
                let items = (0..items).map(|_| self.value(&schema["items"], name, below)).collect();
                self.in_list = outer;
                Value::Array(items)
            }
            Kind::Text => {
                let text =
                    example.as_str().map(str::to_owned).or_else(|| (!example.is_null()).then(|| example.to_string()));
                Value::String(text.unwrap_or_else(|| self.text(schema, name)))
            }
            Kind::Integer => {
                let shown = example.as_i64().or_else(|| example.as_str()?.trim().parse().ok());
                json!(shown.unwrap_or_else(|| self.number(schema) as i64))
            }
            Kind::Number => {
                let shown = example.as_f64().or_else(|| example.as_str()?.trim().parse().ok());
                json!(shown.filter(|number| number.is_finite()).unwrap_or_else(|| self.number(schema)))
            }
            Kind::Boolean => {
                let shown = example.as_bool().or_else(|| example.as_str()?.trim().to_ascii_lowercase().parse().ok());
                Value::Bool(shown.unwrap_or_else(|| self.random.below(2) == 1))
            }
            Kind::Any => {
                if example.is_null() {
                    json!({})
                } else {
                    example.clone()
                }
            }
        }
    }

    fn text(&mut self, schema: &Value, name: &str) -> String {
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            let at = usize::try_from(self.random.below(values.len() as u64)).unwrap_or(0);
            return values[at].as_str().map_or_else(|| values[at].to_string(), |value| value.trim().to_owned());
        }
        let text = format!("{}-{:08x}", name.to_ascii_lowercase(), self.random.below(1 << 32));
        let most = count(schema, "maxLength").unwrap_or(usize::MAX);
        let mut text: String = text.chars().take(most).collect();
        let least = count(schema, "minLength").unwrap_or(0).min(4096);
        text.extend(std::iter::repeat_n('x', least.saturating_sub(text.chars().count())));
        text
    }

    /// A whole number within the bounds.
    fn number(&mut self, schema: &Value) -> f64 {
        let least = bound(schema, "minimum").unwrap_or(1.0).ceil();
        let most = bound(schema, "maximum").unwrap_or(least + 99.0).clamp(least, least + 1e6).floor();
        least + self.random.below((most - least) as u64 + 1) as f64
    }
}

/// Returns numbers that look random, and follow from a seed and a request.
fn numbers(seed: u64, operation: &Operation, request: &WireRequest) -> SplitMix64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(fingerprint(operation, request));
    let hash: [u8; 32] = hash.finalize().into();
    SplitMix64(hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
