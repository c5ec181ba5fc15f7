//! What a decoder says when it cannot go on; no value is echoed.

use serde::de;

use crate::record::value::{AnyRecord, Slot};

/// Puts the name of a field in front of what went wrong inside of it: `TaskList[3].TaskStatus: expected …`.
pub(super) fn at<E: de::Error>(error: &E, name: &str) -> E {
    let text = error.to_string();
    let inside = text.split_once(": ").is_some_and(|(head, _)| !head.contains(' '));
    let joint = match inside {
        false => ": ",
        true if text.starts_with('[') => "",
        true => ".",
    };
    E::custom(format_args!("{name}{joint}{text}"))
}

pub(super) fn expected(slot: &Slot<'_>) -> &'static str {
    match slot {
        Slot::Bool(_) => "a boolean",
        Slot::I32(_) => "a 32-bit integer",
        Slot::I64(_) => "a 64-bit integer",
        Slot::F64(..) => "a number",
        Slot::Str(_) | Slot::Named(_) => "a text",
        Slot::Bytes(..) => "Base64",
        Slot::Json(_) => "JSON",
        Slot::List(_) => "a list",
        Slot::Map(_) | Slot::Record(_) => "an object",
    }
}

pub(super) fn mismatch<E: de::Error>(slot: &Slot<'_>, found: &str) -> E {
    E::custom(format_args!("expected {}, found {found}", expected(slot)))
}

pub(super) fn out_of_range<E: de::Error>(what: &str) -> E {
    E::custom(format_args!("expected {what}, found a number beyond its range"))
}

/// Says that there is no field of a name, and which one may have been meant.
pub(super) fn unknown_name(record: &dyn AnyRecord, key: &str) -> String {
    let names: Vec<&str> = (0..record.count()).map(|index| record.meta(index).name).collect();
    match closest(&names, key) {
        Some(name) => format!("unknown name `{key}`, did you mean `{name}`?"),
        _ if names.is_empty() => format!("unknown name `{key}`, there is none to give here"),
        _ => format!("unknown name `{key}`, expected one of `{}`", names.join("`, `")),
    }
}

/// Returns the name that was probably meant, if one is near.
pub(crate) fn closest<'a>(names: &[&'a str], key: &str) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &key.to_lowercase());
    let (distance, name) = names.iter().map(|name| (distance(name), *name)).min()?;
    (distance <= name.len().max(3) / 3).then_some(name)
}
