//! A request whose table is a description's: what the encoder, the validation and `Debug` walk in the place of a generated type.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::description::Description;
use super::parameter::{Kind, Parameter};
use crate::record::{AnyRecord, List, Map, Meta, Slot, Value, View};

/// The tables of a description.
pub(super) struct Tables<'d> {
    request: Table<'d>,
    objects: HashMap<&'d str, Table<'d>>,
}

/// The rows of a request or of an object.
struct Table<'d> {
    name: &'d str,
    /// Each with the field that it is of: a field that travels in two places has two rows.
    rows: Vec<(Meta<'d>, usize)>,
    fields: Vec<&'d Parameter>,
}

/// A request or an object, with what its fields hold.
pub(super) struct Record<'d> {
    table: &'d Table<'d>,
    fields: Vec<Held<'d>>,
}

/// What a field, an element or an entry holds.
pub(super) struct Held<'d> {
    tables: &'d Tables<'d>,
    kind: &'d Kind,
    content: Content<'d>,
}

enum Content<'d> {
    Nothing,
    Bool(bool),
    Int32(i32),
    Int64(i64),
    Number(f64),
    Text(String),
    Bytes(Vec<u8>),
    Json(Json),
    List(Items<'d>),
    Map(Entries<'d>),
    Object(Record<'d>),
}

struct Items<'d> {
    tables: &'d Tables<'d>,
    kind: &'d Kind,
    items: Vec<Held<'d>>,
}

struct Entries<'d> {
    tables: &'d Tables<'d>,
    kind: &'d Kind,
    entries: BTreeMap<String, Held<'d>>,
}

impl<'d> Tables<'d> {
    pub(super) fn new(description: &'d Description) -> Self {
        let objects = description.objects.iter().map(|(name, fields)| (name.as_str(), Table::new(name, fields)));
        Self { request: Table::new(&description.facts.name, &description.parameters), objects: objects.collect() }
    }

    /// Returns a request that holds nothing yet.
    pub(super) fn request(&'d self) -> Record<'d> {
        Record::new(self, &self.request)
    }
}

impl<'d> Table<'d> {
    fn new(name: &'d str, fields: &'d [Parameter]) -> Self {
        let rows = |(field, parameter): (usize, &'d Parameter)| {
            let again = parameter.again.iter().map(|location| parameter.meta_again(*location));
            std::iter::once(parameter.meta()).chain(again).map(move |meta| (meta, field)).collect::<Vec<_>>()
        };
        Self { name, rows: fields.iter().enumerate().flat_map(rows).collect(), fields: fields.iter().collect() }
    }
}

impl<'d> Record<'d> {
    fn new(tables: &'d Tables<'d>, table: &'d Table<'d>) -> Self {
        let fields = table.fields.iter().map(|parameter| Held::new(tables, &parameter.kind)).collect();
        Self { table, fields }
    }

    /// Returns the field of a name.
    pub(super) fn field(&mut self, name: &str) -> Option<&mut Held<'d>> {
        let index = self.table.fields.iter().position(|parameter| parameter.name == name)?;
        self.fields.get_mut(index)
    }

    /// Returns the names of all fields.
    pub(super) fn names(&self) -> Vec<&'d str> {
        self.table.fields.iter().map(|parameter| parameter.name.as_str()).collect()
    }
}

impl AnyRecord for Record<'_> {
    fn type_path(&self) -> &str {
        self.table.name
    }

    fn count(&self) -> usize {
        self.table.rows.len()
    }

    fn meta(&self, index: usize) -> &Meta<'_> {
        &self.table.rows[index].0
    }

    fn get(&self, index: usize) -> &dyn Value {
        &self.fields[self.table.rows[index].1]
    }

    fn get_mut(&mut self, index: usize) -> &mut dyn Value {
        &mut self.fields[self.table.rows[index].1]
    }
}

impl<'d> Held<'d> {
    fn new(tables: &'d Tables<'d>, kind: &'d Kind) -> Self {
        let mut held = Self { tables, kind, content: Content::Nothing };
        held.clear();
        held
    }

    /// Makes it hold bytes, which JSON cannot.
    pub(super) fn set_bytes(&mut self, bytes: Vec<u8>) {
        self.content = Content::Bytes(bytes);
    }

    /// Returns what it holds once something is set.
    fn empty(&self) -> Content<'d> {
        let tables = self.tables;
        match self.kind {
            Kind::Bool => Content::Bool(false),
            Kind::Int32 => Content::Int32(0),
            Kind::Int64 => Content::Int64(0),
            Kind::Number => Content::Number(0.0),
            Kind::Text => Content::Text(String::new()),
            Kind::Bytes => Content::Bytes(Vec::new()),
            Kind::Json => Content::Json(Json::Null),
            Kind::List(kind) => Content::List(Items { tables, kind, items: Vec::new() }),
            Kind::Map(kind) => Content::Map(Entries { tables, kind, entries: BTreeMap::new() }),
            Kind::Object(name) => match tables.objects.get(name.as_str()) {
                Some(table) => Content::Object(Record::new(tables, table)),
                // An object of which no fields are described is any JSON.
                None => Content::Json(Json::Null),
            },
        }
    }
}

impl Value for Held<'_> {
    fn view(&self) -> View<'_> {
        match &self.content {
            Content::Nothing => View::Absent,
            Content::Bool(value) => View::Bool(*value),
            Content::Int32(value) => View::Int(i64::from(*value)),
            Content::Int64(value) => View::Int(*value),
            Content::Number(value) => View::Float(*value),
            Content::Text(value) => View::Str(value),
            Content::Bytes(value) => View::Bytes(value),
            Content::Json(value) => View::Json(value),
            Content::List(value) => View::List(value),
            Content::Map(value) => View::Map(value),
            Content::Object(value) => View::Record(value),
        }
    }

    fn slot(&mut self) -> Slot<'_> {
        if let Content::Nothing = self.content {
            self.content = self.empty();
        }
        match &mut self.content {
            Content::Nothing => unreachable!("there is content for every kind"),
            Content::Bool(value) => Slot::Bool(value),
            Content::Int32(value) => Slot::I32(value),
            Content::Int64(value) => Slot::I64(value),
            Content::Number(value) => Slot::number(value),
            Content::Text(value) => Slot::Str(value),
            Content::Bytes(value) => Slot::bytes(value),
            Content::Json(value) => Slot::Json(value),
            Content::List(value) => Slot::List(value),
            Content::Map(value) => Slot::Map(value),
            Content::Object(value) => Slot::Record(value),
        }
    }

    fn clear(&mut self) {
        // As in generated types, an empty list or map stands for none.
        self.content = match self.kind {
            Kind::List(_) | Kind::Map(_) => self.empty(),
            _ => Content::Nothing,
        };
    }
}

impl List for Items<'_> {
    fn count(&self) -> usize {
        self.items.len()
    }

    fn at(&self, index: usize) -> View<'_> {
        self.items[index].view()
    }

    fn push(&mut self) -> &mut dyn Value {
        self.items.push(Held::new(self.tables, self.kind));
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    fn pop(&mut self) {
        self.items.pop();
    }

    fn empty(&mut self) {
        self.items.clear();
    }
}

impl Map for Entries<'_> {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, View<'a>)) {
        for (key, value) in &self.entries {
            visit(key, value.view());
        }
    }

    fn entry(&mut self, key: String) -> &mut dyn Value {
        self.entries.entry(key).or_insert_with(|| Held::new(self.tables, self.kind))
    }

    fn empty(&mut self) {
        self.entries.clear();
    }
}
