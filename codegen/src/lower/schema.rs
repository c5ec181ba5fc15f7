//! Types of schemas.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::text;
use crate::docs;
use crate::facts::is_sensitive;
use crate::limits::Limits;
use crate::model::{Fact, Field, Record, Type};
use crate::names::{self, Scope};
use crate::pages::wrapped;
use crate::product::Product;
use crate::spec::Schema;

/// Hands out the types of a version.
pub(super) struct Types<'a> {
    pub(super) product: &'a Product,
    /// Named enums by the names of the parameters that have them.
    enums: BTreeMap<&'a str, String>,
    pub(super) scope: Scope,
    /// The types of components, by their names in the spec; of those that are being lowered, too.
    components: BTreeMap<&'a str, String>,
    shared: Vec<Record>,
    /// The components without properties that are being lowered, with no object between them.
    open: Vec<&'a str>,
    /// Those whose objects are types already.
    unnamed: BTreeSet<&'a str>,
    /// Whether what is lowered is an answer's own: there a list that an object holds alone stands for the object.
    pub(super) unwraps: bool,
}

/// Says of a type that has no name in the spec what it is called, unless that is taken, and what it holds.
struct Below<'a> {
    name: String,
    what: String,
    /// The component that it belongs to, if that holds itself: operations share the type then.
    of_component: Option<&'a str>,
}

impl Below<'_> {
    /// Says it of what is in a list or a map.
    fn one(&self, of: &str) -> Self {
        Self { name: self.name.clone(), what: format!("{of} of {}", self.what), of_component: self.of_component }
    }
}

impl<'a> Types<'a> {
    pub(super) fn new(product: &'a Product, enums: BTreeMap<&'a str, String>, mut scope: Scope) -> Self {
        let names = product.components.keys();
        let components = names.map(|name| (name.as_str(), scope.claim(&names::pascal(name)))).collect();
        Self {
            product,
            enums,
            scope,
            components,
            shared: Vec::new(),
            open: Vec::new(),
            unnamed: BTreeSet::new(),
            unwraps: false,
        }
    }

    /// Returns the types that operations share, sorted by name.
    pub(super) fn shared(mut self) -> Vec<Record> {
        self.shared.sort_by(|a, b| a.name.cmp(&b.name));
        self.shared
    }

    /// Finds a type that operations share.
    pub(super) fn shared_record(&self, name: &str) -> Option<&Record> {
        self.shared.iter().find(|record| record.name == name)
    }

