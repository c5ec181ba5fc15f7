//! The facts that are broken, one by one: of the explorer.

use super::Break;

const EXPLORER: &str = "apsara-explorer";

const GUARD: &str = "crates/apsara-explorer/src/guard.rs";
const SEND: &str = "crates/apsara-explorer/src/send.rs";
const SECRETS: &str = "crates/apsara-catalog/src/secrets.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a page may give this address a name of its own",
        file: GUARD,
        old: "if !self.is_own(host) ||",
        new: "if host.is_empty() ||",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "a page of another origin is answered",
        file: GUARD,
        old: "if origin != Some(host) {",
        new: "if origin.is_none() && host.is_empty() {",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "a page of another site is answered",
        file: GUARD,
        old: "if !is_own && !is_link {",
        new: "if !is_own && !is_link && host.is_empty() {",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "whoever has no token is answered",
        file: GUARD,
        old: "if is_api && !knows() {",
        new: "if is_api && headers.contains_key(TOKEN) && !knows() {",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "any token is the token",
        file: "crates/apsara-explorer/src/token.rs",
        old: "own.len() == given.len() && own",
        new: "!given.is_empty() || own",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "what interrupts is sent without a question",
        file: SEND,
        old: "&& asked[\"confirmed\"] != true {",
        new: "&& asked[\"confirmed\"] != true && name == \"cloud\" {",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "what interrupts in the cloud is sent without a question",
        file: SEND,
        old: "&& asked[\"confirmed\"] != true {",
        new: "&& asked[\"confirmed\"] != true && name == \"emulator\" {",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "what breaks a rule is sent",
        file: SEND,
        old: "if manner.checked && violations",
        new: "if !manner.checked && violations",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "an answer's private key reaches the page",
        file: SECRETS,
        old: "_ if secret => {\n                *value = REDACTED.into();",
        new: "_ if secret && known.len() > 9 => {\n                *value = REDACTED.into();",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "a push key comes back in an answer",
        file: SECRETS,
        old: "known.iter().fold(redact_urls(text), |text, secret|",
        new: "known.iter().fold(text.clone(), |text, secret|",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "a page may run scripts of others",
        file: "crates/apsara-explorer/src/routes.rs",
        old: "default-src 'none'; script-src 'self';",
        new: "default-src 'none'; script-src 'self' 'unsafe-inline';",
        package: EXPLORER,
        target: "page",
    },
    Break {
        lie: "a sensitive parameter stands in a permalink",
        file: "crates/apsara-explorer/assets/permalink.js",
        old: "if (field ? field.sensitive : SENSITIVE.test(name)) {",
        new: "if (!field && SENSITIVE.test(name)) {",
        package: "apsara-tests",
        target: "explorer",
    },
    Break {
        lie: "the page says yes to a question by itself",
        file: "crates/apsara-explorer/assets/send.js",
        old: "if (!await confirmInterrupt(",
        new: "if (false && !await confirmInterrupt(",
        package: "apsara-tests",
        target: "explorer",
    },
    Break {
        lie: "a call whose answer broke off was not sent",
        file: "crates/apsara-explorer/assets/api.js",
        old: "throw new Lost('The answer of the explorer broke off.');",
        new: "return undefined;",
        package: "apsara-tests",
        target: "explorer",
    },
    Break {
        lie: "rows of a list keep their numbers when one before them is removed",
        file: "crates/apsara-explorer/assets/groups.js",
        old: "1); number(); show();",
        new: "1); show();",
        package: "apsara-tests",
        target: "explorer",
    },
];
