//! The record of callbacks.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::News;

/// How many callbacks are remembered; older ones are dropped.
const MOST: usize = 10_000;

/// Shows one callback: what it told, where, and what became of that.
///
/// Its `Debug` shows neither the body nor what follows the path of the address: both can hold keys.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Callback {
    /// The task that it is about.
    pub task_id: String,
    /// The address that the task named when this happened.
    pub url: String,
    /// The name of the event, such as `LivePullToPushRunning`.
    pub event: String,
    /// When it happened, by the emulator's clock; the callback may have gone out later.
    pub event_time: Timestamp,
    /// The JSON that was posted.
    pub body: String,
    /// How often it was posted so far.
    pub attempts: u32,
    /// The HTTP status of the last answer; `None` if the last attempt got none.
    pub status: Option<u16>,
    /// What became of it.
    pub outcome: CallbackOutcome,
}

/// Says what became of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallbackOutcome {
    /// It waits for an earlier one of the same task, for an answer, or for the next attempt.
    Pending,
    /// It was answered with a status from 200 to 299.
    Delivered,
    /// All attempts failed.
    GivenUp,
    /// The emulator cannot send it: its address does not begin with `http://`.
    NotSent,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("task_id", &self.task_id)
            .field("url", &without_secrets(&self.url))
            .field("event", &self.event)
            .field("event_time", &self.event_time)
            .field("attempts", &self.attempts)
            .field("status", &self.status)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Cuts a URL's query and fragment off, and its user information out.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// The callbacks of an emulator in the order in which what they tell was noticed.
#[derive(Default)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    dropped: u64,
    kept: VecDeque<Callback>,
}

impl Log {
    /// Copies what is remembered.
    pub(crate) fn entries(&self) -> Vec<Callback> {
        self.with(|entries| entries.kept.iter().cloned().collect())
    }

    /// Begins the entry of a callback, and gives its number.
    pub(super) fn begin(&self, news: &News) -> u64 {
        self.with(|entries| {
            if entries.kept.len() == MOST {
                entries.kept.pop_front();
                entries.dropped += 1;
            }
            entries.kept.push_back(Callback {
                task_id: news.task_id.clone(),
                url: news.url.clone(),
                event: news.event.to_owned(),
                event_time: news.at,
                body: news.body.clone(),
                attempts: 0,
                status: None,
                outcome: CallbackOutcome::Pending,
            });
            entries.dropped + entries.kept.len() as u64 - 1
        })
    }

    /// Changes an entry, if it is still remembered.
    pub(super) fn change(&self, number: u64, change: impl FnOnce(&mut Callback)) {
        self.with(|entries| {
            let at = number.checked_sub(entries.dropped).and_then(|at| usize::try_from(at).ok());
            if let Some(callback) = at.and_then(|at| entries.kept.get_mut(at)) {
                change(callback);
            }
        });
    }

    fn with<T>(&self, read: impl FnOnce(&mut Entries) -> T) -> T {
        read(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(number: usize) -> News {
        News {
            at: Timestamp::UNIX_EPOCH,
            origin_id: String::new(),
            task_id: number.to_string(),
            url: "http://me:sesame@a.example.com:80/b?key=sesame#sesame".to_owned(),
            event: "E",
            body: "sesame".to_owned(),
        }
    }

    #[test]
    fn only_the_newest_entries_are_kept_and_each_is_changed_by_its_number() {
        let log = Log::default();
        let numbers: Vec<u64> = (0..MOST + 2).map(|number| log.begin(&news(number))).collect();
        log.change(numbers[1], |_| panic!("it was dropped"));
        log.change(numbers[2], |callback| callback.attempts = 7);
        let entries = log.entries();
        assert_eq!((entries.len(), entries[0].task_id.as_str(), entries[0].attempts), (MOST, "2", 7));
    }

    #[test]
    fn debug_shows_no_secret() {
        let log = Log::default();
        log.begin(&news(0));
        let shown = format!("{:?}", log.entries());
        assert!(shown.contains("http://a.example.com:80/b\"") && !shown.contains("sesame"), "{shown}");
        assert_eq!(without_secrets("http://a.example.com"), "http://a.example.com");
        assert_eq!(without_secrets("nonsense"), "nonsense");
    }
}
