//! The facts that are broken, one by one: of the generator, of importing, of the specs as data.

use super::Break;

const CODEGEN: &str = "apsara-codegen";
const SPECS: &str = "apsara-specs";
const XTASK: &str = "xtask";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "the name of a client token is enough to repeat a call",
        file: "codegen/src/facts.rs",
        old: "match (reads(api), api.client_token) {",
        new: "match (reads(api), api.parameters.iter().any(|it| it.name == \"ClientToken\")) {",
        package: CODEGEN,
        target: "lib",
    },
    Break {
        lie: "a sentence that denies idempotence promises it",
        file: "xtask/src/import/prose.rs",
        old: " && !denies\n",
        new: " && (denies || !denies)\n",
        package: XTASK,
        target: "bins",
    },
    Break {
        lie: "what the tags call a read may be repeated, whatever its name",
        file: "codegen/src/facts.rs",
        old: "tagged && typed && only_reads_by_name(&api.name)",
        new: "tagged && typed",
        package: CODEGEN,
        target: "lib",
    },
    Break {
        lie: "an overlay's entry may change nothing",
        file: "codegen/src/overlay.rs",
        old: "if ours.repeat == Some(Repeat::derived(api)) {",
        new: "if ours.repeat.is_some() && ours.repeat != Some(Repeat::derived(api)) {",
        package: CODEGEN,
        target: "refusals",
    },
    Break {
        lie: "of two entries of the same name in a file of ours, the last is read in silence",
        file: "codegen/src/load.rs",
        old: "if is_ours(file, &value) {",
        new: "if !is_ours(file, &value) {",
        package: CODEGEN,
        target: "refusals",
    },
    Break {
        lie: "a required parameter is optional",
        file: "codegen/src/lower/operation.rs",
        old: "if same.iter().any(|it| it.schema.required)",
        new: "if !same.iter().any(|it| it.schema.required)",
        package: CODEGEN,
        target: "generate",
    },
    Break {
        lie: "what was written by hand is removed",
        file: "codegen/src/write.rs",
        old: "text.starts_with(HEADER) && !keep(path)",
        new: "!text.is_empty() && !keep(path)",
        package: CODEGEN,
        target: "write",
    },
    Break {
        lie: "a required parameter that only a sentence names is optional",
        file: "codegen/src/spec.rs",
        old: "Some(parameter) => parameter.schema.required = true,",
        new: "Some(_) => {}",
        package: CODEGEN,
        target: "generate",
    },
    Break {
        lie: "what holds a refused component is generated",
        file: "codegen/src/leave_out.rs",
        old: "            if components.contains(name) {\n                return true;",
        new: "            if components.contains(name) {\n                return false;",
        package: CODEGEN,
        target: "repairs",
    },
    Break {
        lie: "the id of a request is a number where the documents call it one",
        file: "codegen/src/lower/operation.rs",
        old: "Some(field) => (field.of, field.always) = (Type::Text, true),",
        new: "Some(field) => field.always = field.of == Type::Text,",
        package: CODEGEN,
        target: "repairs",
    },
    Break {
        lie: "a list that an object holds alone is an object",
        file: "codegen/src/pages/answer.rs",
        old: "(is_list && is_object && alone)",
        new: "(is_list && is_object && alone && name.is_empty())",
        package: CODEGEN,
        target: "generate",
    },
    Break {
        lie: "facts alone take the portal's sentences along",
        file: "xtask/src/import/facts.rs",
        old: "        (Take::FactsOnly, None) => {}",
        new: "        (Take::FactsOnly, None) => copy(out, from, key),",
        package: XTASK,
        target: "bins",
    },
    Break {
        lie: "a quota per minute is one per second",
        file: "xtask/src/import/prose.rs",
        old: "(60, [\"per minute\", \"/minute\", \"次/分钟\"])",
        new: "(1, [\"per minute\", \"/minute\", \"次/分钟\"])",
        package: XTASK,
        target: "bins",
    },
    Break {
        lie: "an entry of the data begins a byte late",
        file: "crates/apsara-specs/src/lib.rs",
        old: "(4 + length + number(&at[0]), number(&at[1]))",
        new: "(5 + length + number(&at[0]), number(&at[1]))",
        package: SPECS,
        target: "lib",
    },
];
