//! Breaks of what keeps secrets out of everything that is shown.

use super::Break;

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a token that the cloud repeats is told",
        file: "crates/apsara-core/src/call/exchange/once.rs",
        old: "                error.redact(|message| without_values(message, identity.secrets()));\n",
        new: "                error.redact(|message| without_values(message, identity.secrets().take(0)));\n",
        package: "apsara-core",
        target: "retry",
    },
    Break {
        lie: "a token that a server for keys repeats is told",
        file: "crates/apsara-core/src/credentials/wire.rs",
        old: "Some(without_secrets(message, url, secret))",
        new: "Some(without_secrets(message, url, secret.filter(|_| false)))",
        package: "apsara-core",
        target: "lib",
    },
    Break {
        lie: "a recording holds what keys were asked for with",
        file: "crates/apsara-core/src/testing/record.rs",
        old: "if is_for_keys(&request) {",
        new: "if is_for_keys(&request) && self.more_names.len() > 1000 {",
        package: "apsara-core",
        target: "lib",
    },
    Break {
        lie: "a part of an address that is hidden in it is told alone",
        file: "crates/apsara-core/src/record/secrets.rs",
        old: "if part.len() >= SHORTEST_PART {",
        new: "if part.len() >= SHORTEST_PART * 8 {",
        package: "apsara-core",
        target: "retry",
    },
    Break {
        lie: "a part of a password is told as the name of a parameter",
        file: "crates/apsara-core/src/error/mismatch.rs",
        old: "is_plain && !ours.iter()",
        new: "is_plain || !ours.iter()",
        package: "apsara-core",
        target: "lib",
    },
    Break {
        lie: "a password in JSON is printed",
        file: "crates/apsara-core/src/record/debug.rs",
        old: "written(&without_named(json))",
        new: "written(json).replace(&written(&without_named(json)), \"\")",
        package: "apsara-core",
        target: "records",
    },
    Break {
        lie: "a token that the cloud read in another way is shown",
        file: "crates/apsara-cli/src/sign/hidden.rs",
        old: "names.extend(named.filter(|(name, part)| is_secret(name) ||",
        new: "names.extend(named.filter(|(name, part)| is_secret(name) && name.is_empty() ||",
        package: "apsara-cli",
        target: "lib",
    },
    Break {
        lie: "an event shows the token that it repeats",
        file: "crates/apsara-core/src/streams.rs",
        old: "without_values(redacted.as_deref().unwrap_or(text), secrets).or(redacted)",
        new: "without_values(redacted.as_deref().unwrap_or(text), secrets.take(0)).or(redacted)",
        package: "apsara-core",
        target: "streams",
    },
    Break {
        lie: "an address that the cloud encoded in another way is shown",
        file: "crates/apsara-cli/src/sign/hidden.rs",
        old: "decoded(text).iter().any(|text| redact_urls(text) != *text)",
        new: "redact_urls(text) != text",
        package: "apsara-cli",
        target: "lib",
    },
];
