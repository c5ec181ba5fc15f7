//! One relay task and the states it goes through.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::playback::Position;
use super::rules::{Choice, Rules};
use super::settings::Settings;
use super::state::{Exit, Failure, State, Stop};

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
    /// When the start time was set: one in the past starts the task then, not earlier.
    waiting_since: Timestamp,
    /// Whether the state came about by a recovery, which need not be told.
    pub(super) recovered: bool,
    pub(crate) interruptions: u32,
    /// How many ids it had before this one.
    #[serde(default)]
    pub(super) earlier_ids: u64,
    pub(crate) origin_id: String,
    pub(crate) restarted_from: Option<String>,
    pub(crate) restarted_as: Option<String>,
}

impl Task {
    pub(crate) fn new(id: String, account: String, place: u64, settings: Settings, now: Timestamp) -> Self {
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
            waiting_since: now,
            recovered: false,
            interruptions: 0,
            earlier_ids: 0,
            restarted_from: None,
            restarted_as: None,
        }
    }

    /// Brings the state up to date with the clock; every reading and every change begins with it.
    pub(crate) fn settle(&mut self, now: Timestamp, desk: &mut Desk) {
        while let Some((at, state)) = self.next(&desk.rules).filter(|(at, _)| *at <= now) {
            self.enter(state, at, desk);
        }
    }

    /// What the clock does to the task next, and when.
    pub(crate) fn next(&self, rules: &Rules) -> Option<(Timestamp, State)> {
        let end = self.settings.end;
        let due = match self.state {
            State::Exited { .. } => return None,
            State::Offline { .. } => None,
            State::Idle => {
                let since = self.settings.start.max(self.waiting_since);
                Some((since, State::Running { since }))
            }
            State::Recovering { since, cause } => {
                let gives_up = since.saturating_add(self.settings.patience()).unwrap_or(Timestamp::MAX);
                Some((gives_up, State::Offline { by: Stop::Retries(cause) }))
            }
            State::Running { since } => self.finish(since, rules),
        };
        due.filter(|(at, _)| *at < end).or(Some((end, State::Exited { at: end, by: Exit::EndTime })))
    }

    /// When the list of files is finished, and what becomes of the task then.
    fn finish(&self, since: Timestamp, rules: &Rules) -> Option<(Timestamp, State)> {
        let left = self.position.left(&self.settings, rules)?;
        let at = since.saturating_add(SignedDuration::from_secs(left)).unwrap_or(Timestamp::MAX);
        if rules.has(Choice::FinishedOffline) {
            Some((at, State::Offline { by: Stop::Finished }))
        } else if rules.has(Choice::FinishedExits) {
            Some((at, State::Exited { at, by: Exit::EndTime }))
        } else {
            None
        }
    }

    /// Goes over into a state, and tells it.
    fn enter(&mut self, state: State, at: Timestamp, desk: &mut Desk) {
        self.position = self.position(at, &desk.rules);
        let was = std::mem::replace(&mut self.state, state);
        self.recovered = matches!((was, state), (State::Recovering { .. }, State::Running { .. }));
        desk.note(self, at);
        desk.ring(self);
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
    pub(crate) fn is_remembered(&self, now: Timestamp, rules: &Rules) -> bool {
        let length = if rules.has(Choice::ExitedQuarterHour) {
            SignedDuration::from_mins(15)
        } else if rules.has(Choice::ExitedWeek) {
            SignedDuration::from_hours(7 * 24)
        } else {
            SignedDuration::from_hours(24)
        };
        !matches!(self.state, State::Exited { at, .. } if now.duration_since(at) >= length)
    }

    /// Where the task plays.
    pub(crate) fn position(&self, now: Timestamp, rules: &Rules) -> Position {
        match self.state {
            State::Running { since } => {
                self.position.after(now.duration_since(since).as_secs().max(0), &self.settings, rules)
            }
            _ => self.position,
        }
    }

    /// Takes a new configuration; the clock or the next restart puts it into effect.
    pub(crate) fn configure(&mut self, settings: Settings, now: Timestamp, desk: &mut Desk) {
        desk.touch(&self.id);
        if let State::Running { since } = self.state {
            // What was played so far was played by the old one. A position has whole seconds; the part of the next one counts on.
            self.position = self.position(now, &desk.rules);
            let counted = SignedDuration::from_secs(now.duration_since(since).as_secs());
            self.state = State::Running { since: since.saturating_add(counted).unwrap_or(now) };
        }
        self.settings = settings;
        if self.state == State::Idle {
            self.position = self.settings.first_position();
            self.waiting_since = now;
        } else if self.is_active() && self.position.is_beyond(&self.settings) {
            self.position = Position::default();
            if let State::Running { since } = &mut self.state {
                // Another file begins, now.
                *since = now;
            }
        }
        desk.ring(self);
    }

    /// Where the next restart begins.
    pub(crate) fn resumes_at(&self) -> Position {
        self.resume_at.unwrap_or_default()
    }

    /// Tells the next restart where to begin; of a live source there is no position.
    pub(crate) fn resume_at(&mut self, position: Position) {
        if self.settings.source_type.is_list() {
            self.resume_at = Some(position);
        }
    }

    /// Stops a task that is running or recovering; answers whether it was.
    pub(crate) fn stop(&mut self, now: Timestamp, desk: &mut Desk) -> bool {
        let active = self.is_active();
        if active {
            self.enter(State::Offline { by: Stop::User }, now, desk);
        }
        active
    }

    /// Ends the task for good.
    pub(crate) fn exit(&mut self, now: Timestamp, desk: &mut Desk) {
        self.enter(State::Exited { at: now, by: Exit::User }, now, desk);
    }

    /// Runs on from the place that a restart begins at, under this id.
    pub(crate) fn restart(&mut self, now: Timestamp, desk: &mut Desk) {
        self.interruptions += u32::from(self.is_active());
        let position = self.resume_at.take().unwrap_or_default();
        // A restart is told even where a recovery is not: it is none.
        self.state = State::Offline { by: Stop::User };
        self.position = position;
        self.enter(State::Running { since: now }, now, desk);
    }

    /// Ends this task and answers the one that runs on in its place.
    pub(crate) fn restart_as(&mut self, new_id: String, now: Timestamp, desk: &mut Desk) -> Self {
        let mut restarted = Self {
            id: new_id.clone(),
            earlier_ids: self.earlier_ids + 1,
            restarted_from: Some(self.id.clone()),
            ..self.clone()
        };
        self.position = self.position(now, &desk.rules);
        // It is told as a restart, under the new id, and not as an exit.
        self.state = State::Exited { at: now, by: Exit::User };
        self.restarted_as = Some(new_id);
        desk.touch(&self.id);
        restarted.restart(now, desk);
        restarted
    }

    /// Breaks a running task; answers whether it was running.
    pub(crate) fn fail(&mut self, cause: Failure, now: Timestamp, desk: &mut Desk) -> bool {
        let running = matches!(self.state, State::Running { .. });
        if running {
            self.enter(State::Recovering { since: now, cause }, now, desk);
            self.settle(now, desk);
        }
        running
    }

    /// Mends a recovering task; answers whether it was recovering.
    pub(crate) fn recover(&mut self, now: Timestamp, desk: &mut Desk) -> bool {
        let recovering = matches!(self.state, State::Recovering { .. });
        if recovering {
            self.enter(State::Running { since: now }, now, desk);
        }
        recovering
    }
}
