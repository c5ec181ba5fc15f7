//! Relay tasks, which pull a stream from one place and push it to another.

mod answers;
mod operations;
mod saved;
mod seed;
mod settings;
mod snapshot;
mod sources;
mod task;
mod update;

use std::collections::HashMap;

use jiff::Timestamp;

pub(crate) use self::operations::{Call, OPERATIONS};
pub use self::snapshot::{TaskError, TaskSnapshot, TaskStatus};
pub(crate) use self::task::Failure;
use self::task::Task;

/// All tasks of all accounts, by id.
#[derive(Default)]
pub(crate) struct Relays {
    tasks: HashMap<String, Task>,
    places: u64,
}

impl Relays {
    /// Shows every task that is still remembered, in the order of creation.
    pub(crate) fn snapshot(&mut self, now: Timestamp) -> Vec<TaskSnapshot> {
        self.settle(now);
        let mut tasks: Vec<&Task> = self.tasks.values().collect();
        // Of the ids a task has had, the one it runs under comes last.
        tasks.sort_by_key(|task| (task.place, task.restarted_as.is_none(), task.interruptions));
        tasks.into_iter().map(|task| TaskSnapshot::new(task, now)).collect()
    }

    /// Breaks the source or the destination of a running task.
    pub(crate) fn fail(&mut self, task_id: &str, cause: Failure, now: Timestamp) -> Result<(), TaskError> {
        self.with_task(task_id, now, |task| task.fail(cause, now))
    }

    /// Mends a recovering task.
    pub(crate) fn recover(&mut self, task_id: &str, now: Timestamp) -> Result<(), TaskError> {
        self.with_task(task_id, now, |task| task.recover(now))
    }

    fn with_task(
        &mut self,
        task_id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Task) -> bool,
    ) -> Result<(), TaskError> {
        self.settle(now);
        let task = self.tasks.get_mut(task_id).ok_or_else(|| TaskError::NotFound { task_id: task_id.to_owned() })?;
        let status = task.state.status();
        if change(task) { Ok(()) } else { Err(TaskError::WrongStatus { task_id: task_id.to_owned(), status }) }
    }

    /// Brings every task up to date and forgets the ones that exited long ago.
    fn settle(&mut self, now: Timestamp) {
        self.tasks.retain(|_, task| {
            task.settle(now);
            task.is_remembered(now)
        });
    }

    /// Finds one task of an account, up to date.
    fn find(&mut self, account: &str, task_id: &str, now: Timestamp) -> Option<&mut Task> {
        let task = self.tasks.get_mut(task_id).filter(|task| task.account == account)?;
        task.settle(now);
        task.is_remembered(now).then_some(task)
    }

    fn next_place(&mut self) -> u64 {
        self.places += 1;
        self.places
    }
}

#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod test_world;
#[cfg(test)]
mod update_tests;