    /// Follows a reference to its end. One that leads nowhere is returned itself.
    pub(super) fn resolve(&self, schema: &'a Schema) -> &'a Schema {
        let mut at = schema;
        for _ in 0..=self.product.components.len() {
            match self.product.resolve(at) {
                Some(next) if at.reference.is_some() => at = next,
                _ => break,
            }
        }
        at
    }

    /// Follows a reference to its end, and has the limits that are stated beside it hold there.
    fn limited(&self, schema: &'a Schema) -> Cow<'a, Schema> {
        let mut resolved = Cow::Borrowed(self.resolve(schema));
        if schema.reference.is_some() && schema.limits != Limits::default() {
            let limits = resolved.limits.clone();
            resolved.to_mut().limits = schema.limits.clone().or(limits);
        }
        resolved
    }

    /// Lowers the properties of an object to a record; the records below it are appended to `nested`.
    pub(super) fn record(
        &mut self,
        name: String,
        docs: String,
        properties: &'a BTreeMap<String, Schema>,
        nested: &mut Vec<Record>,
    ) -> Record {
        let mut fields = Scope::default();
        let fields = properties
            .iter()
            .map(|(wire, schema)| {
                let mut field = self.field(fields.claim(&names::snake(wire)), wire, schema, &name, nested);
                if schema.required && !self.unwraps {
                    field.facts.insert(0, Fact::Required);
                }
                field
            })
            .collect();
        Record { name, docs, fields, readable: true }
    }

    /// Lowers a property of a type.
    pub(super) fn field(
        &mut self,
        name: String,
        wire: &str,
        schema: &'a Schema,
        parent: &str,
        nested: &mut Vec<Record>,
    ) -> Field {
        let (name_below, place) = (format!("{parent}{}", names::pascal(wire)), docs::code(wire));
        let below = &Below { name: name_below, what: format!("{place} of [`{parent}`]"), of_component: None };
        let (schema, wrapper) = match wrapped(schema).filter(|_| self.unwraps) {
            Some((wrapper, list)) => (list, Some((wrapper, schema))),
            None => (schema, None),
        };
        let of = match self.enums.get(wire) {
            Some(named) if schema.kind.as_deref() == Some("string") => Type::Named(named.clone()),
            _ => self.type_of(schema, below, nested),
        };
        let always = matches!(of, Type::List(_) | Type::Map(_));
        let described =
            wrapper.map_or(schema, |(_, object)| if schema.description.is_none() { object } else { schema });
        let docs = text::field(wire, described, self.product.example(wire, described), &of);
        let mut facts: Vec<Fact> = wrapper.map(|(wrapper, _)| Fact::Wrapped(wrapper.to_owned())).into_iter().collect();
        if [schema, described, self.resolve(schema)].iter().any(|schema| is_sensitive(wire, schema)) {
            facts.push(Fact::Sensitive);
        }
        if !self.unwraps {
            facts.extend(limits(&self.limited(schema), &of));
        }
        Field { name, wire: wire.to_owned(), docs, of, always, facts, again: Vec::new() }
    }

    fn type_of(&mut self, schema: &'a Schema, below: &Below<'a>, nested: &mut Vec<Record>) -> Type {
        if let Some(reference) = &schema.reference {
            return self.component(reference, below, nested);
        }
        let kind = schema.kind.as_deref();
        match kind {
            // What is called `byte` is a text to the official SDKs, and its examples are texts that are no Base64.
            Some("string") if schema.format.as_deref() == Some("binary") => Type::Bytes,
            Some("string") => Type::Text,
            Some("boolean") => Type::Bool,
            Some("integer") if schema.format.as_deref() == Some("int32") => Type::I32,
            Some("integer") => Type::I64,
            Some("number") => Type::F64,
            Some("any") => Type::Json,
            _ => {
                if let Some(items) = schema.items.as_deref().filter(|_| kind != Some("object")) {
                    Type::List(Box::new(self.type_of(items, &below.one("an element"), nested)))
                } else if kind == Some("array") {
                    Type::List(Box::new(Type::Json))
                } else if let Some(component) = below.of_component.filter(|_| !schema.properties.is_empty()) {
                    if self.unnamed.insert(component) {
                        self.share(&below.name, text::record(schema, &below.what), schema);
                    }
                    Type::Record(below.name.clone())
                } else if !schema.properties.is_empty() {
                    let name = self.scope.claim(&below.name);
                    let docs = text::record(schema, &below.what);
                    let record = self.record(name.clone(), docs, &schema.properties, nested);
                    nested.push(record);
                    Type::Record(name)
                } else if let Some(values) = schema.additional.as_deref() {
                    Type::Map(Box::new(self.type_of(values, &below.one("a value"), nested)))
                } else {
                    Type::Json
                }
            }
        }
    }

    /// Returns the type of a component. One with properties is a type of its own, which operations share.
    fn component(&mut self, reference: &'a str, below: &Below<'a>, nested: &mut Vec<Record>) -> Type {
        let name = reference.trim_start_matches("#/components/schemas/");
        let Some(schema) = self.product.components.get(name) else { return Type::Json };
        let rust = self.components[name].clone();
        if schema.properties.is_empty() {
            // One that comes back to itself over lists and maps alone has no end: what it holds from there on has no type.
            if self.open.contains(&name) {
                return Type::Json;
            }
            self.open.push(name);
            let own = &Below { what: docs::code(&rust), name: rust, of_component: Some(name) };
            let of = self.type_of(schema, if self.reaches(name, name) { own } else { below }, nested);
            self.open.pop();
            return of;
        }
        if !self.shared.iter().any(|record| record.name == rust) {
            self.share(&rust, text::record(schema, &docs::code(&rust)), schema);
        }
        if self.reaches(name, name) { Type::Recursive(rust) } else { Type::Record(rust) }
    }

    /// Lowers an object to a type that operations share.
    fn share(&mut self, name: &str, docs: String, schema: &'a Schema) {
        // It stands in the list before its fields are known, so that one that holds itself is lowered once.
        let (name, fields) = (name.to_owned(), Vec::new());
        self.shared.push(Record { name: name.clone(), docs: docs.clone(), fields, readable: true });
        let mut records = Vec::new();
        let (unwraps, open) = (std::mem::take(&mut self.unwraps), std::mem::take(&mut self.open));
        let record = self.record(name.clone(), docs, &schema.properties, &mut records);
        self.shared.retain(|record| record.name != name);
        self.shared.push(record);
        self.shared.append(&mut records);
        (self.unwraps, self.open) = (unwraps, open);
    }

    /// Returns whether a component holds another, or itself, however deep.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            let Some(schema) = self.product.components.get(name) else { continue };
            let mut found = Vec::new();
            references(schema, &mut found);
            if found.contains(&to) {
                return true;
            }
            open.extend(found.into_iter().filter(|name| seen.insert(*name)));
        }
        false
    }
}

