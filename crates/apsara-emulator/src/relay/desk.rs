//! What tasks act by and leave behind: the rules, the news that callbacks tell, and which tasks have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::callbacks::{News, news};
use super::rules::Rules;
use super::task::Task;

/// The rules, and the news that are not told yet.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) rules: Rules,
    /// What nobody has fetched yet, by number.
    fresh: Vec<(u64, News)>,
    /// What was fetched, and may or may not have been told, by number.
    under_way: BTreeMap<u64, News>,
    /// The number from which on news are this desk's, and not those of one before it.
    first: u64,
    next: u64,
    changes: Changes,
    /// Wakes whoever tells the news; without it there are none.
    bell: Option<Arc<Notify>>,
}

/// What has changed since somebody asked.
#[derive(Default)]
pub(super) struct Changes {
    /// The ids of tasks that are other than they were, or no more.
    pub(super) tasks: BTreeSet<String>,
    /// The number from which on news were not there.
    pub(super) first_fresh: u64,
    /// The numbers of news that were told, or will never be.
    pub(super) done: Vec<u64>,
}

impl Desk {
    pub(crate) fn new(rules: Rules, bell: Option<Arc<Notify>>) -> Self {
        Self { rules, bell, ..Self::default() }
    }

    /// Notes that a task has changed its state, and that it is to be told, if it is anywhere.
    pub(super) fn note(&mut self, task: &Task, at: Timestamp) {
        self.touch(&task.id);
        if self.tells(task)
            && let Some(news) = news(task, at, &self.rules)
        {
            self.fresh.push((self.next, news));
            self.next += 1;
        }
    }

    /// Notes that there is another task of an id than there was, or none any more.
    pub(super) fn touch(&mut self, id: &str) {
        self.changes.tasks.insert(id.to_owned());
    }

    /// Lets the time of a task's next change be looked at again.
    pub(super) fn ring(&self, task: &Task) {
        if let Some(bell) = self.bell.as_ref().filter(|_| self.tells(task)) {
            bell.notify_one();
        }
    }

    fn tells(&self, task: &Task) -> bool {
        self.bell.is_some() && !task.settings.callback_url.is_empty()
    }

    /// Counts the fresh news, for [`sort_since`](Self::sort_since).
    pub(super) fn mark(&self) -> usize {
        self.fresh.len()
    }

    /// Puts the news of several tasks since a mark in the order in which they happened; by their numbers too.
    pub(super) fn sort_since(&mut self, mark: usize) {
        let since = &mut self.fresh[mark..];
        let numbers: Vec<u64> = since.iter().map(|(number, _)| *number).collect();
        since.sort_by_key(|(_, news)| news.at);
        for ((number, _), sorted) in since.iter_mut().zip(numbers) {
            *number = sorted;
        }
    }

    /// Hands over the news, each with a number to say later that it [is done](Self::done).
    pub(super) fn take(&mut self) -> Vec<(u64, News)> {
        let taken = std::mem::take(&mut self.fresh);
        self.under_way.extend(taken.iter().cloned());
        taken
    }

    /// Forgets news that were told, or will never be.
    pub(super) fn done(&mut self, number: u64) {
        if self.under_way.remove(&number).is_some() {
            self.changes.done.push(number);
        }
    }

    /// The number from which on news are told: what was fetched before is of a world that is no more.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Counts on from an earlier desk.
    pub(super) fn follow(&mut self, earlier: &Self) {
        (self.first, self.next) = (earlier.next, earlier.next);
        self.changes.first_fresh = self.next;
    }

    /// Tells what has changed since this was asked last; it is not told again.
    pub(super) fn take_changes(&mut self) -> Changes {
        let fresh = Changes { first_fresh: self.next, ..Changes::default() };
        std::mem::replace(&mut self.changes, fresh)
    }

    /// All that is not done from a number on, in its order.
    pub(super) fn since(&self, first: u64) -> impl Iterator<Item = (u64, &News)> {
        let fresh = self.fresh.iter().map(|(number, news)| (*number, news));
        let under_way = self.under_way.range(first..).map(|(number, news)| (*number, news));
        under_way.chain(fresh.filter(move |(number, _)| *number >= first))
    }

    /// Takes up what an earlier program had not done, by its numbers.
    pub(super) fn resume(&mut self, news: Vec<(u64, News)>) {
        self.next = news.last().map_or(0, |(number, _)| number + 1);
        self.changes.first_fresh = self.next;
        self.fresh = news;
    }
}
