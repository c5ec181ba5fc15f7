//! Relay tasks as a test sees them from outside the wire.

use std::fmt;

use jiff::Timestamp;

use super::rules::Rules;
use super::state::State;
use super::task::Task;

/// Names the five states of a relay task, with the numbers the wire uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskStatus {
    /// Created, but the start time has not been reached: 0.
    Idle,
    /// Pulling and pushing: 1.
    Running,
    /// Pulling or pushing fails and is tried again: 2.
    Recovering,
    /// Stopped, by a call or because the tries were used up: 3.
    Offline,
    /// Deleted, restarted under another id, or past its end time: -1.
    Exit,
}

impl TaskStatus {
    /// Gives the number that `TaskStatus` has on the wire.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Idle => 0,
            Self::Running => 1,
            Self::Recovering => 2,
            Self::Offline => 3,
            Self::Exit => -1,
        }
    }
}

impl State {
    pub(crate) fn status(self) -> TaskStatus {
        match self {
            Self::Idle => TaskStatus::Idle,
            Self::Running { .. } => TaskStatus::Running,
            Self::Recovering { .. } => TaskStatus::Recovering,
            Self::Offline { .. } => TaskStatus::Offline,
            Self::Exited { .. } => TaskStatus::Exit,
        }
    }

    pub(crate) fn number(self) -> i32 {
        self.status().number()
    }
}

/// Shows one relay task at the moment of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskSnapshot {
    /// The task's id.
    pub task_id: String,
    /// The account it belongs to.
    pub account: String,
    /// The live centre it runs in.
    pub region: String,
    /// Its name; empty if it has none.
    pub task_name: String,
    /// The state it is in.
    pub status: TaskStatus,
    /// How often a restart interrupted the stream while it was running or recovering, over all ids the task has had.
    pub interruptions: u32,
    /// The id the task was created with; equal to `task_id` until the first restart.
    pub origin_id: String,
    /// The id it had before the restart it began with.
    pub restarted_from: Option<String>,
    /// The id it runs on under.
    pub restarted_as: Option<String>,
    /// The file it plays, counted from 0.
    pub current_file_index: i32,
    /// Where in that file it plays, in seconds.
    pub current_offset: i64,
}

impl TaskSnapshot {
    pub(super) fn new(task: &Task, now: Timestamp, rules: &Rules) -> Self {
        let position = task.position(now, rules);
        Self {
            task_id: task.id.clone(),
            account: task.account.clone(),
            region: task.settings.region.clone(),
            task_name: task.settings.name.clone(),
            status: task.state.status(),
            interruptions: task.interruptions,
            origin_id: task.origin_id.clone(),
            restarted_from: task.restarted_from.clone(),
            restarted_as: task.restarted_as.clone(),
            current_file_index: position.file_index,
            current_offset: position.offset,
        }
    }
}

/// Says why a task could not be made to fail or recover.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskError {
    /// No account has a task with this id.
    NotFound {
        /// The id that was asked for.
        task_id: String,
    },
    /// The task is in a state in which this cannot happen: only a running task fails, only a recovering one recovers.
    WrongStatus {
        /// The id that was asked for.
        task_id: String,
        /// The state it is in.
        status: TaskStatus,
    },
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { task_id } => write!(f, "no account has a task {task_id}"),
            Self::WrongStatus { task_id, status } => write!(f, "the task {task_id} is {status:?}"),
        }
    }
}

impl std::error::Error for TaskError {}
