//! The facts that are broken, one by one: what random calls found, and that their verdicts would tell.

use super::Break;

const CORE: &str = "apsara-core";
const TESTS: &str = "apsara-tests";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a parameter of two dots leads to another path",
        file: "crates/apsara-core/src/record/encode/mod.rs",
        old: "any(|part| part == \".\" || part == \"..\")",
        new: "any(|part| part == \".\")",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "two parameters give one name on the wire",
        file: "crates/apsara-core/src/call/prepare.rs",
        old: "find(|pairs| pairs[0].0 == pairs[1].0)",
        new: "find(|pairs| pairs[0] == pairs[1])",
        package: CORE,
        target: "untyped",
    },
    Break {
        lie: "any text that stands for a boolean may differ from the official one",
        file: "tests/src/bin/differential/compare.rs",
        old: "lower.contains(&(theirs, ours)) && holds(&given.value, &Value::is_boolean)",
        new: "lower.contains(&(theirs, ours))",
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "a text that is encoded otherwise passes for the same",
        file: "tests/src/bin/differential/compare.rs",
        old: "if let Some(odd) = ours.split(['&', '=']).find(|text| encoded(&decoded(text)) != **text) {",
        new: "if let Some(odd) = ours.split(['&', '=']).find(|text| decoded(text).is_empty() != text.is_empty()) {",
        package: TESTS,
        target: "bins",
    },
];
