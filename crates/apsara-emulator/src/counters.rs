//! How often each operation was called, by the status of the answer.

use std::collections::BTreeMap;

/// The calls since the start, by the operation and the status; 0 stands for an answer that did not go out.
///
/// Only operations that exist are told apart, so that no caller can make it grow; all others have the empty name.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    calls: BTreeMap<(String, u16), u64>,
}

impl Counters {
    /// Counts a call; answers how many there are of its kind now.
    pub(crate) fn count(&mut self, operation: &str, status: u16) -> u64 {
        let count = self.calls.entry((operation.to_owned(), status)).or_default();
        *count += 1;
        *count
    }

    /// Goes on from a count.
    pub(crate) fn restore(&mut self, operation: String, status: u16, count: u64) {
        self.calls.insert((operation, status), count);
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = (&str, u16, u64)> {
        self.calls.iter().map(|((operation, status), count)| (operation.as_str(), *status, *count))
    }
}
