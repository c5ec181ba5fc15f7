//! The facts that are broken, one by one: of the terminal.

use super::Break;

const CLI: &str = "apsara-cli";

const FAILED: &str = "crates/apsara-cli/src/call/failed.rs";
const CONFIRM: &str = "crates/apsara-cli/src/call/confirm.rs";
const TERMINAL: &str = "crates/apsara-cli/src/terminal.rs";
const SECRETS: &str = "crates/apsara-catalog/src/secrets.rs";
const PAGES: &str = "crates/apsara-cli/src/call/pages.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "what may have been executed ends as a refusal does",
        file: FAILED,
        old: "() if in_doubt => Exit::Unknown,",
        new: "() if in_doubt => Exit::Rejected,",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "a pipe interrupts a stream without a yes",
        file: CONFIRM,
        old: "!= \"interrupt\" || options.yes {",
        new: "!= \"interrupt\" || options.yes || !std::io::stdin().is_terminal() {",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "an empty answer to a question is a yes",
        file: TERMINAL,
        old: "\"y\" | \"yes\")",
        new: "\"y\" | \"yes\" | \"\")",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "a dry run shows the signature",
        file: SECRETS,
        old: "\"authorization\" => without_signature(value),",
        new: "\"authorization\" => value.to_owned(),",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "all pages are the last page",
        file: PAGES,
        old: "items.extend(page);",
        new: "items = page;",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "a state that is a text is not the number",
        file: "crates/apsara-cli/src/condition.rs",
        old: "Value::String(text) => text.clone(),\n            Value::Number",
        new: "Value::String(text) => format!(\"{text}?\"),\n            Value::Number",
        package: CLI,
        target: "lib",
    },
    Break {
        lie: "a profile that is named yields to the environment",
        file: "crates/apsara-cli/src/options.rs",
        old: "Some(_) if BEFORE.contains(&name) => None,",
        new: "Some(_) if BEFORE.contains(&name) && name.is_empty() => None,",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "a trace that lacks calls is told to nobody",
        file: "crates/apsara-cli/src/call/trace.rs",
        old: "Err(incomplete(lack).with(\"outcome\", \"executed\")),",
        new: "Ok(drop(incomplete(lack))),",
        package: CLI,
        target: "calls",
    },
    Break {
        lie: "what a cloud calls an error steers the terminal",
        file: "crates/apsara-cli/src/failure.rs",
        old: "f.write_str(&harmless(&self.message))?;",
        new: "f.write_str(&self.message)?;",
        package: CLI,
        target: "lib",
    },
    Break {
        lie: "a server ends when nobody reads where it is",
        file: "crates/apsara-cli/src/output/mod.rs",
        old: "error.kind() == io::ErrorKind::BrokenPipe => Ok(()),",
        new: "error.kind() == io::ErrorKind::NotFound => Ok(()),",
        package: CLI,
        target: "emulator",
    },
    Break {
        lie: "a file of profiles is sorted when it is written",
        file: "crates/apsara-cli/src/configure/json.rs",
        old: "            out.push(field);\n        }\n        Ok(Json::Object(out))",
        new: "            out.push(field);\n        }\n        out.sort_by(|(one, _), (other, _): &(String, Json)| one.cmp(other));\n        Ok(Json::Object(out))",
        package: CLI,
        target: "lib",
    },
    Break {
        lie: "items are lost where the last page has no list",
        file: PAGES,
        old: "put(&mut answer, &path",
        new: "put(&mut answer.clone(), &path",
        package: CLI,
        target: "lib",
    },
    Break {
        lie: "what turns text around is shown",
        file: TERMINAL,
        old: "|| matches!(c, ",
        new: "|| c == char::REPLACEMENT_CHARACTER && matches!(c, ",
        package: CLI,
        target: "lib",
    },
    Break {
        lie: "a wait ends when there is no connection for a moment",
        file: "crates/apsara-cli/src/call/wait.rs",
        old: "if error.leaves_open() =>",
        new: "if error.is_throttled() =>",
        package: CLI,
        target: "calls",
    },
];
