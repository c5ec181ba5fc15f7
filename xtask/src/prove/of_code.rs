//! The facts that are broken, one by one: of the code that is written for calls.

use super::Break;

const CODE: &str = "apsara-code";

const GIVEN: &str = "crates/apsara-code/src/given.rs";
const SHELL: &str = "crates/apsara-code/src/shell.rs";
const APSARA: &str = "crates/apsara-code/src/apsara.rs";
const ALIYUN: &str = "crates/apsara-code/src/aliyun.rs";
const PYTHON: &str = "crates/apsara-code/src/python/mod.rs";
const VALUES: &str = "crates/apsara-code/src/rust/values.rs";
const CURL: &str = "crates/apsara-code/src/curl.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "an address with a push key stands in the code",
        file: GIVEN,
        old: "let is = (secret || holds_secret(text)).then_some(Leaf::Text);",
        new: "let is = secret.then_some(Leaf::Text);",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a field that is secret by its name stands in the code",
        file: GIVEN,
        old: "let secret = secret || field.is_sensitive;",
        new: "let secret = secret && field.is_sensitive;",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a quote ends a word for the shell",
        file: SHELL,
        old: "word.replace('\\'', r\"'\\''\")",
        new: "word",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a text that begins with a sign is the name of a file",
        file: APSARA,
        old: "Some(Word::Text(format!(\"@{text}\")))",
        new: "Some(Word::Text(text.to_owned()))",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a value that begins like an option is one",
        file: ALIYUN,
        old: "text if text.starts_with('-') => Ok(format!(\"--{name}={}\"",
        new: "text if text.starts_with('-') => Ok(format!(\"--{name} {}\"",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a struct is set by the names on the wire",
        file: VALUES,
        old: "lines.push_str(&format!(\"    {name}.{} = {value};\\n\", field.name));",
        new: "lines.push_str(&format!(\"    {name}.{} = {value};\\n\", field.wire));",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a boolean is True in a query",
        file: PYTHON,
        old: "Json::Bool(_) | Json::Number(_) => text(&json.scalar().unwrap_or_default()),",
        new: "Json::Number(_) => text(&json.scalar().unwrap_or_default()),",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a signed command holds the token",
        file: CURL,
        old: "if let Some((scheme, variable)) = token(name, value) {",
        new: "if let Some((scheme, variable)) = token(name, value).filter(|_| name.is_empty()) {",
        package: CODE,
        target: "samples",
    },
    Break {
        lie: "a signed command holds a bearer token",
        file: CURL,
        old: "[(\"x-acs-bearer-token\", BEARER_TOKEN), ",
        new: "[(\"x-acs-bearer\", BEARER_TOKEN), ",
        package: CODE,
        target: "curl",
    },
    Break {
        lie: "the request for a key is kept in the place of the call",
        file: "crates/apsara-code/src/kept.rs",
        old: "(None, Some(transport)) => return transport.send(request),",
        new: "(None, Some(_)) => *self.request.lock().unwrap_or_else(PoisonError::into_inner) = Some(request),",
        package: CODE,
        target: "curl",
    },
    Break {
        lie: "a signed command holds the secrets of parameters",
        file: CURL,
        old: "if let Some(variable) = call.variables.first() {",
        new: "if let Some(variable) = call.variables.get(9) {",
        package: CODE,
        target: "samples",
    },
];
