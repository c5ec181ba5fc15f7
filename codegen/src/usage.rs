//! How generated code is used: what a program writes to make a call, by the names and the types that stand in it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{self, Fact, Operation, Record, Type, Version};
use crate::refusal::Refusals;
use crate::{Sources, without_references};

/// Says how an operation is called, by generated code and on the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Usage {
    /// The module of the product.
    pub module: String,
    /// The module of the version, in that of the product.
    pub version_module: String,
    /// The product's code on the wire, such as `live` or `CS`.
    pub product: String,
    /// The version on the wire.
    pub version: String,
    /// The operation's name on the wire.
    pub name: String,
    /// Whether the product's operations have paths: the style is ROA, and else RPC.
    pub has_paths: bool,
    /// The HTTP method in upper case.
    pub http_method: String,
    /// The path, with `{name}` where a parameter stands, and `{+name}` where its slashes are those of the path.
    pub path: String,
    /// Whether it is called without a signature.
    pub is_anonymous: bool,
    /// The signature that the product's own gateway wants, where it has one.
    pub own_signature: Option<String>,
    /// The client's method.
    pub method: String,
    /// Whether that method is deprecated.
    pub is_deprecated: bool,
    /// The parameters, each with the name of the method that sets it.
    pub parameters: Vec<Member>,
    /// The fields of the structs that parameters lead to, by the structs' names.
    pub objects: BTreeMap<String, Vec<Member>>,
}

/// A parameter, or a field of a struct that one leads to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// The name on the wire.
    pub wire: String,
    /// The name of the setter or of the field.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
    /// Whether a field is there in every value, and no `Option`.
    pub is_always_there: bool,
    /// Whether its value must not be seen.
    pub is_sensitive: bool,
    /// Whether a call without it is refused.
    pub is_required: bool,
    /// Where a parameter travels.
    pub place: Travels,
    /// The other places where it travels.
    pub also: Vec<Travels>,
    /// How a list or an object is written there.
    pub shape: Shape,
}

/// What a parameter or a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holds {
    /// A `bool`.
    Bool,
    /// An `i32`.
    Int32,
    /// An `i64`.
    Int64,
    /// An `f64`.
    Number,
    /// A `String`.
    Text,
    /// A `Vec<u8>`, Base64 where it stands in JSON.
    Bytes,
    /// Any JSON.
    Json,
    /// A named enum of the version, which is made of a text.
    Enum(String),
    /// A struct of the version; `true` if it can hold itself, and is boxed for that.
    Struct(String, bool),
    /// A `Vec`.
    List(Box<Holds>),
    /// A `BTreeMap` from texts.
    Map(Box<Holds>),
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Travels {
    /// In the query.
    Query,
    /// In a form that is the body.
    Form,
    /// As the body, or as an entry of it where there are several.
    Body,
    /// In the path.
    Path,
    /// As a header.
    Header,
    /// In front of the host's name.
    Host,
}

/// How a list or an object becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// A pair for each leaf: `Tag.1.Key`.
    Flat,
    /// As JSON.
    Json,
    /// With commas in between.
    Simple,
    /// As XML.
    Xml,
}

/// Says how operations of one version are called, by their names; given is what `apsara_specs` ships of them: what they share, and of
/// each its name, its spec with our corrections in it, and its overlay. `product` is the product's folder.
///
/// A name depends on what else stands in the version. Of one operation alone, it is what it is if no other has a like one.
///
/// # Errors
///
/// As [`describe`](crate::describe).
pub fn usages<'v>(
    product: &str,
    shared: &Value,
    operations: impl IntoIterator<Item = (&'v str, &'v Value, Option<&'v Value>)>,
) -> Result<BTreeMap<String, Usage>, Refusals> {
    let folder = format!("{product}/{}", shared["info"]["version"].as_str().unwrap_or_default());
    let mut sources = Sources::default();
    sources.insert(format!("{folder}/product.json"), shared.to_string());
    for (name, spec, overlay) in operations {
        sources.insert(format!("{folder}/{name}.json"), spec.to_string());
        if let Some(overlay) = overlay {
            sources.insert(format!("{folder}/{name}.apsara.json"), without_references(overlay).to_string());
        }
    }
    let model = crate::model_of(&sources, &format!("{folder}/product.json"))?;
    let versions = model.products.iter().flat_map(|product| product.versions.iter().map(move |it| (product, it)));
    let all = versions.flat_map(|(product, version)| version.operations.iter().map(move |it| (product, version, it)));
    Ok(all.map(|(product, version, it)| (it.name.clone(), usage(&product.module, version, it))).collect())
}

