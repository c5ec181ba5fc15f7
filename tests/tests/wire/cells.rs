//! The kinds of parameters that documents have, and the operations that have them all.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::sample;

/// A kind of parameter: where it travels, how it is written, what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    place: &'static str,
    style: &'static str,
    kind: &'static str,
}

/// One operation, with a value for each of its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) version: &'static str,
    pub(crate) package: &'static str,
    pub(crate) operation: String,
    pub(crate) given: Vec<Given>,
}

/// A parameter with its value.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) cell: Cell,
    pub(crate) required: bool,
    pub(crate) value: Value,
}

/// The cells that no installed SDK has, and why.
pub(crate) const OUT_OF_REACH: [(Cell, &str); 1] = [(
    Cell { place: "header", style: "-", kind: "map" },
    "the official SDK of OSS cannot sign the headers that `x-oss-meta-*` stands for, and sends nothing",
)];

const PLACES: [&str; 6] = ["body", "formData", "header", "host", "path", "query"];
const STYLES: [&str; 7] = ["-", "flat", "json", "repeatList", "simple", "struct", "xml"];
const KINDS: [&str; 18] = [
    "any",
    "any object",
    "array",
    "array of any",
    "array of any object",
    "array of array",
    "array of boolean",
    "array of integer",
    "array of map",
    "array of number",
    "array of object",
    "array of string",
    "binary",
    "boolean",
    "integer",
    "map",
    "number",
    "object",
];

impl Cell {
    fn of(parameter: &Value, document: &Value) -> Option<Self> {
        let find = |list: &[&'static str], word: &str| list.iter().copied().find(|known| *known == word);
        let place = find(&PLACES, parameter["in"].as_str()?)?;
        let kind = kind(&parameter["schema"], document);
        let kind = find(&KINDS, &kind).unwrap_or("string");
        // A style says how lists and objects are written, and nothing about others.
        let compound = kind.starts_with("a") || kind == "map" || kind == "object";
        let style =
            parameter["style"].as_str().filter(|_| compound).and_then(|style| find(&STYLES, style)).unwrap_or("-");
        Some(Self { place, style, kind })
    }

    pub(crate) fn place(&self) -> &'static str {
        self.place
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.place, self.style, self.kind)
    }
}

impl Call {
    /// Returns whether it is of the same operation.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.version == other.version && self.operation == other.operation
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell> {
        self.given.iter().map(|given| given.cell)
    }
}

/// Names what a schema holds.
fn kind(schema: &Value, document: &Value) -> String {
    let schema = sample::resolved(schema, document);
    let has = |key: &str| schema[key].as_object().is_some_and(|entries| !entries.is_empty());
    match schema["type"].as_str() {
        Some("string") if matches!(schema["format"].as_str(), Some("binary")) => "binary".to_owned(),
        Some("array") => match kind(&schema["items"], document) {
            inner if inner.starts_with("array") => "array of array".to_owned(),
            inner => format!("array of {inner}"),
        },
        Some("object") | None if has("properties") => "object".to_owned(),
        Some("object") if has("additionalProperties") => "map".to_owned(),
        Some("object") => "any object".to_owned(),
        Some(scalar) => scalar.to_owned(),
        None => "any".to_owned(),
    }
}

/// Returns the cells of every parameter of a document.
pub(crate) fn of_document(document: &Value) -> BTreeSet<Cell> {
    let apis = document["apis"].as_object().unwrap().values();
    let parameters = apis.flat_map(|api| api["parameters"].as_array().into_iter().flatten());
    parameters.filter_map(|parameter| Cell::of(parameter, document)).collect()
}

/// Returns a call of every operation of a document, with a value for each parameter.
pub(crate) fn calls(version: &'static str, package: &'static str, document: &Value) -> Vec<Call> {
    let apis = document["apis"].as_object().unwrap();
    let mut calls = Vec::new();
    for (operation, api) in apis {
        let mut given: Vec<Given> = Vec::new();
        for parameter in api["parameters"].as_array().into_iter().flatten() {
            let (Some(name), Some(cell)) = (parameter["name"].as_str(), Cell::of(parameter, document)) else {
                continue;
            };
            // The official SDK of OSS leaves out the root of its XML, which OSS wants; other products' XML is compared.
            if cell.style == "xml" && package == "alibabacloud_oss20190517" {
                continue;
            }
            // One that is listed twice is one.
            if given.iter().any(|it| it.name == name) || OUT_OF_REACH.iter().any(|(out, _)| *out == cell) {
                continue;
            }
            let required = parameter["schema"]["required"] == true || cell.place == "path";
            let whole = cell.place == "path" && api["path"].as_str().is_some_and(|path| path.contains('*'));
            let value = if whole { "/a/b-1".into() } else { sample::value(&parameter["schema"], document, cell.place) };
            given.push(Given { name: name.to_owned(), cell, required, value });
        }
        calls.push(Call { version, package, operation: operation.clone(), given });
    }
    calls
}

/// Chooses operations, as few as a greedy choice finds, that have all cells between them.
pub(crate) fn cover(calls: &[Call]) -> Vec<Call> {
    let mut open: BTreeSet<Cell> = calls.iter().flat_map(Call::cells).collect();
    let mut chosen = Vec::new();
    while !open.is_empty() {
        let gain = |call: &Call| call.cells().filter(|cell| open.contains(cell)).collect::<BTreeSet<_>>().len();
        // Of those that add as much, the one with the fewest parameters; the order of the documents decides the rest.
        let best = calls.iter().max_by_key(|call| (gain(call), std::cmp::Reverse(call.given.len()))).unwrap();
        best.cells().for_each(|cell| {
            open.remove(&cell);
        });
        chosen.push(best.clone());
    }
    chosen
}
