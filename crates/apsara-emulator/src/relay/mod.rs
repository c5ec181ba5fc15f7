//! Relay tasks, which pull a stream from one place and push it to another.

mod answers;
pub(crate) mod callbacks;
mod desk;
mod operations;
mod playback;
mod rules;
mod saved;
mod seed;
mod settings;
mod snapshot;
mod sources;
mod state;
mod task;
mod update;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use self::callbacks::Batch;
use self::desk::Desk;
pub(crate) use self::operations::{Call, OPERATIONS};
pub use self::rules::{Choice, Rules, UnknownRule};
pub(crate) use self::settings::Undocumented;
pub use self::snapshot::{TaskError, TaskSnapshot, TaskStatus};
pub(crate) use self::state::Failure;
use self::task::Task;

/// How often tasks that exited long ago are forgotten although nobody asks for a list.
const SWEEP: SignedDuration = SignedDuration::from_mins(1);

/// All tasks of all accounts, by id.
#[derive(Default)]
pub(crate) struct Relays {
    tasks: HashMap<String, Task>,
    places: u64,
    desk: Desk,
    settled: Timestamp,
}

impl Relays {
    /// Begins without tasks; a bell is rung whenever there may be news to tell.
    pub(crate) fn new(rules: Rules, bell: Option<Arc<Notify>>) -> Self {
        Self { desk: Desk::new(rules, bell), ..Self::default() }
    }

    /// Shows every task that is still remembered, in the order of creation.
    pub(crate) fn snapshot(&mut self, now: Timestamp) -> Vec<TaskSnapshot> {
        self.settle(now);
        let mut tasks: Vec<&Task> = self.tasks.values().collect();
        // Of the ids a task has had, the one it runs under comes last, also where a file of an older program did not count them.
        tasks.sort_by_key(|task| (task.place, task.restarted_as.is_none(), task.earlier_ids, task.interruptions));
        tasks.into_iter().map(|task| TaskSnapshot::new(task, now, &self.desk.rules)).collect()
    }

    /// Breaks the source or the destination of a running task.
    pub(crate) fn fail(&mut self, task_id: &str, cause: Failure, now: Timestamp) -> Result<(), TaskError> {
        self.with_task(task_id, now, |task, desk| task.fail(cause, now, desk))
    }

    /// Mends a recovering task.
    pub(crate) fn recover(&mut self, task_id: &str, now: Timestamp) -> Result<(), TaskError> {
        self.with_task(task_id, now, |task, desk| task.recover(now, desk))
    }

    /// Hands over what is to be told by now.
    ///
    /// Where no task is to be told of, nothing is looked at: states come about when somebody looks, and nobody does.
    pub(crate) fn take_news(&mut self, now: Timestamp) -> Batch {
        let is_told = |task: &&Task| !task.settings.callback_url.is_empty();
        if self.tasks.values().any(|task| is_told(&task)) {
            self.settle(now);
        }
        let told = self.tasks.values().filter(is_told);
        let due = told.filter_map(|task| task.next(&self.desk.rules)).map(|(at, _)| at).min();
        Batch { first: self.desk.first(), news: self.desk.take(), due }
    }

    /// Forgets news that were told, or will never be.
    pub(crate) fn told(&mut self, number: u64) {
        self.desk.done(number);
    }

    /// Takes the place of others, whose news are told no more.
    pub(crate) fn follow(&mut self, earlier: &Self) {
        self.desk.follow(&earlier.desk);
    }

    fn with_task(
        &mut self,
        task_id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Task, &mut Desk) -> bool,
    ) -> Result<(), TaskError> {
        self.settle(now);
        let task = self.tasks.get_mut(task_id).ok_or_else(|| TaskError::NotFound { task_id: task_id.to_owned() })?;
        let status = task.state.status();
        let changed = change(task, &mut self.desk);
        if changed { Ok(()) } else { Err(TaskError::WrongStatus { task_id: task_id.to_owned(), status }) }
    }

    /// Brings every task up to date and forgets the ones that exited long ago.
    fn settle(&mut self, now: Timestamp) {
        let Self { tasks, desk, .. } = self;
        let mark = desk.mark();
        tasks.retain(|id, task| {
            task.settle(now, desk);
            let stays = task.is_remembered(now, &desk.rules);
            if !stays {
                desk.touch(id);
            }
            stays
        });
        desk.sort_since(mark);
        self.settled = now;
    }

    /// Finds one task of an account, up to date, and what it acts by.
    fn find(&mut self, account: &str, task_id: &str, now: Timestamp) -> Option<(&mut Task, &mut Desk)> {
        if now.duration_since(self.settled).abs() >= SWEEP {
            self.settle(now);
        }
        let task = self.tasks.get_mut(task_id).filter(|task| task.account == account)?;
        task.settle(now, &mut self.desk);
        task.is_remembered(now, &self.desk.rules).then_some((task, &mut self.desk))
    }

    /// Takes a task in, under its id.
    fn insert(&mut self, task: Task) {
        self.desk.touch(&task.id);
        self.tasks.insert(task.id.clone(), task);
    }

    fn next_place(&mut self) -> u64 {
        self.places += 1;
        self.places
    }
}

#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod state_tests;
#[cfg(test)]
mod test_world;
#[cfg(test)]
mod update_tests;