fn usage(module: &str, version: &Version, operation: &Operation) -> Usage {
    let parameters = operation.request.fields.iter().zip(&operation.setters);
    Usage {
        module: module.to_owned(),
        version_module: version.module.clone(),
        product: version.name.clone(),
        version: version.version.clone(),
        name: operation.name.clone(),
        has_paths: version.style == model::Style::Roa,
        http_method: operation.http_method.to_ascii_uppercase(),
        path: operation.path.clone(),
        is_anonymous: operation.security == model::Security::Anonymous,
        own_signature: version.own_signature.map(str::to_owned),
        method: operation.method.clone(),
        is_deprecated: operation.deprecated,
        parameters: parameters.map(|(field, setter)| member(&setter.name, field)).collect(),
        objects: objects(version, operation),
    }
}

/// Returns the structs that the parameters of an operation lead to.
fn objects(version: &Version, operation: &Operation) -> BTreeMap<String, Vec<Member>> {
    let below = |record: &Record| record.fields.iter().filter_map(|field| object(&field.of)).collect::<Vec<_>>();
    let mut found: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    let mut left: Vec<String> = below(&operation.request);
    while let Some(name) = left.pop() {
        let record = operation.nested.iter().chain(&version.records).find(|record| record.name == name);
        let Some(record) = record.filter(|_| !found.contains_key(&name)) else { continue };
        left.extend(below(record));
        found.insert(name, record.fields.iter().map(|field| member(&field.name, field)).collect());
    }
    found
}

/// Returns the name of the struct that a type leads to.
fn object(of: &Type) -> Option<String> {
    match of {
        Type::Record(name) | Type::Recursive(name) => Some(name.clone()),
        Type::List(of) | Type::Map(of) => object(of),
        _ => None,
    }
}

fn member(name: &str, field: &model::Field) -> Member {
    let forms = field.facts.iter().filter_map(|fact| if let Fact::Form(form) = fact { Some(*form) } else { None });
    let shape = forms.clone().find_map(|form| match form {
        "json" => Some(Shape::Json),
        "simple" => Some(Shape::Simple),
        "xml" => Some(Shape::Xml),
        _ => None,
    });
    Member {
        wire: field.wire.clone(),
        name: name.to_owned(),
        holds: holds(&field.of),
        is_always_there: field.always,
        is_sensitive: field.facts.contains(&Fact::Sensitive),
        is_required: field.facts.contains(&Fact::Required),
        place: forms.clone().find_map(place).unwrap_or(Travels::Query),
        also: field.again.iter().map(|form| place(form).unwrap_or(Travels::Query)).collect(),
        shape: shape.unwrap_or(Shape::Flat),
    }
}

fn place(form: &str) -> Option<Travels> {
    match form {
        "form" => Some(Travels::Form),
        "body" => Some(Travels::Body),
        "path" => Some(Travels::Path),
        "header" => Some(Travels::Header),
        "host" => Some(Travels::Host),
        _ => None,
    }
}

fn holds(of: &Type) -> Holds {
    match of {
        Type::Bool => Holds::Bool,
        Type::I32 => Holds::Int32,
        Type::I64 => Holds::Int64,
        Type::F64 => Holds::Number,
        Type::Text => Holds::Text,
        Type::Bytes => Holds::Bytes,
        Type::Json => Holds::Json,
        Type::Named(name) => Holds::Enum(name.clone()),
        Type::Record(name) => Holds::Struct(name.clone(), false),
        Type::Recursive(name) => Holds::Struct(name.clone(), true),
        Type::List(item) => Holds::List(Box::new(holds(item))),
        Type::Map(item) => Holds::Map(Box::new(holds(item))),
    }
}
