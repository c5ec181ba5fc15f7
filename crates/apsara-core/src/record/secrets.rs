//! Taking out of a text what a request holds that must not be seen.

#[cfg(feature = "testing")]
use std::collections::BTreeSet;

use super::json::written;
#[cfg(feature = "testing")]
use super::value::Slot;
use super::value::{AnyRecord, View};
use crate::sensitive::{REDACTED, is_sensitive_name, secret_parts};

/// The shortest value that is looked for: a shorter one stands in many texts by chance.
const SHORTEST: usize = 4;

/// The shortest part of an address that is looked for: most are names, such as `live`.
const SHORTEST_PART: usize = 8;

/// Returns a text without the sensitive values of a request, where it holds one: the cloud repeats what it does not like.
pub(crate) fn without_sensitive(text: &str, record: &dyn AnyRecord) -> Option<String> {
    let mut hidden = Vec::new();
    of_record(record, false, &mut |value| hide(text, value, &mut hidden));
    without(text, &hidden)
}

/// Returns a text without some values, where it holds one.
pub(crate) fn without_values<'a>(text: &str, values: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut hidden = Vec::new();
    values.into_iter().for_each(|value| hide(text, value, &mut hidden));
    without(text, &hidden)
}

/// Marks the bytes of a text at which a value stands. Where one value begins or ends by another, no rest of it is left so.
fn hide(text: &str, value: &str, hidden: &mut Vec<bool>) {
    if value.len() < SHORTEST {
        return;
    }
    // A value may overlap itself, as `aaaa` does in `aaaaaa`.
    let first = value.chars().next().map_or(1, char::len_utf8);
    let mut begin = 0;
    while let Some(at) = text[begin..].find(value).map(|place| begin + place) {
        hidden.resize(text.len(), false);
        hidden[at..at + value.len()].fill(true);
        begin = at + first;
    }
}

/// Returns a text without what is marked, where something is.
fn without(text: &str, hidden: &[bool]) -> Option<String> {
    if hidden.is_empty() {
        return None;
    }
    let mut out = String::new();
    for (at, letter) in text.char_indices() {
        if !hidden[at] {
            out.push(letter);
        } else if at == 0 || !hidden[at - 1] {
            out.push_str(REDACTED);
        }
    }
    Some(out)
}

/// Replaces in JSON what stands under a name that says that it is secret.
pub(crate) fn without_named(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;

    match value {
        Value::Array(items) => items.iter().map(without_named).collect(),
        Value::Object(entries) => {
            let one = |(name, value): (&String, &Value)| {
                let value = if is_sensitive_name(name) { REDACTED.into() } else { without_named(value) };
                (name.clone(), value)
            };
            entries.iter().map(one).collect()
        }
        Value::String(text) => text_without_named(text).map_or_else(|| value.clone(), Value::from),
        other => other.clone(),
    }
}

fn of_record(record: &dyn AnyRecord, sensitive: bool, visit: &mut dyn FnMut(&str)) {
    for index in 0..record.count() {
        of_view(&record.get(index).view(), sensitive || record.meta(index).sensitive, visit);
    }
}

fn of_view(view: &View<'_>, sensitive: bool, visit: &mut dyn FnMut(&str)) {
    match view {
        View::Str(value) if sensitive => visit(value),
        View::Str(value) => of_text(value, visit),
        View::List(list) => (0..list.count()).for_each(|index| of_view(&list.at(index), sensitive, visit)),
        View::Map(map) => map.each(&mut |key, value| of_view(&value, sensitive || is_sensitive_name(key), visit)),
        View::Record(record) => of_record(*record, sensitive, visit),
        View::Json(value) => of_json(value, sensitive, visit),
        _ => {}
    }
}

fn of_json(value: &serde_json::Value, sensitive: bool, visit: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(text) if sensitive => visit(text),
        serde_json::Value::String(text) => of_text(text, visit),
        serde_json::Value::Array(items) => items.iter().for_each(|item| of_json(item, sensitive, visit)),
        serde_json::Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| of_json(value, sensitive || is_sensitive_name(name), visit));
        }
        _ => {}
    }
}

