//! What can be set about a run.

use std::time::Duration;

/// Sets which calls are made again, and how.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(super) retry_rejected: bool,
    pub(super) retry_unknown: bool,
    pub(super) in_flight: Option<usize>,
    pub(super) stop_after: u64,
    pub(super) settle: Duration,
}

impl Default for Options {
    /// Makes no call again that was rejected or is unknown; stops after 50 failures in a row; asks about calls 15 s after it goes on.
    fn default() -> Self {
        let settle = Duration::from_secs(15);
        Self { retry_rejected: false, retry_unknown: false, in_flight: None, stop_after: 50, settle }
    }
}

impl Options {
    /// Makes those calls again that the cloud refused.
    pub fn retry_rejected(mut self, retry: bool) -> Self {
        self.retry_rejected = retry;
        self
    }

    /// Makes those calls again of which nobody knows whether they were executed: they may be executed twice.
    pub fn retry_unknown(mut self, retry: bool) -> Self {
        self.retry_unknown = retry;
        self
    }

    /// Sets how many calls are under way at a time, 1 at least. Unless it is set, as many as fill the quota, 64 at most; 8 where no
    /// quota is known. Where the configuration has a `ConfigBuilder::concurrency_limit`, set this to no more than that: calls
    /// that wait for their turn are announced in the journal already, and unknown if the program is killed.
    pub fn in_flight(mut self, calls: usize) -> Self {
        self.in_flight = Some(calls);
        self
    }

    /// Sets how many calls in a row may fail before the run stops; 0 for any number. The calls that are under way then still end.
    pub fn stop_after(mut self, failures: u64) -> Self {
        self.stop_after = failures;
        self
    }

    /// Sets how long a run waits when it goes on before it asks what became of calls: one that is still on its way would be taken for
    /// one that was not executed.
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }
}
