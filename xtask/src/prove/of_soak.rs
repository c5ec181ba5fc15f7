//! The facts that are broken, one by one: what random calls found, and that their verdicts would tell.

use super::Break;

const CORE: &str = "apsara-core";
const TESTS: &str = "apsara-tests";

const MODEL: &str = "tests/src/bin/chaos/soak/model.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a parameter of two dots leads to another path",
        file: "crates/apsara-core/src/record/encode/path.rs",
        old: "any(|part| part == \".\" || part == \"..\")",
        new: "any(|part| part == \".\")",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a parameter that the path has no place for is left out",
        file: "crates/apsara-core/src/record/encode/path.rs",
        old: "if !path.contains(&whole) && !path.contains(&part) {",
        new: "if path.is_empty() {",
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
    Break {
        lie: "what is unsafe may be executed twice if its process was killed",
        file: MODEL,
        old: "Call::Unsafe => executions > 1,",
        new: "Call::Unsafe => executions > 1 && !call.told.is_empty(),",
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "a token is lost with a crash that came long after",
        file: MODEL,
        old: "kept > 1 || emulators.len() != executions",
        new: "emulators.len() != executions",
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "what was told executed need not be",
        file: MODEL,
        old: r#""succeeded" | "executed" if executions == 0 =>"#,
        new: r#""succeeded" if executions == 0 =>"#,
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "what was told rejected may be executed",
        file: MODEL,
        old: r#""rejected" | "not_sent" if executions > 0 =>"#,
        new: r#""not_sent" if executions > 0 =>"#,
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "a call may be lost",
        file: MODEL,
        old: "if call.begun != 1 {",
        new: "if call.begun > 1 {",
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "an emulator may have what no call made",
        file: MODEL,
        old: "filter(|number| self.kinds.get(*number).copied() == kind && kind.is_some())",
        new: "filter(|_| kind.is_some())",
        package: TESTS,
        target: "bins",
    },
    Break {
        lie: "a call is unknown for no reason",
        file: MODEL,
        old: r#""unknown" if !call.dark && call.requests == *attempts && !is_hurried =>"#,
        new: r#""unknown" if !call.dark && call.requests == *attempts && *is_hurried =>"#,
        package: TESTS,
        target: "bins",
    },
];
