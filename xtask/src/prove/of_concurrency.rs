//! Breaks of what only shows when tasks run in an order that nobody thought of.

use super::Break;

const CACHE: &str = "crates/apsara-core/src/credentials/cache.rs";
const LANE: &str = "crates/apsara-core/src/pacing/lane.rs";
const PACKAGE: &str = "apsara-concurrency";
const ORDERS: &str = "orders";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "the next refresh may begin before it is noted how the last one ended",
        file: CACHE,
        old: "            cache.keep(issued);\n            drop(turn);",
        new: "            drop(turn);\n            cache.keep(issued);",
        package: PACKAGE,
        target: ORDERS,
    },
    Break {
        lie: "whoever waited for a refresh makes another one",
        file: CACHE,
        old: "        if self.state().ended != ended {\n            drop(turn);",
        new: "        if self.state().ended < ended {\n            drop(turn);",
        package: PACKAGE,
        target: ORDERS,
    },
    Break {
        lie: "a call that is dropped while it waits is counted as waiting for ever",
        file: LANE,
        old: "self.count.fetch_sub(1, Ordering::Relaxed);",
        new: "self.count.fetch_sub(0, Ordering::Relaxed);",
        package: PACKAGE,
        target: ORDERS,
    },
    Break {
        lie: "a call that wakes after its deadline takes a grant",
        file: LANE,
        old: "                    if now > deadline {\n",
        new: "                    if now > deadline + LONGEST_CLOSURE {\n",
        package: "apsara-core",
        target: "lib",
    },
];
