//! The facts that are broken, one by one: of attempts under way at a time.

use super::Break;

const CORE: &str = "apsara-core";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "as many attempts are under way as there are calls",
        file: "crates/apsara-core/src/call/exchange/ready.rs",
        old: "if waited < LONG && self.permit.is_none() {",
        new: "if waited < LONG && self.permit.is_none() && self.attempts > 99 {",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "a crowd goes out all at once",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "self.young.iter().sum::<usize>() < self.room",
        new: "self.young.iter().sum::<usize>() < self.room * 99",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "calls that hang hold others up for good",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "(self.young, self.left, self.round) = ([0, now], [left, left, left_before], self.round + 1);",
        new: "(self.young, self.left, self.round) = ([before, now], [left, left, left_before], self.round + 1);",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "there is never more room",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "self.room *= 2;",
        new: "self.room += 0;",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "a place that takes no room any more is taken back twice",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "self.young.get_mut(age)",
        new: "self.young.get_mut(age.min(0))",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "who is dropped before it hears of its place keeps it",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "Some(round) => state.end(round),",
        new: "Some(_) => {}",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "room that was made is kept for good",
        file: "crates/apsara-core/src/call/exchange/crowd.rs",
        old: "(self.room >> passed.min(63)).max(LEAST_ROOM)",
        new: "self.room",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "a call that waits for its next attempt is under way",
        file: "crates/apsara-core/src/call/exchange/mod.rs",
        old: "            self.permit = None;\n",
        new: "",
        package: CORE,
        target: "retry",
    },
];
