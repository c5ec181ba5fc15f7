//! What is wrong with a request, all of it, before anything is sent.

use super::field::Meta;
use super::value::{AnyRecord, View};
use crate::error::Violation;

/// Returns every violation of a request, by wire name; no value is echoed.
pub(crate) fn validate(record: &dyn AnyRecord) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(record, "", &mut found);
    found
}

fn walk(record: &dyn AnyRecord, prefix: &str, found: &mut Vec<Violation>) {
    for index in 0..record.count() {
        let meta = record.meta(index);
        if meta.again {
            continue;
        }
        let name = format!("{prefix}{}", meta.name);
        check(meta, &name, &record.get(index).view(), found);
    }
}

fn check(meta: &Meta, name: &str, view: &View<'_>, found: &mut Vec<Violation>) {
    let mut refuse = |rule: String| found.push(Violation::new(name, rule));
    match view {
        View::Absent if meta.required => refuse("is required".to_owned()),
        View::Str("") if meta.required => refuse("is required and must not be empty".to_owned()),
        view if view.is_nothing() && meta.required => refuse("is required and must not be empty".to_owned()),
        View::Absent | View::Str("") => {}
        View::Str(text) => {
            let (least, most) = meta.length;
            let count = text.chars().count();
            if count < least {
                refuse(format!("must have at least {least} characters, has {count}"));
            } else if count > most {
                refuse(format!("must have at most {most} characters, has {count}"));
            }
        }
        // Every integer in a spec's range is far below 2^53, so the comparison is exact where it matters.
        #[allow(clippy::cast_precision_loss)]
        View::Int(value) => check_range(meta, *value as f64, &mut refuse),
        View::Float(value) => check_range(meta, *value, &mut refuse),
        View::List(list) => {
            let (least, most) = meta.items;
            let count = list.count();
            if count > 0 && count < least {
                refuse(format!("must have at least {least} elements, has {count}"));
            } else if count > most {
                refuse(format!("must have at most {most} elements, has {count}"));
            }
            for index in 0..count {
                if let View::Record(record) = list.at(index) {
                    walk(record, &format!("{name}[{}].", index + 1), found);
                }
            }
        }
        View::Record(record) => walk(*record, &format!("{name}."), found),
        View::Bool(_) | View::Bytes(_) | View::Json(_) | View::Map(_) => {}
    }
}

fn check_range(meta: &Meta, value: f64, refuse: &mut impl FnMut(String)) {
    match (meta.least, meta.most) {
        (Some(least), Some(most)) if value < least || value > most => {
            refuse(format!("must be from {least} to {most}"));
        }
        (Some(least), None) if value < least => refuse(format!("must be at least {least}")),
        (None, Some(most)) if value > most => refuse(format!("must be at most {most}")),
        _ => {}
    }
}
