//! The facts that are broken, one by one: of input of any kind.

use super::Break;

const FUZZ: &str = "apsara-fuzz";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "only the first line of a description is a comment",
        file: "codegen/src/emit/written.rs",
        old: "    for line in crate::docs::for_comment(docs).lines() {",
        new: "    for line in [docs] {",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a control character of a description stands in a comment",
        file: "codegen/src/docs.rs",
        old: "    let is_unfit = |letter: char| (letter.is_control() && letter != '\\n') || turns(letter);",
        new: "    let is_unfit = |letter: char| turns(letter);",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a published name may be a number, which is no name of what is generated",
        file: "codegen/src/json.rs",
        old: "            Some(other) => _ = self.refuse::<()>(key, other, \"a text\", \"write \\\"…\\\"\"),",
        new: "            Some(other) => _ = self.trifle::<()>(key, other, \"a text\", \"write \\\"…\\\"\"),",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "an answer that is no success is one all the same",
        file: "crates/apsara-core/src/call/exchange/once.rs",
        old: "        if parts.status.is_success() || (self.redirects",
        new: "        if !parts.status.is_server_error() || (self.redirects",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "profiles may lead to each other in a circle",
        file: "crates/apsara-core/src/credentials/profile/cli.rs",
        old: "        if above.contains(&entry.name) {",
        new: "        if above.contains(&\"\") {",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a number in somebody else's profile is written as another",
        file: "crates/apsara-cli/src/configure/json.rs",
        old: "            _ => IgnoredAny::deserialize(&mut reader).map(|_| Self::Plain(raw.to_owned())),",
        new: "            _ => IgnoredAny::deserialize(&mut reader).map(|_| Self::Text(raw.get().to_owned())),",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a percent sign at the end of a query is taken for a whole escape",
        file: "crates/apsara-emulator/src/request.rs",
        old: "        .all(|(at, _)| raw.get(at + 1..at + 3).is_some_and(",
        new: "        .all(|(at, _)| Some(&raw[at + 1..at + 3]).is_some_and(",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a journal of more lines than memory has bytes is read",
        file: "crates/apsara-bulk/src/journal/read.rs",
        old: "if header.last > MOST_LINES => {",
        new: "if header.last > u64::MAX - MOST_LINES && MOST_LINES == 0 => {",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a record that was being written counts as one that is damaged",
        file: "crates/apsara-bulk/src/journal/read.rs",
        old: "if !is_nothing && (is_whole || only_end_is_wrong) { Found::DamagedLast }",
        new: "if !is_nothing || only_end_is_wrong { Found::DamagedLast }",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "a command line is refused by an exit code that no document has",
        file: "crates/apsara-cli/src/exit.rs",
        old: "    Usage = 2,",
        new: "    Usage = 20,",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "the explorer answers whoever does not know its token",
        file: "crates/apsara-explorer/src/guard.rs",
        old: "        if is_api && !knows() {",
        new: "        if is_api && !knows() && headers.len() > 100 {",
        package: FUZZ,
        target: "corpus",
    },
    Break {
        lie: "the explorer answers by any name that leads to it",
        file: "crates/apsara-explorer/src/guard.rs",
        old: "        if !self.is_own(host) || uri.authority()",
        new: "        if host.is_empty() || uri.authority()",
        package: FUZZ,
        target: "corpus",
    },
];
