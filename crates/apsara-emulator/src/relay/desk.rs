//! What tasks act by and leave behind: the rules, and the news that callbacks tell.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::callbacks::{News, news};
use super::rules::Rules;
use super::task::Task;

/// The rules, and the news that nobody has fetched yet.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) rules: Rules,
    news: Vec<News>,
    /// Wakes whoever tells the news; without it there are none.
    bell: Option<Arc<Notify>>,
}

impl Desk {
    pub(crate) fn new(rules: Rules, bell: Option<Arc<Notify>>) -> Self {
        Self { rules, news: Vec::new(), bell }
    }

    /// Notes that a task has changed its state, if it is to be told anywhere.
    pub(super) fn note(&mut self, task: &Task, at: Timestamp) {
        if self.tells(task) {
            self.news.extend(news(task, at, &self.rules));
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

    /// Counts the news so far, for [`sort_since`](Self::sort_since).
    pub(super) fn mark(&self) -> usize {
        self.news.len()
    }

    /// Puts the news of several tasks since a mark in the order in which they happened.
    pub(super) fn sort_since(&mut self, mark: usize) {
        self.news[mark..].sort_by_key(|news| news.at);
    }

    /// Hands over the news.
    pub(super) fn take(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }
}
