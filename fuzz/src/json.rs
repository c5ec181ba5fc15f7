//! Changes of JSON that leave it JSON.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Texts that mean something to one reader or another.
pub(crate) const AWKWARD: [&str; 25] = [
    "",
    " ",
    "\r",
    "*/",
    "/*",
    "\"#",
    "\"",
    "\\",
    "\n",
    "]",
    "//!",
    "#![allow(x)]",
    "}",
    "{0}",
    "r#type",
    "self",
    "0",
    "-1",
    "ä",
    "名",
    "\u{202e}",
    "\u{0}",
    "$ref",
    "#/components/schemas/Node",
    "../..",
];

/// Finds values in a text: where each begins and ends.
pub(crate) fn values(text: &[u8]) -> Vec<(usize, usize, Value)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let begins = (at == 0 || text[at - 1] == b'\n' || text[at - 1] == b'+') && b"{[".contains(&text[at]);
        if begins {
            let mut stream = serde_json::Deserializer::from_slice(&text[at..]).into_iter::<Value>();
            if let Some(Ok(value)) = stream.next() {
                let end = at + stream.byte_offset();
                found.push((at, end, value));
                at = end;
                continue;
            }
        }
        at += 1;
    }
    found
}

/// Changes one place of a value, with another value to take from.
pub(crate) fn change(value: &mut Value, other: &Value, words: &[&str], rng: &mut Rng) {
    let mut left = rng.usize(..count(value));
    let mut from = rng.usize(..count(other));
    let taken = find(other, &mut from).cloned().unwrap_or_default();
    visit(value, &mut left, &mut |place| change_here(place, &taken, words, rng));
}

fn change_here(place: &mut Value, taken: &Value, words: &[&str], rng: &mut Rng) {
    let word = |rng: &mut Rng| {
        let words: Vec<&str> = AWKWARD.iter().chain(words).copied().collect();
        words.get(rng.usize(..words.len())).copied().unwrap_or_default().to_owned()
    };
    match (rng.u8(..10), &mut *place) {
        (0..=2, Value::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(rng.usize(..fields.len())).cloned().unwrap_or_default();
            let value = fields.remove(&key).unwrap_or_default();
            match rng.u8(..3) {
                0 => {}
                1 => _ = fields.insert(word(rng), value),
                _ => {
                    fields.insert(format!("{key}{}", word(rng)), value.clone());
                    fields.insert(key, value);
                }
            }
        }
        (0..=2, Value::Array(items)) if !items.is_empty() => {
            let at = rng.usize(..items.len());
            if rng.bool() {
                items.remove(at);
            } else {
                items.push(items[at].clone());
            }
        }
        (0..=4, Value::String(text)) => {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            text.insert_str(ends[rng.usize(..ends.len())], &word(rng));
        }
        (0..=4, Value::Object(fields)) => _ = fields.insert(word(rng), taken.clone()),
        (0..=3, Value::Number(_)) => {
            let numbers =
                [json!(0), json!(-1), json!(i64::MAX), json!(u64::MAX), json!(1e300), json!(0.5), json!(1_000_000)];
            *place = numbers[rng.usize(..numbers.len())].clone();
        }
        (5, _) => *place = Value::Array(vec![place.take()]),
        (6, _) => *place = Value::Object(Map::from_iter([(word(rng), place.take())])),
        (7, _) => *place = json!(word(rng)),
        (8, _) => *place = [Value::Null, json!(true), json!(1), json!({}), json!([])][rng.usize(..5)].clone(),
        _ => taken.clone_into(place),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

fn find<'v>(value: &'v Value, left: &mut usize) -> Option<&'v Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter().find_map(|item| find(item, left)),
        Value::Object(fields) => fields.values().find_map(|field| find(field, left)),
        _ => None,
    }
}

fn visit(value: &mut Value, left: &mut usize, change: &mut dyn FnMut(&mut Value)) -> bool {
    if *left == 0 {
        change(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| visit(item, left, change)),
        Value::Object(fields) => fields.values_mut().any(|field| visit(field, left, change)),
        _ => false,
    }
}
