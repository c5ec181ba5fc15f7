//! Relay tasks that are in a state from the start.

use jiff::{SignedDuration, Timestamp};

use super::desk::Desk;
use super::settings::{Settings, check_task_id};
use super::state::{Failure, State};
use super::task::Task;
use super::{Relays, TaskSnapshot, TaskStatus};
use crate::clock::format_utc;
use crate::parameters::Parameters;
use crate::random;
use crate::refusal::Refusal;

/// Why a task was not made: which of the things that describe it is wrong, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Unseeded {
    pub(crate) field: &'static str,
    pub(crate) reason: String,
}

impl Unseeded {
    fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

impl From<Refusal> for Unseeded {
    fn from(refusal: Refusal) -> Self {
        Self::new("parameters", refusal.message)
    }
}

impl Relays {
    /// Makes a task of the parameters that Create takes and brings it into a state.
    ///
    /// Without times it starts now, or in an hour if it is to be idle, and ends a day later. The limits on running tasks
    /// and on destinations are not looked at: who seeds may want to see what is beyond them.
    pub(crate) fn seed(
        &mut self,
        account: &str,
        id: Option<&str>,
        parameters: Parameters,
        status: TaskStatus,
        now: Timestamp,
    ) -> Result<TaskSnapshot, Unseeded> {
        // A task that is forgotten by now does not keep its id from another.
        self.settle(now);
        let id = match id {
            Some("") => return Err(Unseeded::new("task_id", "must not be empty; leave it out to be given one")),
            Some(id) if self.tasks.contains_key(id) => {
                return Err(Unseeded::new("task_id", "there is such a task already"));
            }
            Some(id) => {
                check_task_id(id).map_err(|refusal| Unseeded::new("task_id", refusal.message))?;
                id.to_owned()
            }
            None => random::uuid(),
        };
        let later = |time: Timestamp, hours| {
            format_utc(time.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX))
        };
        let usual_start = if status == TaskStatus::Idle { later(now, 1) } else { format_utc(now) };
        let parameters = parameters.or("StartTime", usual_start);
        let start = parameters.time("StartTime")?.unwrap_or(now);
        let parameters = parameters.or("EndTime", later(start, 24));
        let settings = Settings::read(&parameters, now, &self.desk.rules)?;
        let mut task = Task::new(id, account.to_owned(), self.next_place(), settings, now);
        // How it came to be so is no news: nothing of it has happened.
        let desk = &mut Desk::new(self.desk.rules.clone(), None);
        task.settle(now, desk);
        if task.state == State::Idle && status != TaskStatus::Idle && status != TaskStatus::Exit {
            return Err(Unseeded::new("status", "StartTime has not been reached"));
        }
        match status {
            TaskStatus::Idle | TaskStatus::Running => {}
            TaskStatus::Recovering => {
                task.fail(Failure::Pull, now, desk);
            }
            TaskStatus::Offline => {
                task.stop(now, desk);
            }
            TaskStatus::Exit => task.exit(now, desk),
        }
        let snapshot = TaskSnapshot::new(&task, now, &desk.rules);
        if snapshot.status != status {
            let reason = format!("with these parameters the task is {}", snapshot.status.as_str());
            return Err(Unseeded::new("status", reason));
        }
        self.desk.ring(&task);
        self.insert(task);
        Ok(snapshot)
    }
}
