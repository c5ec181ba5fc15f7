//! The facts that are broken, one by one: of release notes, and of the version that changes ask for.

use super::Break;

/// Breaks what a workspace of its own tells.
const fn told(lie: &'static str, file: &'static str, old: &'static str, new: &'static str) -> Break {
    Break { lie, file, old, new, package: "xtask", target: "release" }
}

pub(super) const BREAKS: &[Break] = &[
    told(
        "release: a version that is too small passes",
        "xtask/src/release/mod.rs",
        "    if version >= least {\n",
        "    if version >= least || class.is_some() {\n",
    ),
    told(
        "release: before 1.0 what breaks asks for no more than what is new",
        "xtask/src/release/version.rs",
        "(Class::Breaking, 0, 1..) | (Class::Minor, 1.., _)",
        "(Class::Minor, 1.., _)",
    ),
    told(
        "release: notes that are not those of the specs pass",
        "xtask/src/release/mod.rs",
        "} else if old != new {",
        "} else if old.len() > new.len() {",
    ),
    told(
        "release: what is written by hand is lost",
        "xtask/src/release/changelog.rs",
        "{above}{notes}{below}{behind}",
        "{above}{notes}{behind}",
    ),
    told(
        "release: a record knows nothing of what changed",
        "codegen/src/diff/stored.rs",
        "json!([within, shape, words, facts]);",
        "json!([within, \"\", words, facts]);",
    ),
    Break {
        lie: "release: a dependent RAM action is no change",
        file: "codegen/src/diff/surface.rs",
        old: "        (\"dependent RAM actions\", Class::Patch, listed(|ram| &ram.dependent_actions)),\n",
        new: "",
        package: "apsara-codegen",
        target: "notes",
    },
];
