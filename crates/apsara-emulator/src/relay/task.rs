//! One relay task and the states it goes through.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::settings::Settings;

/// How long a task that has exited can still be described. Not documented; see the README.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// What broke the relay of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    Pull,
    Push,
}

impl Failure {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Pull => "PullStreamFailed",
            Self::Push => "PushStreamFailed",
        }
    }
}

/// Why a task is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExitReason {
    TriggerByUser,
    OverEndTime,
}

impl ExitReason {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::TriggerByUser => "TriggerByUser",
            Self::OverEndTime => "OverEndTime",
        }
    }
}

/// The five documented states, with what each of them needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Idle,
    Running {
        since: Timestamp,
    },
    Recovering {
        since: Timestamp,
        cause: Failure,
    },
    /// Without a cause if somebody stopped it.
    Offline {
        cause: Option<Failure>,
    },
    Exited {
        at: Timestamp,
        by: ExitReason,
    },
}

/// Where in its list of files a task plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) file_index: i32,
    pub(crate) offset: i64,
}

/// A relay task under one id.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) account: String,
    /// Orders lists: a restarted task stays where it was, so that pages do not shift.
    pub(crate) place: u64,
    pub(crate) settings: Settings,
    pub(crate) state: State,
    position: Position,
    /// Where an update told the next restart to begin.
    resume_at: Option<Position>,
    pub(crate) interruptions: u32,
    pub(crate) origin_id: String,
    pub(crate) restarted_from: Option<String>,
    pub(crate) restarted_as: Option<String>,
}

impl Task {
    pub(crate) fn new(id: String, account: String, place: u64, settings: Settings) -> Self {
        let position = settings.first_position();
        Self {
            origin_id: id.clone(),
            id,
            account,
            place,
            settings,
            state: State::Idle,
            position,
            resume_at: None,
            interruptions: 0,
            restarted_from: None,
            restarted_as: None,
        }
    }

    /// Brings the state up to date with the clock; every reading and every change begins with it.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        let end = self.settings.end;
        let start = self.settings.start;
        if self.state == State::Idle && start <= now {
            self.state = State::Running { since: start };
        }
        if let State::Recovering { since, cause } = self.state {
            let gives_up = since.saturating_add(self.settings.patience()).unwrap_or(Timestamp::MAX);
            if gives_up <= now && gives_up < end {
                self.state = State::Offline { cause: Some(cause) };
            }
        }
        if end <= now && self.is_live() {
            self.leave_running(end);
            self.state = State::Exited { at: end, by: ExitReason::OverEndTime };
        }
    }

    /// Whether the task has not exited.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.state, State::Exited { .. })
    }

    /// Whether the task is running or trying to run again.
    pub(crate) fn is_active(&self) -> bool {
        matches!(self.state, State::Running { .. } | State::Recovering { .. })
    }

    /// Whether the task can still be described.
    pub(crate) fn is_remembered(&self, now: Timestamp) -> bool {
        !matches!(self.state, State::Exited { at, .. } if now.duration_since(at) >= REMEMBERED)
    }

    /// Where the task plays. A file counts as endless, since nobody knows how long it is.
    pub(crate) fn position(&self, now: Timestamp) -> Position {
        match self.state {
            State::Running { since } if self.settings.source_type.is_list() => {
                let played = now.duration_since(since).as_secs().max(0);
                Position { offset: self.position.offset.saturating_add(played), ..self.position }
            }
            _ => self.position,
        }
    }

    fn leave_running(&mut self, now: Timestamp) {
        self.position = self.position(now);
    }

    /// Takes a new configuration; the clock or the next restart puts it into effect.
    pub(crate) fn configure(&mut self, settings: Settings) {
        self.settings = settings;
        if self.state == State::Idle {
            self.position = self.settings.first_position();
        }
    }

    /// Tells the next restart where to begin; of a live source there is no position.
    pub(crate) fn resume_at(&mut self, position: Position) {
        if self.settings.source_type.is_list() {
            self.resume_at = Some(position);
        }
    }

    /// Stops a task that is running or recovering; answers whether it was.
    pub(crate) fn stop(&mut self, now: Timestamp) -> bool {
        let active = self.is_active();
        if active {
            self.leave_running(now);
            self.state = State::Offline { cause: None };
        }
        active
    }

    /// Ends the task for good.
    pub(crate) fn exit(&mut self, now: Timestamp) {
        self.leave_running(now);
        self.state = State::Exited { at: now, by: ExitReason::TriggerByUser };
    }

    /// Ends this task and answers the one that runs on in its place.
    pub(crate) fn restart(&mut self, new_id: String, now: Timestamp) -> Self {
        let interrupted = self.is_active();
        let restarted = Self {
            id: new_id.clone(),
            state: State::Running { since: now },
            position: self.resume_at.take().unwrap_or_default(),
            resume_at: None,
            interruptions: self.interruptions + u32::from(interrupted),
            restarted_from: Some(self.id.clone()),
            restarted_as: None,
            ..self.clone()
        };
        self.exit(now);
        self.restarted_as = Some(new_id);
        restarted
    }

    /// Breaks a running task; answers whether it was running.
    pub(crate) fn fail(&mut self, cause: Failure, now: Timestamp) -> bool {
        let running = matches!(self.state, State::Running { .. });
        if running {
            self.leave_running(now);
            self.state = State::Recovering { since: now, cause };
            self.settle(now);
        }
        running
    }

    /// Mends a recovering task; answers whether it was recovering.
    pub(crate) fn recover(&mut self, now: Timestamp) -> bool {
        let recovering = matches!(self.state, State::Recovering { .. });
        if recovering {
            self.state = State::Running { since: now };
        }
        recovering
    }
}
