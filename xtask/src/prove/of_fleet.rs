//! The facts that are broken, one by one: of quotas that processes share.

use super::Break;

const CORE: &str = "apsara-core";
const TESTS: &str = "apsara-tests";
const SCHEDULE: &str = "crates/apsara-core/src/pacing/schedule.rs";
const HOST: &str = "crates/apsara-core/src/pacing/host/mod.rs";
const FILE: &str = "crates/apsara-core/src/pacing/host/file.rs";
const SCRIPT: &str = "crates/apsara-redis/src/grants.lua";
const STORE: &str = "crates/apsara-redis/src/store.rs";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a call among processes follows the one before the quota's calls too early",
        file: SCHEDULE,
        old: "after_last.max(first + self.span)",
        new: "after_last.max(first + self.span * 9 / 10)",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a place is claimed whenever its call comes",
        file: SCHEDULE,
        old: "&& now <= place.at.saturating_add(rule.late)",
        new: "",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a place holds though its lane was closed",
        file: SCHEDULE,
        old: "            && place.at >= self.closed_until\n",
        new: "",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a clock that goes back is trusted",
        file: SCHEDULE,
        old: "if now < self.seen {",
        new: "if now < self.seen && now == 0 {",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a stricter quota of another version is not kept",
        file: SCHEDULE,
        old: "const STRICTER_HOLDS: Duration = super::lane::STRICTER_HOLDS;",
        new: "const STRICTER_HOLDS: Duration = Duration::from_secs(1);",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a damaged file counts as empty",
        file: FILE,
        old: "Schedule::unknown(rule, now)",
        new: "Schedule::new(rule, now)",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a file is believed whatever its checksum",
        file: FILE,
        old: "checksum(body) != sum || ",
        new: "",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "processes read and write a file at the same time",
        file: FILE,
        old: "Err(Errno::WOULDBLOCK) => return Ok(None),",
        new: "Err(Errno::WOULDBLOCK) => {}",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a place on the host is not given back",
        file: HOST,
        old: "if let Some(place) = self.place.take() {",
        new: "if let Some(place) = self.place.take().filter(|place| place.at == 0) {",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "the script looks back less than the model",
        file: SCRIPT,
        old: "entry(own.pushed) + own.span",
        new: "entry(own.pushed) + own.span - 1",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a server that was started anew grants at once",
        file: SCRIPT,
        old: "begin(uptime > span + 1000000 and known_for > span)",
        new: "begin(true)",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a server that took the place of another one grants at once",
        file: SCRIPT,
        old: " and known_for > span",
        new: "",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "the server forgets a stricter quota of which nobody has asked for a while",
        file: SCRIPT,
        old: ", own.asked + STRICTER_HOLDS)",
        new: ")",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "what the cloud asked for while the server was away is forgotten",
        file: STORE,
        old: "debts.closed(&key.lane, rule, until)",
        new: "debts.closed(&key.lane, rule, Instant::now())",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a place of one outage holds in the next",
        file: "crates/apsara-redis/src/share.rs",
        old: "microseconds(outage.since.saturating_duration_since(self.start))",
        new: "microseconds(outage.since.saturating_duration_since(self.start)) * 0",
        package: "apsara-redis",
        target: "lib",
    },
    Break {
        lie: "what another server wrote is believed",
        file: SCRIPT,
        old: "read[1] ~= run or ",
        new: "",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a lane is not closed when the server is back",
        file: "crates/apsara-redis/src/store/away.rs",
        old: "Request::Close(closed)).await.is_err()",
        new: "Request::Close(closed * 0)).await.is_err()",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a share begins while the server's grants are fresh",
        file: "crates/apsara-redis/src/share.rs",
        old: "Schedule::unknown(rule, begun)",
        new: "Schedule::new(rule, begun)",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a dropped call does not give its place back to the server",
        file: "crates/apsara-redis/src/pacer.rs",
        old: "runtime.spawn(async move { store.give_back(&lane.keys, rule, place).await });",
        new: "drop((runtime, store, lane, rule, place));",
        package: TESTS,
        target: "fleet",
    },
    Break {
        lie: "a server that lets its user have the keys with a prefix is asked for others",
        file: STORE,
        old: "self.key(\"probe\")",
        new: "\"apsara:quota:probe\".to_owned()",
        package: TESTS,
        target: "fleet",
    },
];
