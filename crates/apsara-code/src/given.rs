//! What is given for a call: each value as what its parameter holds, and secrets as the variables that hold them.

use std::collections::BTreeSet;

use apsara_catalog::words::{hint, kebab};
use apsara_codegen::{Holds, Member, Travels, Usage};
use apsara_core::redact_urls;
use apsara_core::untyped::Parameter;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Number, Value};

use crate::error::Error;
use crate::json::{Json, Leaf, Secret};

/// A call with its parameters.
#[derive(Debug)]
pub(crate) struct Call<'u> {
    pub(crate) usage: &'u Usage,
    /// Each parameter that is sent, in the order of the operation.
    pub(crate) given: Vec<(&'u Member, Given<'u>)>,
    /// The variables of the environment that hold its secrets.
    pub(crate) variables: Vec<String>,
}

impl<'u> Call<'u> {
    /// Returns the parameters that travel in a place, be it as well.
    pub(crate) fn sent_by(&self, place: Travels) -> impl Iterator<Item = &(&'u Member, Given<'u>)> {
        self.given.iter().filter(move |(member, _)| member.place == place || member.also.contains(&place))
    }
}

/// A value, as what it must be.
#[derive(Clone, Debug)]
pub(crate) enum Given<'u> {
    Bool(bool),
    Integer(i64),
    Number(f64),
    /// A text, or the value of a named enum.
    Text(String),
    Bytes(Vec<u8>),
    Json(Json),
    List(Vec<Given<'u>>),
    Map(Vec<(String, Given<'u>)>),
    Struct(&'u str, Vec<(&'u Member, Given<'u>)>),
    Secret(Secret),
}

/// Reads what is given for a call; `product` begins the names of variables.
pub(crate) fn read<'u>(usage: &'u Usage, product: &str, parameters: &Map<String, Value>) -> Result<Call<'u>, Error> {
    let known = || usage.parameters.iter().map(|parameter| parameter.wire.as_str());
    if let Some(name) = parameters.keys().find(|name| known().all(|known| known != *name)) {
        let hint = hint(name, known());
        return Err(Error::new(format!("{} has no parameter {name}{hint}", usage.name)));
    }
    let mut reader = Reader { usage, product, variables: Vec::new(), taken: BTreeSet::new() };
    let mut given = Vec::new();
    for member in &usage.parameters {
        let Some(value) = parameters.get(&member.wire).filter(|value| !value.is_null()) else { continue };
        let value = reader.read(&member.holds, value, &Path::of(&member.wire), member.is_sensitive)?;
        // What is empty is not sent.
        if !value.is_nothing() {
            given.push((member, value));
        }
    }
    Ok(Call { usage, given, variables: reader.variables })
}

/// The way to a value: names, and places in lists from 1 on.
#[derive(Clone)]
struct Path(Vec<String>);

impl Path {
    fn of(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    fn below(&self, step: &impl ToString) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.to_string());
        Self(steps)
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

struct Reader<'u, 'p> {
    usage: &'u Usage,
    product: &'p str,
    variables: Vec<String>,
    taken: BTreeSet<String>,
}

impl<'u> Reader<'u, '_> {
    fn read(&mut self, holds: &'u Holds, value: &Value, path: &Path, secret: bool) -> Result<Given<'u>, Error> {
        let wrong = |what: &str| Err(Error::new(format!("{path} must be {what}")));
        let leaf = |leaf: Leaf| if secret { Some(leaf) } else { None };
        let (given, is) = match holds {
            Holds::Bool => match value.as_bool() {
                Some(value) => (Given::Bool(value), leaf(Leaf::Bool)),
                None => return wrong("true or false"),
            },
            Holds::Int32 => match value.as_i64().filter(|value| i32::try_from(*value).is_ok()) {
                Some(value) => (Given::Integer(value), leaf(Leaf::Integer)),
                None => return wrong("a 32-bit integer"),
            },
            Holds::Int64 => match value.as_i64() {
                Some(value) => (Given::Integer(value), leaf(Leaf::Integer)),
                None => return wrong("a 64-bit integer"),
            },
            Holds::Number => match value.as_f64() {
                Some(value) => (Given::Number(value), leaf(Leaf::Number)),
                None => return wrong("a number"),
            },
            Holds::Text | Holds::Enum(_) => match value.as_str() {
                Some(text) => {
                    let is = (secret || holds_secret(text)).then_some(Leaf::Text);
                    (Given::Text(text.to_owned()), is)
                }
                None => return wrong("a text"),
            },
            Holds::Bytes => match value.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok()) {
                Some(bytes) => {
                    let is_secret = std::str::from_utf8(&bytes).is_ok_and(holds_secret);
                    (Given::Bytes(bytes), (secret || is_secret).then_some(Leaf::Bytes))
                }
                None => return wrong("bytes in Base64"),
            },
            Holds::Json => return Ok(Given::Json(self.json(value, path, secret))),
            Holds::List(item) => {
                let Value::Array(items) = value else { return wrong("a list") };
                let one = |(index, value)| self.read(item, value, &path.below(&(index + 1)), secret);
                return Ok(Given::List(items.iter().enumerate().map(one).collect::<Result<_, _>>()?));
            }
            Holds::Map(of) => {
                let Value::Object(entries) = value else { return wrong("an object") };
                let mut read = Vec::new();
                for (key, value) in entries {
                    let secret = secret || is_secret_name(key);
                    read.push((key.clone(), self.read(of, value, &path.below(key), secret)?));
                }
                return Ok(Given::Map(read));
            }
            Holds::Struct(name, _) => return self.object(name, value, path, secret),
            _ => return wrong("what this version of the program can write"),
        };
        Ok(is.map_or(given, |is| Given::Secret(self.secret(path, is))))
    }

    fn object(&mut self, name: &'u str, value: &Value, path: &Path, secret: bool) -> Result<Given<'u>, Error> {
        let Value::Object(entries) = value else { return Err(Error::new(format!("{path} must be an object"))) };
        let fields = self.usage.objects.get(name).map(Vec::as_slice).unwrap_or_default();
        let known = || fields.iter().map(|field| field.wire.as_str());
        if let Some(key) = entries.keys().find(|key| known().all(|known| known != *key)) {
            return Err(Error::new(format!("{path} has no entry {key}{}", hint(key, known()))));
        }
        let mut read = Vec::new();
        for field in fields {
            let Some(value) = entries.get(&field.wire).filter(|value| !value.is_null()) else { continue };
            let secret = secret || field.is_sensitive;
            let value = self.read(&field.holds, value, &path.below(&field.wire), secret)?;
            if !value.is_nothing() {
                read.push((field, value));
            }
        }
        Ok(Given::Struct(name, read))
    }

    fn json(&mut self, value: &Value, path: &Path, secret: bool) -> Json {
        let is = match value {
            Value::Null => return Json::Null,
            Value::Array(items) => {
                let one = |(index, value)| self.json(value, &path.below(&(index + 1)), secret);
                return Json::List(items.iter().enumerate().map(one).collect());
            }
            Value::Object(entries) => {
                let one = |(key, value): (&String, &Value)| {
                    (key.clone(), self.json(value, &path.below(key), secret || is_secret_name(key)))
                };
                return Json::Object(entries.iter().map(one).collect());
            }
            Value::Bool(_) => Leaf::Bool,
            Value::Number(number) if number.is_f64() => Leaf::Number,
            Value::Number(_) => Leaf::Integer,
            Value::String(_) => Leaf::Text,
        };
        if secret || value.as_str().is_some_and(holds_secret) {
            return Json::Secret(self.secret(path, is));
        }
        match value {
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            other => Json::Text(other.as_str().unwrap_or_default().to_owned()),
        }
    }

    /// Names the variable of a secret: `LIVE_DST_URL`, `ECS_TAG_1_SECRET`.
    fn secret(&mut self, path: &Path, is: Leaf) -> Secret {
        let words = std::iter::once(self.product.to_owned()).chain(path.0.iter().map(|step| kebab(step)));
        let plain = words.collect::<Vec<_>>().join("_").to_ascii_uppercase();
        let plain: String = plain.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
        let mut variable = plain.clone();
        let mut number = 2;
        while !self.taken.insert(variable.clone()) {
            variable = format!("{plain}_{number}");
            number += 1;
        }
        self.variables.push(variable.clone());
        Secret { variable, is }
    }
}

/// Returns whether an entry of that name must not be seen.
fn is_secret_name(name: &str) -> bool {
    Parameter::new(name).is_sensitive()
}

/// Returns whether something in a text must not be seen: an address that can carry a key, or JSON with an entry that is secret.
fn holds_secret(text: &str) -> bool {
    fn is_secret(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(is_secret),
            Value::Object(entries) => entries.iter().any(|(key, value)| is_secret_name(key) || is_secret(value)),
            Value::String(text) => redact_urls(text) != *text,
            _ => false,
        }
    }
    redact_urls(text) != text || serde_json::from_str::<Value>(text).is_ok_and(|value| is_secret(&value))
}

impl Given<'_> {
    /// Returns whether nothing is sent for it.
    fn is_nothing(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// Returns it as it stands in JSON.
    pub(crate) fn json(&self) -> Json {
        match self {
            Self::Bool(value) => Json::Bool(*value),
            Self::Integer(value) => Json::Number((*value).into()),
            Self::Number(value) => number(*value),
            Self::Text(text) => Json::Text(text.clone()),
            Self::Bytes(bytes) => Json::Text(BASE64_STANDARD.encode(bytes)),
            Self::Json(json) => json.clone(),
            Self::List(items) => Json::List(items.iter().map(Self::json).collect()),
            Self::Map(entries) => Json::Object(entries.iter().map(|(key, it)| (key.clone(), it.json())).collect()),
            Self::Struct(_, fields) => {
                Json::Object(fields.iter().map(|(field, it)| (field.wire.clone(), it.json())).collect())
            }
            Self::Secret(secret) => Json::Secret(secret.clone()),
        }
    }

    /// Returns whether it is a list, a map or an object.
    pub(crate) fn is_compound(&self) -> bool {
        match self {
            Self::List(_) | Self::Map(_) | Self::Struct(..) => true,
            Self::Json(json) => matches!(json, Json::List(_) | Json::Object(_)),
            _ => false,
        }
    }
}

/// Writes a number as the runtime does in a query: a whole one without a fraction.
fn number(value: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within what is exact")]
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Json::Number((value as i64).into());
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}
