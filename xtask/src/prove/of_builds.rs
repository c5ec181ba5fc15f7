//! The facts that are broken, one by one: of build scripts, packages and what a change upstream breaks.

use super::Break;

const CODEGEN: &str = "apsara-codegen";
const TESTS: &str = "apsara-tests";
const XTASK: &str = "xtask";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "types that nobody asked for are generated",
        file: "codegen/src/lower/needed.rs",
        old: "records.retain(|record| needed.contains(&record.name));",
        new: "records.retain(|record| needed.contains(&record.name) || !record.name.is_empty());",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "a type that only a shared type holds is left out",
        file: "codegen/src/lower/needed.rs",
        old: "open.extend(record.fields.iter().filter_map(|field| named(&field.of)));",
        new: "open.extend(record.fields.iter().take(0).filter_map(|field| named(&field.of)));",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "a mistake in an operation that nobody asked for stops the build",
        file: "codegen/src/select.rs",
        old: "Of::Operation(name) => !wanted.contains(&name),",
        new: "Of::Operation(name) => name.is_empty(),",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "a mistake in a component that is asked for is passed over",
        file: "codegen/src/select.rs",
        old: "!asked.iter().any(|(api, _)| reaches(api, &version.product, &component))",
        new: "asked.iter().any(|(api, _)| reaches(api, &version.product, &component))",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "an operation that there is not is passed over",
        file: "codegen/src/select.rs",
        old: "if !known.is_empty() && !refusals.iter().any(told) {",
        new: "if known.is_empty() && !refusals.iter().any(told) {",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "a file that is right is written again",
        file: "codegen/src/write.rs",
        old: "is_ok_and(|there| there == text) { Ok(()) }",
        new: "is_ok_and(|there| there.len() < text.len()) { Ok(()) }",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "every module names the runtime, so that one that is too old is many errors",
        file: "codegen/src/single.rs",
        old: "if line == RUNTIME { \"use super::rt;\" } else { line }",
        new: "if line == RUNTIME { RUNTIME } else { line }",
        package: CODEGEN,
        target: "builder",
    },
    Break {
        lie: "a crate is published before what it needs",
        file: "xtask/src/package.rs",
        old: "package.needs.iter().all(|need| sorted.iter().any(|done| done.name == *need))",
        new: "package.needs.iter().all(|need| *need != package.name)",
        package: XTASK,
        target: "bins",
    },
    Break {
        lie: "a field of another type breaks nothing",
        file: "codegen/src/diff.rs",
        old: "add(Class::Breaking, path, is, format!(\"is {} and was {}\", is.shape, was.shape));",
        new: "add(Class::Minor, path, is, format!(\"is {} and was {}\", is.shape, was.shape));",
        package: TESTS,
        target: "evolution",
    },
    Break {
        lie: "what is no longer required is told as what is newly required",
        file: "codegen/src/diff.rs",
        old: "(if relaxed { Class::Patch } else { now.class }, told(name, before, now))",
        new: "(if relaxed { now.class } else { now.class }, told(name, before, now))",
        package: TESTS,
        target: "evolution",
    },
    Break {
        lie: "a call that may do harm is still said to have wait_until",
        file: "codegen/src/diff/surface.rs",
        old: "if operation.repeat == crate::facts::Repeat::Safe {",
        new: "if operation.repeat != crate::facts::Repeat::WithToken {",
        package: TESTS,
        target: "evolution",
    },
];
