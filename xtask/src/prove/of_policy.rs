//! The facts that are broken, one by one: of the policies that are written for what is called.

use super::Break;

const POLICY: &str = "apsara-policy";
const TESTS: &str = "apsara-tests";

const WRITER: &str = "crates/apsara-policy/src/policy.rs";
const FILL: &str = "crates/apsara-policy/src/fill.rs";
const VISIT: &str = "crates/apsara-policy/src/source/visit.rs";

/// Breaks what the proof in the emulator's strict mode tells.
const fn proven(lie: &'static str, file: &'static str, old: &'static str, new: &'static str) -> Break {
    Break { lie, file, old, new, package: TESTS, target: "policy" }
}

/// Breaks what units tell.
const fn unit(lie: &'static str, file: &'static str, old: &'static str, new: &'static str) -> Break {
    Break { lie, file, old, new, package: POLICY, target: "lib" }
}

pub(super) const BREAKS: &[Break] = &[
    proven(
        "policy: what an operation needs beside its own action is not allowed",
        WRITER,
        "for action in &used.ram.actions {",
        "for action in used.ram.actions.iter().filter(|action| !action.is_dependent) {",
    ),
    proven(
        "policy: every action is allowed for everything",
        WRITER,
        "self.resources.extend(filled.names);",
        "self.resources.insert(ANYTHING.to_owned());",
    ),
    proven(
        "policy: only the first resource of an action is allowed",
        WRITER,
        "in action.resources.iter().zip(&crowded) {",
        "in action.resources.iter().zip(&crowded).take(1) {",
    ),
    proven(
        "policy: no condition is written",
        WRITER,
        ".filter(|(_, (calls, _))| *calls == self.calls);",
        ".filter(|_| false);",
    ),
    unit(
        "policy: a condition stands though a call lacks its key",
        WRITER,
        ".filter(|(_, (calls, _))| *calls == self.calls);",
        ".filter(|(_, (calls, _))| *calls > 0);",
    ),
    unit(
        "policy: a resource that another one covers is listed as well",
        WRITER,
        "wide != one && all.contains(wide)",
        "wide != one && all.contains(wide) && false",
    ),
    unit(
        "policy: a star has no reason",
        WRITER,
        "                    self.why.insert(why(used, action));\n",
        "                    let _ = why(used, action);\n",
    ),
    proven(
        "policy: an ARN in a parameter says nothing of its account",
        FILL,
        "said.owner = Some(owner.to_owned())",
        "said.owner = Some(\"1\".to_owned())",
    ),
    proven(
        "policy: one of a list of resources is enough",
        FILL,
        "said.values.retain(|value| !value.is_empty());",
        "said.values.truncate(1);",
    ),
    proven(
        "policy: a trace holds every parameter",
        FILL,
        "    found.sort_unstable();\n",
        "    found.extend(names.clone());\n    found.sort_unstable();\n",
    ),
    proven(
        "policy: the emulator's trace holds every parameter",
        "crates/apsara-emulator/src/gateway/authorize.rs",
        "names.contains(name) ||",
        "true || names.contains(name) ||",
    ),
    proven(
        "policy: a request that is read from a file is no call",
        VISIT,
        "self.calls.found.extend(requests.into_iter().map(Found::of));",
        "let _ = requests;",
    ),
    unit(
        "policy: a name that is not written is passed over in silence",
        VISIT,
        "_ => self.unseen(span, \"the operation's name is not written here, so it is not allowed\".to_owned()),",
        "_ => {}",
    ),
    unit(
        "policy: a name is of one product though it is bound to something else as well",
        "crates/apsara-policy/src/source/clients.rs",
        ".filter(|_| !self.open.contains(name))",
        ".filter(|_| !name.is_empty())",
    ),
    unit(
        "policy: a name is of one product though a macro binds it to something else",
        "crates/apsara-policy/src/source/macros.rs",
        "found.push(Piece::Bound(last.to_string()));",
        "let _ = Piece::Bound(last.to_string());",
    ),
    unit(
        "policy: a method that the product of its client lacks is passed over",
        VISIT,
        "let is_elsewhere = found.is_empty();",
        "let is_elsewhere = found.is_empty() && meant.is_none();",
    ),
    unit(
        "policy: an operation is the same in every version of a trace",
        "crates/apsara-policy/src/trace.rs",
        "used.version == version && ",
        "",
    ),
    unit(
        "policy: what is for tests counts as called",
        "crates/apsara-policy/src/source/files.rs",
        "list.path.is_ident(\"cfg\") && list.tokens.to_string() == \"test\"",
        "list.path.is_ident(\"cfg\") && list.tokens.to_string() == \"tests\"",
    ),
    unit(
        "policy: what tests have a fake of is not called",
        "crates/apsara-policy/src/source/files.rs",
        "tests.retain(|path| !built.contains(path));",
        "tests.retain(|path| !built.contains(path) || true);",
    ),
    unit(
        "policy: a method that is named by its path is not called",
        VISIT,
        "self.function(method, product.filter(|_| name == \"Client\"));",
        "let _ = (method, product.filter(|_| name == \"Client\"));",
    ),
    Break {
        lie: "an observer sees what is sensitive",
        file: "crates/apsara-core/src/observe/parameters.rs",
        old: ".filter(|index| !self.0.meta(*index).sensitive)",
        new: ".filter(|_| true)",
        package: "apsara-core",
        target: "retry",
    },
    unit(
        "policy: a line of a trace is joined to the half of one",
        "crates/apsara-policy/src/lines.rs",
        "self.in_a_line = true;",
        "self.in_a_line = false;",
    ),
];
