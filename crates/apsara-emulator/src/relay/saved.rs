//! Relay tasks that outlive the program.

use super::Relays;
use super::task::Task;
use crate::store::{PLACES, Rows, Store, TASKS, UnreadableRow};

impl Relays {
    /// Lets the store hold all tasks.
    pub(crate) fn save(&self, store: &mut Store) {
        store.hold(TASKS, self.tasks.iter().map(|(id, task)| (id.as_str(), task)));
        store.hold(PLACES, std::iter::once(("last", &self.places)));
    }

    /// Takes up the tasks that were saved.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.tasks = rows.read::<Task>(TASKS)?.into_iter().collect();
        self.places = rows.read::<u64>(PLACES)?.first().map_or(0, |(_, last)| *last);
        Ok(())
    }
}
