//! Operations as plain data, for programs that call them without generated code: what their tables and facts say, as JSON that
//! `apsara_core::untyped::Description` reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::facts::{Impact, Quota, Repeat};
use crate::model::{Fact, Field, Operation, Record, Security, Style, Type, Version};
use crate::pages::{Pages, Total};

/// Describes every operation of a version, sorted by name.
pub(crate) fn describe(version: &Version) -> impl Iterator<Item = Value> {
    version.operations.iter().map(|operation| self::operation(version, operation))
}

fn operation(version: &Version, operation: &Operation) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("product", json!(version.name));
    put("version", json!(version.version));
    if version.style == Style::Roa {
        put("style", json!("roa"));
    }
    for (key, hosts) in [("portalEndpoints", &version.portal_endpoints), ("sdkEndpoints", &version.sdk_endpoints)] {
        if !hosts.is_empty() {
            put(key, json!(hosts));
        }
    }
    if !version.sdk_regional {
        put("sdkRule", json!("central"));
    }
    let texts = [
        ("defaultRegion", version.default_region.as_deref()),
        ("namedEndpoint", version.named_endpoint),
        ("ownSignature", version.own_signature),
        ("ramAction", operation.ram.as_ref().map(|ram| ram.action.as_str())),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            put(key, json!(text));
        }
    }
    put("name", json!(operation.name));
    put("method", json!(operation.http_method.to_ascii_lowercase()));
    if operation.path != "/" {
        put("path", json!(operation.path));
    }
    let security = match operation.security {
        Security::AccessKey => None,
        Security::AccessKeyOrBearer => Some("access_key_or_bearer"),
        Security::Anonymous => Some("anonymous"),
        Security::Bearer => Some("bearer"),
    };
    if let Some(security) = security {
        put("security", json!(security));
    }
    put("repeat", json!(Repeat::WORDS.iter().find(|(_, it)| *it == operation.repeat).map(|(word, _)| word)));
    put("impact", json!(Impact::WORDS.iter().find(|(_, it)| *it == operation.impact).map(|(word, _)| word)));
    if let Some(Quota { calls, seconds }) = operation.quota {
        put("quota", json!({ "calls": calls, "seconds": seconds }));
    }
    let is_target =
        |field: &Field| field.wire.eq_ignore_ascii_case("location") && field.facts.contains(&Fact::Form("header"));
    if operation.response.fields.iter().any(is_target) {
        put("redirects", json!(true));
    }
    let describer = Describer { version, operation };
    put("parameters", describer.fields(&operation.request));
    let objects = describer.objects();
    if !objects.is_empty() {
        put("objects", json!(objects));
    }
    Value::Object(out)
}

/// Says how a list goes on from page to page.
pub(crate) fn pages(pages: &Pages) -> Value {
    let mut out = Map::from_iter([("items".to_owned(), json!(pages.items))]);
    if let Some(by) = &pages.number {
        let (key, path) = match &by.total {
            Total::Items(path) => ("total", path),
            Total::Pages(path) => ("last", path),
        };
        out.insert("number".to_owned(), json!({ "number": by.number, "size": by.size, key: path }));
    }
    if let Some(by) = &pages.token {
        out.insert("token".to_owned(), json!({ "token": by.token, "next": by.next, "more": by.more }));
    }
    Value::Object(out)
}

struct Describer<'a> {
    version: &'a Version,
    operation: &'a Operation,
}

impl<'a> Describer<'a> {
    /// Describes the objects that the request leads to, and those that they lead to.
    fn objects(&self) -> BTreeMap<&'a str, Value> {
        let mut found = BTreeMap::new();
        let mut left = self.below(&self.operation.request);
        while let Some(name) = left.pop_first() {
            let record = self.operation.nested.iter().chain(&self.version.records).find(|record| record.name == name);
            let Some(record) = record.filter(|_| !found.contains_key(name)) else { continue };
            found.insert(name, self.fields(record));
            left.extend(self.below(record));
        }
        found
    }

    fn below(&self, record: &'a Record) -> BTreeSet<&'a str> {
        record.fields.iter().filter_map(|field| object(&field.of)).collect()
    }

    fn fields(&self, record: &Record) -> Value {
        record.fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, field: &Field) -> Value {
        let mut out = Map::from_iter([("name".to_owned(), json!(field.wire)), ("type".to_owned(), kind(&field.of))]);
        if !field.again.is_empty() {
            out.insert("alsoIn".to_owned(), json!(field.again));
        }
        for fact in &field.facts {
            let (key, value) = match fact {
                Fact::Form(form) => match *form {
                    "repeated" | "flat" => ("shape", json!("flat")),
                    "json" | "simple" | "xml" => ("shape", json!(form)),
                    place => ("in", json!(place)),
                },
                Fact::Required => ("required", json!(true)),
                Fact::Sensitive => ("sensitive", json!(true)),
                // Only answers have lists in a wrapper.
                Fact::Wrapped(_) => continue,
                Fact::Range(least, most) => {
                    out.insert("atLeast".to_owned(), json!(least));
                    ("atMost", json!(most))
                }
                Fact::AtLeast(least) => ("atLeast", json!(least)),
                Fact::AtMost(most) => ("atMost", json!(most)),
                Fact::MoreThan(least) => ("moreThan", json!(least)),
                Fact::LessThan(most) => ("lessThan", json!(most)),
                Fact::Length(least, most) => ("length", span(*least, *most)),
                Fact::Longest(most) => ("length", span(0, *most)),
                Fact::Items(least, most) => ("items", span(*least, *most)),
                Fact::Pattern(pattern) => ("pattern", json!(pattern)),
                Fact::OneOf(values) => ("oneOf", json!(values)),
                Fact::OneOfNumbers(values) => ("oneOfNumbers", json!(values)),
                Fact::Named(name) => ("oneOf", self.values(name)),
            };
            out.insert(key.to_owned(), value);
        }
        Value::Object(out)
    }

    /// Returns the values of a named enum.
    fn values(&self, name: &str) -> Value {
        let named = self.version.enums.iter().find(|named| named.name == name);
        named.into_iter().flat_map(|named| &named.variants).map(|variant| json!(variant.wire)).collect()
    }
}

/// Returns the name of the object that a type leads to.
fn object(of: &Type) -> Option<&str> {
    match of {
        Type::Record(name) | Type::Recursive(name) => Some(name),
        Type::List(of) | Type::Map(of) => object(of),
        _ => None,
    }
}

fn kind(of: &Type) -> Value {
    match of {
        Type::Bool => json!("boolean"),
        Type::I32 => json!("int32"),
        Type::I64 => json!("int64"),
        Type::F64 => json!("number"),
        Type::Text | Type::Named(_) => json!("text"),
        Type::Bytes => json!("bytes"),
        Type::Json => json!("json"),
        Type::Record(name) | Type::Recursive(name) => json!({ "object": name }),
        Type::List(of) => json!({ "list": kind(of) }),
        Type::Map(of) => json!({ "map": kind(of) }),
    }
}

/// Returns both ends, null where there is no limit.
fn span(least: usize, most: usize) -> Value {
    json!([(least > 0).then_some(least), (most < usize::MAX).then_some(most)])
}
