//! What is wrong with a request, all of it, before anything is sent. No value is echoed.

use super::meta::{Known, Meta};
use super::value::{AnyRecord, View};
use crate::error::Violation;

/// Returns every violation for which a request is refused, by wire name.
pub(crate) fn validate(record: &dyn AnyRecord) -> Vec<Violation> {
    let mut found = Found { violations: Vec::new(), warnings: None };
    found.walk(record, "");
    found.violations
}

/// Returns every violation of a request: those of [`validate`], then those that are only warnings.
pub(crate) fn check(record: &dyn AnyRecord) -> Vec<Violation> {
    let mut found = Found { violations: Vec::new(), warnings: Some(Vec::new()) };
    found.walk(record, "");
    found.violations.into_iter().chain(found.warnings.into_iter().flatten()).collect()
}

struct Found {
    violations: Vec<Violation>,
    /// None if nobody asked for them.
    warnings: Option<Vec<Violation>>,
}

impl Found {
    fn walk(&mut self, record: &dyn AnyRecord, prefix: &str) {
        for index in 0..record.count() {
            let meta = record.meta(index);
            if !meta.again {
                let view = record.get(index).view();
                match prefix {
                    "" => self.field(meta, meta.name, &view),
                    _ => self.field(meta, &format!("{prefix}{}", meta.name), &view),
                }
            }
        }
    }

    fn field(&mut self, meta: &Meta<'_>, name: &str, view: &View<'_>) {
        match view {
            View::Absent if meta.required => self.refuse(name, "is required".to_owned()),
            view if meta.required && (view.is_nothing() || view.is_empty_text()) => {
                self.refuse(name, "is required and must not be empty".to_owned());
            }
            View::Absent | View::Str("") => {}
            View::List(list) => {
                let (least, most) = meta.items;
                let count = list.count();
                if count > 0 && count < least {
                    self.refuse(name, format!("must have at least {least} elements, has {count}"));
                } else if count > most {
                    self.refuse(name, format!("must have at most {most} elements, has {count}"));
                }
                self.value(meta, name, view);
            }
            _ => self.value(meta, name, view),
        }
    }

    /// Asks what is asked of a value wherever it stands: in a field, a list or a map.
    fn value(&mut self, meta: &Meta<'_>, name: &str, view: &View<'_>) {
        match view {
            View::Str(text) => self.text(meta, name, text),
            View::Int(value) => {
                // Every limit in a spec is far below 2^53, so the comparison is exact where it matters.
                #[allow(clippy::cast_precision_loss)]
                self.range(meta, name, *value as f64);
                if let Known::Numbers(known) = meta.known
                    && !known.contains(value)
                {
                    self.warn(name, known);
                }
            }
            View::Float(value) if !value.is_finite() => self.refuse(name, "must be a finite number".to_owned()),
            View::Float(value) => self.range(meta, name, *value),
            View::List(list) => {
                for index in 0..list.count() {
                    self.value(meta, &format!("{name}[{}]", index + 1), &list.at(index));
                }
            }
            // The keys of a map are the caller's, so they are as sensitive as its values.
            View::Map(map) => map.each(&mut |key, value| {
                let key = if meta.sensitive { "*" } else { key };
                self.value(meta, &format!("{name}.{key}"), &value);
            }),
            View::Record(record) => self.walk(*record, &format!("{name}.")),
            View::Absent | View::Bool(_) | View::Bytes(_) | View::Json(_) => {}
        }
    }

    fn text(&mut self, meta: &Meta<'_>, name: &str, text: &str) {
        let (least, most) = meta.length;
        // Where any length will do, nothing is counted.
        let count = if meta.length == (0, usize::MAX) { 0 } else { text.chars().count() };
        // How long a secret is, is a part of it.
        let has = || if meta.sensitive { String::new() } else { format!(", has {count}") };
        if count < least {
            self.refuse(name, format!("must have at least {least} characters{}", has()));
        } else if count > most {
            self.refuse(name, format!("must have at most {most} characters{}", has()));
        }
        if let Some(pattern) = meta.pattern
            && !pattern.is_found_in(text)
        {
            self.refuse(name, format!("must match `{}`", pattern.expression()));
        }
        match meta.known {
            _ if self.warnings.is_none() => {}
            Known::Texts(known) if !known.contains(&text) => self.warn(name, known),
            Known::Described(known) if !known.iter().any(|it| it == text) => self.warn(name, known),
            Known::Named(known) if !known().contains(&text) => self.warn(name, &known()),
            _ => {}
        }
    }

    fn range(&mut self, meta: &Meta<'_>, name: &str, value: f64) {
        let (above, below) = meta.excluded;
        let too_little = meta.least.is_some_and(|least| value < least || above && value == least);
        let too_much = meta.most.is_some_and(|most| value > most || below && value == most);
        if !too_little && !too_much {
            return;
        }
        let rule = match (meta.least, meta.most) {
            (Some(least), Some(most)) if !above && !below => format!("from {least} to {most}"),
            (least, most) => {
                let least = least.map(|it| format!("{} {it}", if above { "more than" } else { "at least" }));
                let most = most.map(|it| format!("{} {it}", if below { "less than" } else { "at most" }));
                least.into_iter().chain(most).collect::<Vec<_>>().join(" and ")
            }
        };
        self.refuse(name, format!("must be {rule}"));
    }

    fn refuse(&mut self, name: &str, rule: String) {
        self.violations.push(Violation::new(name, rule));
    }

    fn warn(&mut self, name: &str, known: &[impl ToString]) {
        const SHOWN: usize = 12;
        let Some(warnings) = &mut self.warnings else { return };
        let shown: Vec<String> = known.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = known.len().checked_sub(SHOWN).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let rule = format!("is none of the documented values {}{more}", shown.join(", "));
        warnings.push(Violation::warning(name, rule));
    }
}
