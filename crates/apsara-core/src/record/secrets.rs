//! Taking out of a text what a request holds that must not be seen.

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
