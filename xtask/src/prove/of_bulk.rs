//! The facts that are broken, one by one: of bulk runs, their journals, and what is concluded about a call.

use super::Break;

const BULK: &str = "apsara-bulk";
const PREDICATE: &str = "apsara-predicate";
const CODEGEN: &str = "apsara-codegen";

const READ: &str = "crates/apsara-bulk/src/journal/read.rs";
const CALLS: &str = "crates/apsara-bulk/src/run/calls.rs";
const RUN: &str = "crates/apsara-bulk/src/run/mod.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a call goes out before its record is on the disk",
        file: CALLS,
        old: "if !durable.await {",
        new: "drop(durable);\n            if false {",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "a call without a result is made again",
        file: RUN,
        old: "State::Due | State::Ended(Fate::NotExecuted) => true,",
        new: "State::Due | State::Called | State::Ended(Fate::NotExecuted) => true,",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "what was rejected is made again unless somebody forbids it",
        file: RUN,
        old: "State::Ended(Fate::Rejected) => options.retry_rejected,",
        new: "State::Ended(Fate::Rejected) => !options.retry_rejected,",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "a run that is drained makes further calls",
        file: CALLS,
        old: "is_read |= why != Ended::Complete || is_failed.is_some();",
        new: "is_read |= is_failed.is_some();",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "a run that has nothing under way does not end when it is drained",
        file: CALLS,
        old: "if is_read && made.is_empty() {",
        new: "if is_read && made.is_empty() && (ended > 0 || why == Ended::Complete) {",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "the client token of a call is another one when it is made again",
        file: CALLS,
        old: "json!(format!(\"{}-{line}\", self.run))",
        new: "json!(format!(\"{}-{line}-{}\", self.run, journal::now()))",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "somebody is asked about a call that is on its way still",
        file: "crates/apsara-bulk/src/run/questions.rs",
        old: "sleep(options.settle.saturating_sub(since))",
        new: "sleep(options.settle.saturating_sub(options.settle + since))",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "a record whose checksum is wrong is taken for true",
        file: "crates/apsara-bulk/src/journal/record.rs",
        old: "!= crc32fast::hash(json) {",
        new: "!= crc32fast::hash(json) && json.is_empty() {",
        package: BULK,
        target: "lib",
    },
    Break {
        lie: "a damaged last record is taken for one that was cut",
        file: READ,
        old: "if !is_nothing && (is_whole || only_end_is_wrong) {",
        new: "if !is_nothing && only_end_is_wrong {",
        package: BULK,
        target: "lib",
    },
    Break {
        lie: "damage in the middle of a journal is its end",
        file: READ,
        old: "if !is_last {\n        return Found::DamagedInside;",
        new: "if !is_last {\n        return Found::Cut;",
        package: BULK,
        target: "lib",
    },
    Break {
        lie: "two runs write one journal",
        file: "crates/apsara-bulk/src/journal/mod.rs",
        old: "lock(&file, path)?;\n    let replay",
        new: "let replay",
        package: BULK,
        target: "lib",
    },
    Break {
        lie: "another input goes on with the run",
        file: "crates/apsara-bulk/src/journal/mod.rs",
        old: "found.input != wanted.input {",
        new: "found.input.len() > 99 {",
        package: BULK,
        target: "runs",
    },
    Break {
        lie: "a comparison with what is not there is false",
        file: "crates/apsara-predicate/src/evaluate.rs",
        old: "None => is_known = false,",
        new: "None => is_known &= !decisive,",
        package: PREDICATE,
        target: "predicates",
    },
    Break {
        lie: "an overlay may ask by an operation that changes something",
        file: "codegen/src/reconcile.rs",
        old: "if theirs.repeat.unwrap_or_else(|| Repeat::derived(asked)) != Repeat::Safe {",
        new: "if theirs.repeat.unwrap_or_else(|| Repeat::derived(asked)) == Repeat::WithToken {",
        package: CODEGEN,
        target: "refusals",
    },
    Break {
        lie: "an overlay may compare what has no common type",
        file: "codegen/src/reconcile.rs",
        old: "&& left != right\n",
        new: "&& left != right && left.is_empty()\n",
        package: CODEGEN,
        target: "refusals",
    },
];
