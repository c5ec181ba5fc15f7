//! `Debug` for every record, with nothing in it that must not be seen.

use std::fmt;

use super::json::written;
use super::secrets::{text_without_named, without_named};
use super::value::{AnyRecord, View};
use crate::sensitive::{REDACTED, is_sensitive_name, redact_urls};

/// Prints the fields that hold something, by their wire names: sensitive ones as `[redacted]`, URLs without what may be
/// secret in them.
///
/// # Errors
///
/// Fails when the formatter does.
pub fn debug(record: &dyn AnyRecord, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let path = record.type_path();
    let mut out = f.debug_struct(path.rsplit_once("::").map_or(path, |(_, name)| name));
    for index in 0..record.count() {
        let meta = record.meta(index);
        match record.get(index).view() {
            view if view.is_nothing() || meta.again => {}
            _ if meta.sensitive => {
                out.field(meta.name, &format_args!("{REDACTED}"));
            }
            view => {
                out.field(meta.name, &Shown(view));
            }
        }
    }
    out.finish_non_exhaustive()
}

struct Shown<'a>(View<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            View::Absent => f.write_str("None"),
            View::Bool(value) => value.fmt(f),
            View::Int(value) => value.fmt(f),
            View::Float(value) => value.fmt(f),
            View::Str(value) => {
                let inner = text_without_named(value);
                fmt::Debug::fmt(&redact_urls(inner.as_deref().unwrap_or(value)), f)
            }
            View::Bytes(value) => write!(f, "[{} bytes]", value.len()),
            View::Json(json) => f.write_str(&redact_urls(&written(&without_named(json)))),
            View::List(list) => f.debug_list().entries((0..list.count()).map(|i| Shown(list.at(i)))).finish(),
            View::Map(map) => {
                let mut out = f.debug_map();
                map.each(&mut |key, value| {
                    match is_sensitive_name(key) {
                        true => out.entry(&key, &format_args!("{REDACTED}")),
                        false => out.entry(&key, &Shown(value)),
                    };
                });
                out.finish()
            }
            View::Record(record) => debug(*record, f),
        }
    }
}