/// Appends the names of the components that a schema refers to.
fn references<'a>(schema: &'a Schema, found: &mut Vec<&'a str>) {
    found.extend(schema.reference.as_deref().map(|name| name.trim_start_matches("#/components/schemas/")));
    for child in schema.properties.values().chain(schema.items.as_deref()).chain(schema.additional.as_deref()) {
        references(child, found);
    }
}

/// Returns the facts about what is sent that its row states. Those of a list or a map are asked of its elements as well.
fn limits(schema: &Schema, of: &Type) -> Vec<Fact> {
    let mut facts = Vec::new();
    let element = match of {
        Type::List(_) => schema.items.as_deref(),
        Type::Map(_) => schema.additional.as_deref(),
        _ => Some(schema),
    };
    let inner = match of {
        Type::List(inner) | Type::Map(inner) => inner,
        of => of,
    };
    if let Some(element) = element {
        match inner {
            Type::I32 | Type::I64 | Type::F64 => numbers(&mut facts, element),
            Type::Text => texts(&mut facts, element),
            Type::Named(name) => facts.push(Fact::Named(name.clone())),
            _ => {}
        }
    }
    let Limits { min_items, max_items, .. } = schema.limits;
    if matches!(of, Type::List(_)) && (min_items.is_some() || max_items.is_some()) {
        facts.push(Fact::Items(min_items.unwrap_or(0), max_items.unwrap_or(usize::MAX)));
    }
    facts
}

fn numbers(facts: &mut Vec<Fact>, schema: &Schema) {
    let Limits { minimum, maximum, excluded, .. } = schema.limits;
    match (minimum, maximum, excluded) {
        (Some(least), Some(most), (false, false)) => facts.push(Fact::Range(least, most)),
        (least, most, (above, below)) => {
            facts.extend(least.map(if above { Fact::MoreThan } else { Fact::AtLeast }));
            facts.extend(most.map(if below { Fact::LessThan } else { Fact::AtMost }));
        }
    }
    let known: Option<Vec<i64>> = distinct(&schema.allowed).map(|value| value.parse().ok()).collect();
    facts.extend(known.filter(|known| !known.is_empty()).map(Fact::OneOfNumbers));
}

fn texts(facts: &mut Vec<Fact>, schema: &Schema) {
    facts.extend(match (schema.limits.min_length, schema.limits.max_length) {
        (None, Some(most)) => Some(Fact::Longest(most)),
        (None, None) => None,
        (least, most) => Some(Fact::Length(least.unwrap_or(0), most.unwrap_or(usize::MAX))),
    });
    facts.extend(schema.limits.pattern.clone().map(Fact::Pattern));
    if !schema.allowed.is_empty() {
        facts.push(Fact::OneOf(distinct(&schema.allowed).cloned().collect()));
    }
}

/// Returns each of the values once, in their order.
fn distinct(values: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = BTreeSet::new();
    values.iter().filter(move |value| seen.insert(*value))
}
