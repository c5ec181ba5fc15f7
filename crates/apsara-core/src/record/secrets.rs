//! Taking out of a text what a request holds that must not be seen.

#[cfg(feature = "testing")]
use std::collections::BTreeSet;

#[cfg(feature = "testing")]
use super::value::Slot;
use super::value::{AnyRecord, View};
use crate::sensitive::REDACTED;

/// The shortest value that is looked for: a shorter one stands in many texts by chance.
const SHORTEST: usize = 4;

/// Returns a text without the sensitive values of a request, where it holds one: the cloud repeats what it does not like.
pub(crate) fn without_sensitive(text: &str, record: &dyn AnyRecord) -> Option<String> {
    let mut found = None;
    of_record(record, false, &mut |value| {
        let seen = found.as_deref().unwrap_or(text);
        if value.len() >= SHORTEST && seen.contains(value) {
            found = Some(seen.replace(value, REDACTED));
        }
    });
    found
}

fn of_record(record: &dyn AnyRecord, sensitive: bool, visit: &mut dyn FnMut(&str)) {
    for index in 0..record.count() {
        of_view(&record.get(index).view(), sensitive || record.meta(index).sensitive, visit);
    }
}

fn of_view(view: &View<'_>, sensitive: bool, visit: &mut dyn FnMut(&str)) {
    match view {
        View::Str(value) if sensitive => visit(value),
        View::List(list) => (0..list.count()).for_each(|index| of_view(&list.at(index), sensitive, visit)),
        View::Map(map) => map.each(&mut |_, value| of_view(&value, sensitive, visit)),
        View::Record(record) => of_record(*record, sensitive, visit),
        View::Json(value) if sensitive => of_json(value, visit),
        _ => {}
    }
}

fn of_json(value: &serde_json::Value, visit: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => visit(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| of_json(item, visit)),
        serde_json::Value::Object(entries) => entries.values().for_each(|value| of_json(value, visit)),
        _ => {}
    }
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
