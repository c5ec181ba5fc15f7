//! The facts that are broken, one by one: of what is heard, traced and measured of calls.

use super::Break;

const CORE: &str = "apsara-core";
const TESTS: &str = "apsara-tests";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a stream that was dropped half-way was a success",
        file: "crates/apsara-core/src/call/exchange/once.rs",
        old: "Some(_) => self.watch.executed(),",
        new: "Some(_) => self.watch.succeeded(),",
        package: CORE,
        target: "streams",
    },
    Break {
        lie: "a call that is dropped is told as a failure",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "            ending: Ending::Cancelled,",
        new: "            ending: Ending::Failure,",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "an attempt that is dropped is not told",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "let Some(start) = self.under_way.take() else { return };",
        new: "let Some(start) = self.under_way.take().filter(|_| ended.ending != Ending::Cancelled) else { return };",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "an observer that panics ends the call",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "catch_unwind(AssertUnwindSafe(|| event(&mut **observer))).is_ok()",
        new: "{ event(&mut **observer); true }",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "an answer that cannot be decoded is told as a success",
        file: "crates/apsara-core/src/call/mod.rs",
        old: "    watch.failed(&error);\n    error.paced",
        new: "    watch.succeeded();\n    error.paced",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "a wait for the quota is not told",
        file: "crates/apsara-core/src/call/exchange/ready.rs",
        old: "self.watch.paced(waited, matches!(granted, Ok(Ok(()))));",
        new: "",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "an observer can add what must be signed",
        file: "crates/apsara-core/src/observe/events.rs",
        old: "|| name.as_str().starts_with(\"x-acs-\")",
        new: "|| name.as_str().starts_with(\"x-acs-signature\")",
        package: CORE,
        target: "retry",
    },
    Break {
        lie: "the span of a call is not around its attempts",
        file: "crates/apsara-core/src/call/exchange/mod.rs",
        old: "let span = call.watch.span();",
        new: "let span = crate::observe::Watch::default().span();",
        package: TESTS,
        target: "telemetry",
    },
    Break {
        lie: "observers are told of the end of a dropped attempt outside of the span of its call",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "span.within(|| {\n            watched.attempt_ended(",
        new: "Around::default().within(|| {\n            watched.attempt_ended(",
        package: TESTS,
        target: "telemetry",
    },
    Break {
        lie: "observers are told of the end of a call outside of its span",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "span.within(|| observers.tell(&mut |observer| observer.ended(&ended)));",
        new: "observers.tell(&mut |observer| observer.ended(&ended));",
        package: TESTS,
        target: "telemetry",
    },
    Break {
        lie: "the context that is sent is not the attempt's",
        file: "crates/apsara-core/src/observe/watch.rs",
        old: "watched.spans.attempt().within(||",
        new: "watched.spans.call().within(||",
        package: TESTS,
        target: "telemetry",
    },
    Break {
        lie: "a failure has no status of an error",
        file: "crates/apsara-core/src/observe/spans.rs",
        old: "if ending == Ending::Failure {",
        new: "if ending == Ending::Cancelled {",
        package: TESTS,
        target: "telemetry",
    },
    Break {
        lie: "throttled attempts are not counted",
        file: "crates/apsara-core/src/observe/meters.rs",
        old: "if attempt.is_throttled {",
        new: "if attempt.is_throttled && attempt.number > 1 {",
        package: TESTS,
        target: "telemetry",
    },
];