/// Returns a text without what stands in its JSON under a name that says that it is secret, where there is such.
pub(crate) fn text_without_named(text: &str) -> Option<String> {
    let json = in_text(text)?;
    let shown = without_named(&json);
    (shown != json).then(|| written(&shown))
}

/// Reads an object or a list that stands in a text, as many parameters have it.
pub(crate) fn in_text(text: &str) -> Option<serde_json::Value> {
    text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_slice(text.as_bytes()).ok()).flatten()
}

fn of_text(text: &str, visit: &mut dyn FnMut(&str)) {
    of_address(text, visit);
    if let Some(json) = in_text(text) {
        of_json(&json, false, visit);
    }
}

/// An address is shown without what may be a key, so that this must not stand in a text alone either.
fn of_address(text: &str, visit: &mut dyn FnMut(&str)) {
    secret_parts(text, &mut |part| {
        if part.len() >= SHORTEST_PART {
            visit(part);
        }
    });
}

/// Collects the names of all sensitive fields of a record that holds nothing, at any depth. It fills the record.
#[cfg(feature = "testing")]
pub(crate) fn sensitive_names(record: &mut dyn AnyRecord, names: &mut BTreeSet<String>) {
    names_of_record(record, DEEPEST, names);
}

/// Collects the names of the sensitive fields of a request by what it holds.
#[cfg(feature = "testing")]
pub(crate) fn sensitive_names_held(record: &dyn AnyRecord, names: &mut BTreeSet<String>) {
    for index in 0..record.count() {
        let meta = record.meta(index);
        if meta.sensitive {
            names.insert(meta.name.to_string());
        }
        names_of_view(&record.get(index).view(), names);
    }
}

#[cfg(feature = "testing")]
fn names_of_view(view: &View<'_>, names: &mut BTreeSet<String>) {
    match view {
        View::Record(record) => sensitive_names_held(*record, names),
        View::List(list) => (0..list.count()).for_each(|index| names_of_view(&list.at(index), names)),
        View::Map(map) => map.each(&mut |_, value| names_of_view(&value, names)),
        _ => {}
    }
}

/// How deep fields are looked for: a type may hold itself.
#[cfg(feature = "testing")]
const DEEPEST: usize = 12;

#[cfg(feature = "testing")]
fn names_of_record(record: &mut dyn AnyRecord, depth: usize, names: &mut BTreeSet<String>) {
    for index in 0..record.count() {
        let meta = record.meta(index);
        if meta.sensitive {
            names.insert(meta.name.to_string());
        }
        names_of_slot(record.get_mut(index).slot(), depth, names);
    }
}

#[cfg(feature = "testing")]
fn names_of_slot(slot: Slot<'_>, depth: usize, names: &mut BTreeSet<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match slot {
        Slot::Record(record) => names_of_record(record, depth, names),
        Slot::List(list) => names_of_slot(list.push().slot(), depth, names),
        Slot::Map(map) => names_of_slot(map.entry(String::new()).slot(), depth, names),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn of_a_value_that_begins_or_ends_by_another_no_rest_is_left() {
        let text = "é stream1234 and stream12, new-pass1 and pass1.";
        let shown = "é [redacted] and [redacted], [redacted] and [redacted].";
        for values in
            [["stream12", "stream1234", "pass1", "new-pass1"], ["new-pass1", "pass1", "stream1234", "stream12"]]
        {
            assert_eq!(without_values(text, values).as_deref(), Some(shown));
        }
        assert_eq!(without_values("one-two-three", ["one-two", "two-three"]).as_deref(), Some("[redacted]"));
        assert_eq!(
            without_values("abcabcabc and ééééé", ["abcabc", "éé"]).as_deref(),
            Some("[redacted] and [redacted]")
        );
        assert_eq!(without_values(text, ["and", "none"]), None);
    }
}
