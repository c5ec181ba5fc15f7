//! The facts that are broken, one by one: of relay tasks in the emulator.

use super::Break;

const EMULATOR: &str = "apsara-emulator";
const TASK: &str = "crates/apsara-emulator/src/relay/task.rs";
const OPERATIONS: &str = "crates/apsara-emulator/src/relay/operations.rs";
const UPDATE: &str = "crates/apsara-emulator/src/relay/update.rs";
const SETTINGS: &str = "crates/apsara-emulator/src/relay/settings.rs";

/// A transition that is broken, which the model must see.
const fn relay(file: &'static str, lie: &'static str, old: &'static str, new: &'static str) -> Break {
    Break { lie, file, old, new, package: EMULATOR, target: "model" }
}

pub(super) const BREAKS: &[Break] = &[
    relay(SETTINGS, "a relay task may end when it is created", "if end <= now {", "if end < now {"),
    relay(
        SETTINGS,
        "a relay task may start in the past whatever the rules",
        "start.as_second() < now.as_second()",
        "start.as_second() > now.as_second()",
    ),
    Break {
        lie: "a relay task that starts now starts in the past",
        file: SETTINGS,
        old: "start.as_second() < now.as_second()",
        new: "start < now",
        package: EMULATOR,
        target: "lib",
    },
    relay(
        OPERATIONS,
        "the destination of a relay task that exited is in use",
        "task.is_live() && task.id != but",
        "task.id != but",
    ),
    relay(
        TASK,
        "a relay task does not wait for its start",
        "self.settings.start.max(self.waiting_since)",
        "self.waiting_since",
    ),
    relay(TASK, "a relay task starts late", "filter(|(at, _)| *at <= now)", "filter(|(at, _)| *at < now)"),
    relay(
        SETTINGS,
        "a relay task tries once more",
        "i64::from(self.retry_count) * i64",
        "i64::from(self.retry_count + 1) * i64",
    ),
    relay(
        TASK,
        "retries that are used up end a relay task",
        "Some((gives_up, State::Offline { by: Stop::Retries(cause) }))",
        "Some((gives_up, State::Exited { at: since, by: Exit::EndTime })).filter(|_| cause == cause)",
    ),
    relay(
        TASK,
        "a relay task whose destination failed says that its source did",
        "by: Stop::Retries(cause)",
        "by: Stop::Retries(if cause == Failure::Push { Failure::Pull } else { cause })",
    ),
    relay(
        TASK,
        "a list that is finished ends its relay task",
        "Some((at, State::Offline { by: Stop::Finished }))",
        "Some((at, State::Exited { at, by: Exit::EndTime }))",
    ),
    relay(
        TASK,
        "a list that is finished never ends its relay task",
        "if rules.has(Choice::FinishedExits)",
        "if rules.has(Choice::FinishedExits) && since > at",
    ),
    relay(TASK, "a relay task outlives its end", "due.filter(|(at, _)| *at < end)", "due.filter(|_| true)"),
    relay(
        TASK,
        "a relay task that reaches its end was deleted by its user",
        "Exited { at: end, by: Exit::EndTime }",
        "Exited { at: end, by: Exit::User }",
    ),
    relay(
        TASK,
        "what does not run can fail",
        "let running = matches!(self.state, State::Running { .. });",
        "let running = self.is_live();",
    ),
    relay(
        TASK,
        "a running task that fails is stopped",
        "self.enter(State::Recovering { since: now, cause }, now, desk);",
        "self.enter(State::Offline { by: Stop::Retries(cause) }, now, desk);",
    ),
    relay(
        TASK,
        "what runs can recover",
        "let recovering = matches!(self.state, State::Recovering { .. });",
        "let recovering = self.is_active();",
    ),
    relay(
        TASK,
        "what recovers is stopped",
        "if recovering {\n            self.enter(State::Running { since: now }, now, desk);",
        "if recovering {\n            self.enter(State::Offline { by: Stop::User }, now, desk);",
    ),
    relay(
        TASK,
        "a stop ends a relay task",
        "self.enter(State::Offline { by: Stop::User }, now, desk);",
        "self.exit(now, desk);",
    ),
    relay(
        TASK,
        "a relay task that recovers cannot be stopped",
        "let active = self.is_active();",
        "let active = matches!(self.state, State::Running { .. });",
    ),
    relay(
        OPERATIONS,
        "a stop without effect succeeds",
        "desk.rules.has(Choice::StopRefused)",
        "desk.rules.has(Choice::StopIgnored)",
    ),
    relay(TASK, "a restart always interrupts", "u32::from(self.is_active())", "u32::from(self.is_live())"),
    relay(
        TASK,
        "a restarted list goes on where it was",
        "self.resume_at.take().unwrap_or_default()",
        "self.resume_at.take().unwrap_or(self.position)",
    ),
    relay(
        TASK,
        "a restart begins at the same place again and again",
        "self.resume_at.take().unwrap_or_default()",
        "self.resume_at.unwrap_or_default()",
    ),
    relay(
        TASK,
        "the old id of a restarted relay task is past its end",
        "self.state = State::Exited { at: now, by: Exit::User };",
        "self.state = State::Exited { at: now, by: Exit::EndTime };",
    ),
    relay(
        OPERATIONS,
        "lists show the old ids of relay tasks",
        "task.settings.region == region && task.restarted_as.is_none()",
        "task.settings.region == region",
    ),
    relay(
        OPERATIONS,
        "a relay task keeps its id whatever the rules",
        "if desk.rules.has(Choice::SameId) {",
        "if desk.rules.has(Choice::SameId) || desk.rules.has(Choice::NewId) {",
    ),
    relay(
        OPERATIONS,
        "a relay task never keeps its id",
        "if desk.rules.has(Choice::SameId) {",
        "if desk.rules.has(Choice::SameId) && id.is_empty() {",
    ),
    relay(
        OPERATIONS,
        "a restart before the start is ignored whatever the rules",
        "State::Idle if desk.rules.has(Choice::EarlyRestartIgnored) =>",
        "State::Idle if !id.is_empty() =>",
    ),
    relay(
        OPERATIONS,
        "a restart before the start starts a relay task",
        "State::Idle => {\n            return Err(Refusal::invalid_parameter(\"The start time of the task has not been reached\"));\n        }",
        "State::Idle => {}",
    ),
    relay(
        OPERATIONS,
        "a relay task that exited can restart",
        "State::Exited { .. } => return Err(task_not_exist()),",
        "State::Exited { .. } => {}",
    ),
    relay(
        OPERATIONS,
        "a relay task can be deleted twice",
        "if !task.is_live() {\n        return Err(task_not_exist());\n    }\n    task.exit",
        "task.exit",
    ),
    relay(
        TASK,
        "a deleted relay task is past its end",
        "self.enter(State::Exited { at: now, by: Exit::User }, now, desk);",
        "self.enter(State::Exited { at: now, by: Exit::EndTime }, now, desk);",
    ),
    relay(
        OPERATIONS,
        "a relay task is found from every region",
        "found.filter(|(task, _)| task.settings.region == region)",
        "found.filter(|_| !region.is_empty())",
    ),
    relay(
        TASK,
        "an exited relay task is known for longer",
        "SignedDuration::from_hours(24)",
        "SignedDuration::from_hours(25)",
    ),
    relay(
        TASK,
        "an update lets a list that is played jump",
        "self.state = State::Running { since: since.saturating_add(counted).unwrap_or(now) };",
        "let _ = counted;",
    ),
    relay(
        UPDATE,
        "a relay task that exited can be updated",
        ".filter(|(task, _)| task.is_live());",
        ".filter(|_| true);",
    ),
    relay(
        UPDATE,
        "a relay task changes its plan before the start whatever the rules",
        "(start || end || sources || place || undocumented)",
        "(start && end && sources && place && undocumented)",
    ),
    relay(UPDATE, "a running relay task changes its region", "if region\n                    || start", "if start"),
    relay(UPDATE, "a running relay task changes its start", "|| start\n                    || place", "|| place"),
    relay(
        UPDATE,
        "a running relay task changes its place",
        "|| place\n                    || undocumented",
        "|| undocumented",
    ),
    relay(
        UPDATE,
        "a running relay task changes its end whatever the rules",
        "|| end && !rules.has(Choice::RunningUpdateEnd)",
        "|| end && start",
    ),
    relay(
        UPDATE,
        "a running relay task changes its sources whatever the rules",
        "|| sources && !rules.has(Choice::SourcesAtOnce) =>",
        "|| sources && start =>",
    ),
    relay(UPDATE, "a stopped relay task changes its region", "if region || kind =>", "if kind =>"),
    relay(
        UPDATE,
        "a stopped relay task changes its start",
        "change.new.start = old.start;",
        "change.new.region = old.region.clone();",
    ),
    relay(
        UPDATE,
        "a place that an update gives is not kept",
        "if self.offset.is_some() || self.file_index.is_some() {",
        "if self.offset.is_some() && self.file_index.is_none() {",
    ),
    relay(
        UPDATE,
        "of two updates of a stopped relay task the later forgets the earlier",
        "if is_another { Position::default()",
        "if is_another || task.is_live() { Position::default()",
    ),
    relay(
        UPDATE,
        "a new list begins in the middle",
        "task.resume_at(Position::default());",
        "let _ = Position::default();",
    ),
    Break {
        lie: "the user stops a relay task whose retries are used up",
        file: "crates/apsara-emulator/src/relay/state.rs",
        old: "Self::Retries(_) => Some(\"RetryTimesOffline\")",
        new: "Self::Retries(_) => Some(\"TriggerByUser\")",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "callbacks of one relay task overtake each other",
        file: "crates/apsara-emulator/src/relay/callbacks/teller.rs",
        old: "queue.get_mut().push_back(letter)",
        new: "{ queue.get_mut(); self.send(letter) }",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "a clock that is moved brings no callback",
        file: "crates/apsara-emulator/src/clock.rs",
        old: "self.moved.send_replace(());",
        new: "let _ = &self.moved;",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "a callback is given up too early",
        file: "crates/apsara-emulator/src/relay/callbacks/send.rs",
        old: "for attempt in 0..=self.patience.retries {",
        new: "for attempt in 0..self.patience.retries {",
        package: EMULATOR,
        target: "lib",
    },
];
