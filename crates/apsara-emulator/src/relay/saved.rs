//! Relay tasks that outlive the program, and what is still to be told of them.

use super::Relays;
use super::callbacks::News;
use super::task::Task;
use crate::store::{NEWS, PLACES, Rows, Store, TASKS, UnreadableRow, number_key};

impl Relays {
    /// Hands to the store what has changed since it was called last: tasks, and news that came up or were told. What has happened
    /// to a task and that it is to be told are one transaction.
    pub(crate) fn save(&mut self, store: &mut Store) {
        let changes = self.desk.take_changes();
        for id in changes.tasks {
            match self.tasks.get(&id) {
                Some(task) => store.put(TASKS, || id, task),
                None => store.delete(TASKS, || id),
            }
        }
        if store.is_durable() {
            store.hold(PLACES, std::iter::once(("last", &self.places)));
        }
        for (number, news) in self.desk.since(changes.first_fresh) {
            store.put(NEWS, || number_key(number), news);
        }
        for number in changes.done {
            store.delete(NEWS, || number_key(number));
        }
    }

    /// Takes up the tasks that were saved, and the news.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.tasks = rows.read::<Task>(TASKS)?.into_iter().collect();
        self.places = rows.read::<u64>(PLACES)?.first().map_or(0, |(_, last)| *last);
        self.desk.resume(rows.numbered::<News>(NEWS)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::*;
    use crate::parameters::Parameters;
    use crate::relay::test_world::World;
    use crate::relay::{Failure, TaskStatus};
    use crate::store::Folder;

    /// Reads what a store holds of tasks and news, in the way in which the next program does.
    fn read_again(folder: &Folder, store: Store) -> (Store, Relays) {
        drop(store);
        let (store, rows) = Store::open(&folder.0).unwrap();
        let mut relays = Relays::new("2025-08".parse().unwrap(), Some(Arc::default()));
        relays.resume(&rows).unwrap();
        (store, relays)
    }

    fn written(relays: &Relays) -> (String, String) {
        let mut tasks: Vec<&Task> = relays.tasks.values().collect();
        tasks.sort_by_key(|task| &task.id);
        let news: Vec<(u64, &News)> = relays.desk.since(0).collect();
        (serde_json::to_string(&tasks).unwrap(), serde_json::to_string(&news).unwrap())
    }

    #[test]
    fn whatever_changes_a_task_is_in_the_store() {
        let folder = Folder::new("tasks");
        let (mut store, _) = Store::open(&folder.0).unwrap();
        let callback = ("CallbackUrl", "http://c.example.com");
        let mut world = World::new(&[callback]);
        world.relays = Relays::new("2025-08".parse().unwrap(), Some(Arc::default()));
        type Change = fn(&mut World);
        let changes: [(&str, Change); 12] = [
            ("create", |world| {
                let made = World::new(&[("CallbackUrl", "http://c.example.com")]);
                let task = made.relays.tasks.into_values().next().unwrap();
                world.task_id = task.id.clone();
                world.relays.insert(task);
            }),
            ("update", |world| world.task("UpdateLivePullToPush", &[("RepeatNumber", "3")]).unwrap()),
            ("start", |world| world.at(crate::relay::test_world::START)),
            ("fail", |world| world.relays.fail(&world.task_id.clone(), Failure::Pull, world.now).unwrap()),
            ("recover", |world| world.relays.recover(&world.task_id.clone(), world.now).unwrap()),
            ("restart", |world| world.task("RestartLivePullToPush", &[]).unwrap()),
            ("stop", |world| world.task("StopLivePullToPush", &[]).unwrap()),
            ("plan", |world| world.task("UpdateLivePullToPush", &[("FileIndex", "2")]).unwrap()),
            ("again", |world| world.task("RestartLivePullToPush", &[]).unwrap()),
            ("delete", |world| world.task("DeleteLivePullToPush", &[]).unwrap()),
            ("seed", |world| {
                let parameters = Parameters::from([
                    ("Region", "cn-shanghai"),
                    ("SourceType", "vod"),
                    ("SourceUrls", r#"["a"]"#),
                    ("DstUrl", "rtmp://c/d"),
                ]);
                world.relays.seed("1", None, parameters, TaskStatus::Offline, world.now).unwrap();
            }),
            ("forget", |world| world.now += SignedDuration::from_hours(48)),
        ];
        for (what, change) in changes {
            change(&mut world);
            world.relays.take_news(world.now);
            world.relays.save(&mut store);
            store.commit();
            let (opened, relays) = read_again(&folder, store);
            store = opened;
            assert_eq!(written(&relays), written(&world.relays), "{what}");
        }
        assert!(world.relays.tasks.is_empty() && world.relays.desk.since(0).count() > 5);
    }

    #[test]
    fn a_callback_that_is_told_is_one_change_however_many_wait() {
        let folder = Folder::new("told");
        let (mut store, _) = Store::open(&folder.0).unwrap();
        let mut world = World::new(&[]);
        world.relays = Relays::new("2025-08".parse().unwrap(), Some(Arc::default()));
        for _ in 0..100 {
            let made = World::new(&[("CallbackUrl", "http://c.example.com")]);
            made.relays.tasks.into_values().for_each(|task| world.relays.insert(task));
        }
        world.at(crate::relay::test_world::START);
        let news = world.relays.take_news(world.now).news;
        assert_eq!(news.len(), 100);
        world.relays.save(&mut store);
        store.commit();
        world.relays.told(news[0].0);
        world.relays.save(&mut store);
        assert_eq!(store.pending(), 1);
        // Who only looks changes nothing.
        store.commit();
        assert_eq!(world.relays.snapshot(world.now).len(), 100);
        world.relays.save(&mut store);
        assert_eq!(store.pending(), 0);
    }
}
