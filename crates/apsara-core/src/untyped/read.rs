//! Reading a description from JSON.

use serde_json::{Map, Value};

use super::description::{Description, Hosts};
use super::parameter::{Kind, Parameter};
use crate::endpoint::EndpointRule;
use crate::error::Error;
use crate::operation::{Impact, Method, Quota, Repeat, Security, Style};
use crate::record::{Location, Shape};

/// What a name in JSON stands for.
type Words<T> = &'static [(&'static str, T)];

const STYLES: Words<Style> = &[("rpc", Style::Rpc), ("roa", Style::Roa)];
const RULES: Words<EndpointRule> = &[("regional", EndpointRule::Regional), ("central", EndpointRule::Central)];
const METHODS: Words<Method> = &[
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("delete", Method::Delete),
    ("patch", Method::Patch),
    ("head", Method::Head),
    ("options", Method::Options),
];
const SECURITIES: Words<Security> = &[
    ("access_key", Security::AccessKey),
    ("access_key_or_bearer", Security::AccessKeyOrBearer),
    ("anonymous", Security::Anonymous),
    ("bearer", Security::Bearer),
];
const REPEATS: Words<Repeat> = &[("safe", Repeat::Safe), ("with_token", Repeat::WithToken), ("unsafe", Repeat::Unsafe)];
const IMPACTS: Words<Impact> = &[("none", Impact::None), ("change", Impact::Change), ("interrupt", Impact::Interrupt)];
const LOCATIONS: Words<Location> = &[
    ("query", Location::Query),
    ("form", Location::Form),
    ("body", Location::Body),
    ("path", Location::Path),
    ("header", Location::Header),
    ("host", Location::Host),
];
const SHAPES: Words<Shape> =
    &[("flat", Shape::Flat), ("json", Shape::Json), ("simple", Shape::Simple), ("xml", Shape::Xml)];
const KINDS: Words<Kind> = &[
    ("boolean", Kind::Bool),
    ("int32", Kind::Int32),
    ("int64", Kind::Int64),
    ("number", Kind::Number),
    ("text", Kind::Text),
    ("bytes", Kind::Bytes),
    ("json", Kind::Json),
];

impl Description {
    /// Reads a description, as `apsara_codegen::describe` makes it of specs.
    ///
    /// # Errors
    ///
    /// Fails with the path of what cannot be read. A fact that this version does not know is refused, for a call without it would
    /// be another one.
    pub fn from_json(json: &Value) -> Result<Self, Error> {
        let root = Entries::of(json, "")?;
        let mut out = Self::new(root.needed("product")?, root.needed("version")?, root.needed("name")?);
        for (key, value) in root.entries {
            let at = Entry { path: format!("/{key}"), value };
            let (product, facts) = (&mut out.product, &mut out.facts);
            match key.as_str() {
                "product" | "version" | "name" => {}
                "style" => product.style = at.word(STYLES)?,
                "defaultRegion" => product.default_region = Some(at.text()?),
                "portalEndpoints" => product.portal_endpoints = at.hosts()?,
                "sdkEndpoints" => product.sdk_endpoints = at.hosts()?,
                "sdkRule" => product.sdk_rule = at.word(RULES)?,
                "namedEndpoint" => product.named_endpoint = Some(at.text()?),
                "ownSignature" => product.own_signature = Some(at.text()?),
                "method" => facts.method = at.word(METHODS)?,
                "path" => facts.path = at.text()?,
                "security" => facts.security = at.word(SECURITIES)?,
                "repeat" => facts.repeat = at.word(REPEATS)?,
                "impact" => facts.impact = at.word(IMPACTS)?,
                "quota" => facts.quota = Some(at.quota()?),
                "ramAction" => facts.ram_action = Some(at.text()?),
                "redirects" => out.redirects = at.flag()?,
                "parameters" => out.parameters = at.parameters()?,
                "objects" => {
                    for (name, value) in Entries::of(value, &at.path)?.entries {
                        let fields = Entry { path: format!("{}/{name}", at.path), value }.parameters()?;
                        out.objects.insert(name.clone(), fields);
                    }
                }
                _ => return Err(at.refused("is unknown; the description may be of a newer version")),
            }
        }
        Ok(out)
    }
}

/// An object of the description.
struct Entries<'a> {
    path: &'a str,
    entries: &'a Map<String, Value>,
}

impl<'a> Entries<'a> {
    fn of(value: &'a Value, path: &'a str) -> Result<Self, Error> {
        match value.as_object() {
            Some(entries) => Ok(Self { path, entries }),
            None => Err(refused(path, "must be an object")),
        }
    }

    fn needed(&self, key: &str) -> Result<String, Error> {
        let text = self.entries.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| refused(&format!("{}/{key}", self.path), "must be a text"))
    }
}

/// A value of the description, and where it stands.
struct Entry<'a> {
    path: String,
    value: &'a Value,
}

