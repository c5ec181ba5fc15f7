//! What tasks act by and leave behind: the rules, and the news that callbacks tell.

use std::collections::BTreeMap;
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
    /// What nobody has fetched yet.
    fresh: Vec<News>,
    /// What was fetched, and may or may not have been told, by number.
    under_way: BTreeMap<u64, News>,
    /// The number from which on news are this desk's, and not those of one before it.
    first: u64,
    next: u64,
    /// Wakes whoever tells the news; without it there are none.
    bell: Option<Arc<Notify>>,
}

impl Desk {
    pub(crate) fn new(rules: Rules, bell: Option<Arc<Notify>>) -> Self {
        Self { rules, bell, ..Self::default() }
    }

    /// Notes that a task has changed its state, if it is to be told anywhere.
    pub(super) fn note(&mut self, task: &Task, at: Timestamp) {
        if self.tells(task) {
            self.fresh.extend(news(task, at, &self.rules));
        }
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

    /// Puts the news of several tasks since a mark in the order in which they happened.
    pub(super) fn sort_since(&mut self, mark: usize) {
        self.fresh[mark..].sort_by_key(|news| news.at);
    }

    /// Hands over the news, each with a number to say later that it [is done](Self::done).
    pub(super) fn take(&mut self) -> Vec<(u64, News)> {
        let taken: Vec<(u64, News)> = (self.next..).zip(std::mem::take(&mut self.fresh)).collect();
        self.next += taken.len() as u64;
        self.under_way.extend(taken.iter().cloned());
        taken
    }

    /// Forgets news that were told, or will never be.
    pub(super) fn done(&mut self, number: u64) {
        self.under_way.remove(&number);
    }

    /// The number from which on news are told: what was fetched before is of a world that is no more.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Counts on from an earlier desk.
    pub(super) fn follow(&mut self, earlier: &Self) {
        (self.first, self.next) = (earlier.next, earlier.next);
    }

    /// All that is not done, in its order.
    pub(super) fn not_done(&self) -> impl Iterator<Item = &News> {
        self.under_way.values().chain(&self.fresh)
    }

    /// Takes up what an earlier program had not done.
    pub(super) fn resume(&mut self, news: impl Iterator<Item = News>) {
        self.fresh.extend(news);
    }
}
