//! Relay tasks that outlive the program, and what is still to be told of them.

use super::Relays;
use super::callbacks::News;
use super::task::Task;
use crate::store::{NEWS, PLACES, Rows, Store, TASKS, UnreadableRow};

impl Relays {
    /// Lets the store hold all tasks, and the news that were not told yet: what has happened to a task and that it is to
    /// be told are one transaction.
    pub(crate) fn save(&self, store: &mut Store) {
        store.hold(TASKS, self.tasks.iter().map(|(id, task)| (id.as_str(), task)));
        store.hold(PLACES, std::iter::once(("last", &self.places)));
        let news: Vec<(String, &News)> =
            (0u64..).zip(self.desk.not_done()).map(|(place, news)| (format!("{place:020}"), news)).collect();
        store.hold(NEWS, news.iter().map(|(key, news)| (key.as_str(), *news)));
    }

    /// Takes up the tasks that were saved, and the news.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.tasks = rows.read::<Task>(TASKS)?.into_iter().collect();
        self.places = rows.read::<u64>(PLACES)?.first().map_or(0, |(_, last)| *last);
        self.desk.resume(rows.read::<News>(NEWS)?.into_iter().map(|(_, news)| news));
        Ok(())
    }
}
