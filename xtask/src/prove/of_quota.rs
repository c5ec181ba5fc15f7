//! The facts that are broken, one by one: of waits and quotas.

use super::Break;

const CORE: &str = "apsara-core";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a wait that the cloud asks for is not kept",
        file: "crates/apsara-core/src/retry/mod.rs",
        old: "return asked.saturating_add(self.first_wait.mul_f64(share));",
        new: "return self.first_wait.mul_f64(share.min(asked.as_secs_f64()));",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "others do not wait when one is throttled",
        file: "crates/apsara-core/src/call/exchange/again.rs",
        old: "pacer.throttled(self.lane(), asked);",
        new: "let _ = (pacer, asked);",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "calls go out whatever their quota",
        file: "crates/apsara-core/src/call/exchange/ready.rs",
        old: "if pacer.try_acquire(lane) {",
        new: "if pacer.try_acquire(lane) || self.attempts == 0 {",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "a quota has one call more",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "let calls = quota.calls as usize;",
        new: "let calls = quota.calls as usize + 1;",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a span of a quota is shorter",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "Duration::from_secs(quota.seconds.into()) + GUARD",
        new: "Duration::from_secs(quota.seconds.into()) * 9 / 10 + GUARD",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a wait beyond the deadline is begun",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "if log.earliest(waiting.ahead, now) > deadline {",
        new: "if log.earliest(waiting.ahead, now) > deadline + Duration::from_secs(9000) {",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "those who wait for a quota are not counted",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "ahead: count.fetch_add(1, Ordering::Relaxed)",
        new: "ahead: count.fetch_add(1, Ordering::Relaxed).min(0)",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "one answer closes an operation for good",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "wait.min(LONGEST_CLOSURE)",
        new: "wait.min(LONGEST_CLOSURE * 1000)",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "who waits in vain waits for the deadline",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "Err(free) if free > deadline => return Err(PacingError::Late),",
        new: "Err(free) if free > deadline && free < deadline => return Err(PacingError::Late),",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "who asks when there is room goes before those who wait",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "self.waiting.load(Ordering::Relaxed) == 0 && log",
        new: "log",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "who opens a lane first says what its quota is for good",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "if !is_stricter(quota, own) && now < asked + STRICTER_HOLDS {",
        new: "if !is_stricter(quota, own) || now < asked + STRICTER_HOLDS {",
        package: "apsara-core",
        target: "lib",
    },
    Break {
        lie: "grants of a shorter span are forgotten by a longer one",
        file: "crates/apsara-core/src/pacing/lane.rs",
        old: "            self.remember(own, quota, now);\n",
        new: "",
        package: CORE,
        target: "lib",
    },
];
