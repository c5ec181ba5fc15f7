//! Release notes: what changed for callers, operation by operation, in the words of the documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Change, Class, Surface};

/// The classes from the one that matters most, each with its heading.
const CLASSES: [(Class, &str); 3] =
    [(Class::Breaking, "Breaking changes"), (Class::Minor, "Additions and changes"), (Class::Patch, "Fixes")];

/// What is said of many operations is said once.
const TOGETHER: [(&str, &str, &str); 3] = [
    ("the operation", "is gone", "operations are gone"),
    ("the operation", "is new", "new operations"),
    ("", "has other documentation", "other documentation of"),
];

/// How many operations are named in one line; of more, the number is told.
const MOST: usize = 12;

/// Writes changes as Markdown, those that break code first; nothing if there are none. Headings are of the third level.
#[must_use]
pub fn markdown(changes: &[Change]) -> String {
    let mut text = String::new();
    for (class, heading) in CLASSES {
        let of_class: Vec<&Change> = changes.iter().filter(|change| change.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "### {heading}\n");
        for line in lines(&of_class) {
            let _ = writeln!(text, "- {line}");
        }
    }
    text
}

/// Returns changes as JSON: an object for each, with `class`, `product`, `version`, `operation`, `subject`, `what` and the Rust `path`.
#[must_use]
pub fn changes_json(changes: &[Change]) -> Value {
    let one = |change: &Change| {
        json!({
            "class": change.class.to_string(),
            "product": change.product(),
            "version": change.version(),
            "operation": change.operation(),
            "subject": change.subject(),
            "what": change.what(),
            "path": change.path(),
        })
    };
    changes.iter().map(one).collect()
}

impl Surface {
    /// Says in Markdown what there is to call, where nothing was released before.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut operations: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for item in self.items.values() {
            let of_version = operations.entry((&item.about.product, &item.about.version)).or_default();
            of_version.extend(item.about.operation.as_deref());
        }
        let mut text = String::new();
        for ((product, version), names) in operations.into_iter().filter(|(_, names)| !names.is_empty()) {
            let _ = writeln!(text, "- `{product}` {version}: {} operations", names.len());
        }
        text
    }
}

/// Writes a line for what is said of many operations, and one for every other change.
fn lines(changes: &[&Change]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<&Change> = changes.to_vec();
    for (subject, what, words) in TOGETHER {
        let is_meant = |change: &&Change| {
            change.what == what && change.operation().is_some() && (subject.is_empty() || change.subject() == subject)
        };
        let mut by_version: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for change in rest.iter().copied().filter(is_meant) {
            by_version.entry((change.product(), change.version())).or_default().extend(change.operation());
        }
        rest.retain(|change| !is_meant(change));
        for ((product, version), names) in by_version {
            lines.push(format!("`{product}` {version}: {words} {}", listed(&names)));
        }
    }
    for change in rest {
        let whose = match (change.version(), change.operation()) {
            ("", _) => format!("`{}`", change.product()),
            (version, None) => format!("`{}` {version}", change.product()),
            (version, Some(operation)) => format!("`{}` {version} `{operation}`", change.product()),
        };
        lines.push(format!("{whose}: {} {}", change.subject(), change.what()));
    }
    lines
}

fn listed(names: &BTreeSet<&str>) -> String {
    let named = names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