fn refused(path: &str, rule: &str) -> Error {
    Error::config(format!("the description of an operation cannot be read: `{path}` {rule}"))
}

impl<'a> Entry<'a> {
    fn refused(&self, rule: &str) -> Error {
        refused(&self.path, rule)
    }

    fn text(&self) -> Result<String, Error> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.refused("must be a text"))
    }

    fn flag(&self) -> Result<bool, Error> {
        self.value.as_bool().ok_or_else(|| self.refused("must be true or false"))
    }

    fn number(&self) -> Result<f64, Error> {
        self.value.as_f64().ok_or_else(|| self.refused("must be a number"))
    }

    fn word<T: Clone>(&self, words: Words<T>) -> Result<T, Error> {
        let found = words.iter().find(|(word, _)| self.value.as_str() == Some(word));
        found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refused(&format!("must be one of {}", words.join(", ")))
        })
    }

    fn list(&self) -> Result<Vec<Entry<'a>>, Error> {
        let list = self.value.as_array().ok_or_else(|| self.refused("must be a list"))?;
        let entry = |(index, value)| Entry { path: format!("{}/{index}", self.path), value };
        Ok(list.iter().enumerate().map(entry).collect())
    }

    fn texts(&self) -> Result<Vec<String>, Error> {
        self.list()?.iter().map(Entry::text).collect()
    }

    fn hosts(&self) -> Result<Hosts, Error> {
        let row = |(host, regions): (&String, &Value)| {
            let regions = Entry { path: format!("{}/{host}", self.path), value: regions };
            Ok((host.clone(), regions.texts()?))
        };
        Entries::of(self.value, &self.path)?.entries.iter().map(row).collect()
    }

    fn quota(&self) -> Result<Quota, Error> {
        let of = |key: &str| self.value.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        match (of("calls"), of("seconds")) {
            (Some(calls), Some(seconds)) => Ok(Quota { calls, seconds }),
            _ => Err(self.refused("must have `calls` and `seconds`")),
        }
    }

    /// Reads a least and a greatest number, each null where there is none.
    fn span(&self) -> Result<(usize, usize), Error> {
        let count = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
        match self.value.as_array().map(Vec::as_slice) {
            Some([least, most]) if [least, most].iter().all(|end| end.is_null() || count(end).is_some()) => {
                Ok((count(least).unwrap_or(0), count(most).unwrap_or(usize::MAX)))
            }
            _ => Err(self.refused("must be a least and a greatest number, or null")),
        }
    }

    fn kind(&self) -> Result<Kind, Error> {
        let Some(entries) = self.value.as_object() else { return self.word(KINDS) };
        let inner = |key: &str| entries.get(key).map(|value| Entry { path: format!("{}/{key}", self.path), value });
        if let Some(item) = inner("list") {
            return Ok(Kind::List(Box::new(item.kind()?)));
        }
        if let Some(entry) = inner("map") {
            return Ok(Kind::Map(Box::new(entry.kind()?)));
        }
        let name = inner("object").ok_or_else(|| self.refused("must have `list`, `map` or `object`"))?;
        Ok(Kind::Object(name.text()?))
    }

    fn parameters(&self) -> Result<Vec<Parameter>, Error> {
        self.list()?.iter().map(Entry::parameter).collect()
    }

    fn parameter(&self) -> Result<Parameter, Error> {
        let root = Entries::of(self.value, &self.path)?;
        let mut out = Parameter::new(root.needed("name")?).sensitive(false);
        for (key, value) in root.entries {
            let at = Entry { path: format!("{}/{key}", self.path), value };
            match key.as_str() {
                "name" => {}
                "type" => out.kind = at.kind()?,
                "in" => out.location = at.word(LOCATIONS)?,
                "alsoIn" => out.again = at.list()?.iter().map(|at| at.word(LOCATIONS)).collect::<Result<_, _>>()?,
                "shape" => out.shape = at.word(SHAPES)?,
                "required" => out.required = at.flag()?,
                "sensitive" => out.sensitive = at.flag()?,
                "atLeast" => out = out.at_least(at.number()?),
                "atMost" => out = out.at_most(at.number()?),
                "moreThan" => out = out.more_than(at.number()?),
                "lessThan" => out = out.less_than(at.number()?),
                "length" => out.length = at.span()?,
                "items" => out.items = at.span()?,
                "pattern" => out.pattern = Some(at.text()?),
                "oneOf" => out.texts = at.texts()?,
                "oneOfNumbers" => {
                    let number = |at: &Entry<'_>| at.value.as_i64().ok_or_else(|| at.refused("must be an integer"));
                    out.numbers = at.list()?.iter().map(number).collect::<Result<_, _>>()?;
                }
                _ => return Err(at.refused("is unknown; the description may be of a newer version")),
            }
        }
        Ok(out)
    }
}
