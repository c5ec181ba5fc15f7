//! What will be emitted, in Rust's nouns. Every decision was taken; no name is cased or escaped after this.

use std::cmp::Reverse;

use crate::facts::{Impact, Quota, Ram, Repeat};
use crate::pages::Pages;
use crate::product::Hosts;
use crate::waiters::State;

/// Everything that is generated from a folder of specs.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) products: Vec<Product>,
}

/// A product: a module behind a cargo feature of the same name.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) module: String,
    pub(crate) spec: String,
    pub(crate) docs: String,
    pub(crate) versions: Vec<Version>,
    /// The module of the version that stands for the product, if it is among these.
    pub(crate) default_version: Option<String>,
}

/// A version of a product.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) module: String,
    pub(crate) spec: String,
    pub(crate) docs: String,
    /// What people call it: the product's title and the version.
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) style: Style,
    pub(crate) default_region: Option<String>,
    pub(crate) portal_endpoints: Hosts,
    pub(crate) sdk_endpoints: Hosts,
    /// The endpoint that parameters in the host's name stand in front of, where it is not the region's.
    pub(crate) named_endpoint: Option<&'static str>,
    /// The signature that the product's own gateway wants.
    pub(crate) own_signature: Option<&'static str>,
    /// Whether the official SDKs build a host from a region that stands in no table.
    pub(crate) sdk_regional: bool,
    pub(crate) enums: Vec<NamedEnum>,
    /// The types that operations share.
    pub(crate) records: Vec<Record>,
    pub(crate) operations: Vec<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Rpc,
    Roa,
}

/// An enum that may grow.
#[derive(Debug)]
pub(crate) struct NamedEnum {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) docs: String,
}

/// An operation: a module of its own.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) spec: String,
    pub(crate) name: String,
    pub(crate) module: String,
    /// The client's method.
    pub(crate) method: String,
    /// The types of the version that its fields have, sorted.
    pub(crate) uses: Vec<String>,
    pub(crate) docs: String,
    /// The name of the call's type.
    pub(crate) call: String,
    pub(crate) deprecated: bool,
    pub(crate) http_method: &'static str,
    pub(crate) path: String,
    pub(crate) security: Security,
    pub(crate) repeat: Repeat,
    pub(crate) impact: Impact,
    pub(crate) quota: Option<Quota>,
    /// What a RAM policy must allow.
    pub(crate) ram: Option<Ram>,
    pub(crate) request: Record,
    pub(crate) setters: Vec<Setter>,
    pub(crate) response: Record,
    pub(crate) streams: Streams,
    /// None if its answer is no page of a list.
    pub(crate) paged: Option<Paged>,
    pub(crate) waiters: Vec<Waiter>,
    /// The types below the request and the response.
    pub(crate) nested: Vec<Record>,
    /// None if the spec lists no codes.
    pub(crate) error: Option<ErrorEnum>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    AccessKey,
    AccessKeyOrBearer,
    Anonymous,
    Bearer,
}

/// A struct with a table of its fields.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) fields: Vec<Field>,
    /// Whether it can be read from JSON by itself: whatever is sent, and answers as a whole. The runtime reads the parts of an
    /// answer without it.
    pub(crate) readable: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) docs: String,
    pub(crate) of: Type,
    /// Whether it is there in every value: lists and maps are, empty ones stand for none, and so is the request's id.
    pub(crate) always: bool,
    pub(crate) facts: Vec<Fact>,
    /// The other places where a parameter travels.
    pub(crate) again: Vec<&'static str>,
}

impl Field {
    /// Describes a field that holds a text, with one fact about it.
    pub(crate) fn plain(name: &str, wire: &str, docs: String, fact: Fact) -> Self {
        let (name, wire) = (name.to_owned(), wire.to_owned());
        Self { name, wire, docs, of: Type::Text, always: false, facts: vec![fact], again: Vec::new() }
    }
}

/// What a field's row says beside its name, in the order in which it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// Where it travels or how a list is written; the name of the row's own method.
    Form(&'static str),
    Required,
    Sensitive,
    /// The entry of an object that an answer has a list in.
    Wrapped(String),
    Range(f64, f64),
    AtLeast(f64),
    AtMost(f64),
    MoreThan(f64),
    LessThan(f64),
    Length(usize, usize),
    Longest(usize),
    Pattern(String),
    /// The texts that are documented.
    OneOf(Vec<String>),
    /// The integers that are documented.
    OneOfNumbers(Vec<i64>),
    /// The named enum whose values are documented.
    Named(String),
    Items(usize, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    I32,
    I64,
    F64,
    Text,
    Bytes,
    Json,
    /// A named enum.
    Named(String),
    Record(String),
    /// A record that can hold itself.
    Recursive(String),
    List(Box<Type>),
    Map(Box<Type>),
}

/// What of an operation need not be in memory as a whole.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// What the data of an event is, where it answers with a stream of events.
    pub(crate) event: Option<Type>,
    /// Whether it answers with bytes.
    pub(crate) downloads: bool,
    /// Whether its body is bytes.
    pub(crate) uploads: bool,
}

/// A method of a call that sets a parameter.
#[derive(Debug)]
pub(crate) struct Setter {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) field: String,
    pub(crate) of: Type,
}

/// How the list that an operation answers with goes on.
#[derive(Debug)]
pub(crate) struct Paged {
    pub(crate) pages: Pages,
    /// What the list holds.
    pub(crate) item: Type,
    /// The fields that lead to the list; all but the last hold objects that may be absent.
    pub(crate) items: Vec<String>,
}

/// A wait for a state.
#[derive(Debug)]
pub(crate) struct Waiter {
    /// The client's method.
    pub(crate) method: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The path of the field that holds the state, with dots.
    pub(crate) field: String,
    pub(crate) of: Type,
    pub(crate) until: Vec<State>,
    pub(crate) failed: Vec<State>,
    pub(crate) setters: Vec<Setter>,
}

/// The codes that a spec lists for an operation.
#[derive(Debug)]
pub(crate) struct ErrorEnum {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) variants: Vec<Variant>,
}

impl ErrorEnum {
    /// Returns the codes that the cloud sends as they are, and those that are forms, in which it fills something in for `%s`; of these
    /// what says more stands first, because a code may fit several.
    pub(crate) fn codes_and_forms(&self) -> (Vec<&Variant>, Vec<&Variant>) {
        let (mut forms, codes): (Vec<_>, Vec<_>) = self.variants.iter().partition(|variant| is_form(&variant.wire));
        forms.sort_by_key(|variant| Reverse(variant.wire.replace("%s", "").len()));
        (codes, forms)
    }
}

/// Returns whether a code is a form, in which the cloud fills something in for `%s`.
pub(crate) fn is_form(code: &str) -> bool {
    code.contains("%s")
}
