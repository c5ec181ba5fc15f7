//! Lines and columns of an answer.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

/// Holds items as lines, with a column for everything that any of them has.
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    pub(super) cells: Vec<Vec<String>>,
}

impl Rows {
    /// Flattens items: what is in an object in an item has the column `Object.Field`.
    pub(super) fn of(items: &[&Value]) -> Self {
        let flat: Vec<Vec<(String, String)>> = items.iter().map(|item| flatten(item)).collect();
        let known: BTreeSet<&String> = flat.iter().flatten().map(|(name, _)| name).collect();
        let mut columns: Vec<String> = known.into_iter().cloned().collect();
        columns.sort_by_key(|name| rank(name));
        let line = |fields: &Vec<(String, String)>| {
            let find = |column: &String| fields.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
            columns.iter().map(|column| find(column).unwrap_or_default()).collect()
        };
        let cells = flat.iter().map(line).collect();
        Self { columns, cells }
    }
}

/// Says where a column stands: what an item is called comes first, also where that is in an object of it, then its state, then the
/// rest, what is in objects last.
fn rank(name: &str) -> (usize, usize, String) {
    let depth = name.matches('.').count();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.to_lowercase().ends_with(ending));
    let kind = match depth {
        0 if ends(&["id"]) => 0,
        0 | 1 if ends(&["name"]) => 1,
        0 if ends(&["status", "state"]) => 2,
        depth => 3 + depth,
    };
    (kind, depth, name.to_owned())
}

/// Returns the fields of an object with those of the objects in it.
pub(super) fn flatten(value: &Value) -> Vec<(String, String)> {
    fn push(out: &mut Vec<(String, String)>, path: &str, value: &Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    push(out, &path, value);
                }
            }
            value => out.push((path.to_owned(), cell(value))),
        }
    }
    let mut out = Vec::new();
    push(&mut out, "", value);
    out
}

/// Writes a value that has one cell: texts as they are, nothing for null, lists of plain values with commas, the rest as JSON.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.iter().any(|item| item.is_object() || item.is_array()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// Finds the list of objects that an answer is about, at any depth: the one that is least deep; its path is empty if the answer
/// is the list itself.
pub(super) fn main_list(value: &Value) -> Option<(String, &Vec<Value>)> {
    let mut left = VecDeque::from([(String::new(), value)]);
    while let Some((path, value)) = left.pop_front() {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => return Some((path, items)),
            Value::Object(fields) => {
                let below = |name: &String| if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                left.extend(fields.iter().map(|(name, value)| (below(name), value)));
            }
            _ => {}
        }
    }
    None
}
