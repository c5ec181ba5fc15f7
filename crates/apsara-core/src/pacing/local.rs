//! The pacer of one process.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use super::lane::LaneState;
use super::{Lane, Lanes, Pacer, PacingError};
use crate::transport::BoxFuture;

/// Keeps the calls of one process within their quotas. Other processes of the account do not know of it.
///
/// Per account and operation it keeps when the last grants were given: a burst of the quota's calls is immediate, and never are
/// there more in any span of its seconds and 40 ms. Who asked first is granted first. While the cloud asks to wait, nobody is. Of two
/// quotas of one operation the stricter holds, until nobody has asked for it for a minute.
#[derive(Debug, Default)]
pub struct LocalPacer {
    lanes: Lanes<LaneState>,
    /// How many accounts were left when idle ones were forgotten last.
    left: AtomicUsize,
}

/// How many accounts are known before idle ones are forgotten: a program that gets keys for each of its jobs has many in time.
const MANY_ACCOUNTS: usize = 256;

impl LocalPacer {
    /// Creates a pacer that has granted nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the pacer that all configurations of the process share unless they are given another, or an endpoint.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<LocalPacer>> = OnceLock::new();
        Arc::clone(SHARED.get_or_init(Arc::default))
    }

    fn find_or_open(&self, lane: Lane<'_>) -> Arc<LaneState> {
        self.lanes.find(lane).unwrap_or_else(|| {
            // Each time that there are twice as many, so that it costs next to nothing for each.
            let many = self.left.load(Ordering::Relaxed).saturating_mul(2).max(MANY_ACCOUNTS);
            if self.lanes.accounts() >= many {
                self.left.store(self.lanes.forget(|state| !state.is_idle()), Ordering::Relaxed);
            }
            self.lanes.find_or_open(lane, || LaneState::new(lane.quota()))
        })
    }

    /// Finds the lane of a call; nothing where nothing limits it: no quota is stated, and the cloud has asked for no wait.
    fn limiting(&self, lane: Lane<'_>) -> Option<Arc<LaneState>> {
        if lane.quota().is_some() { Some(self.find_or_open(lane)) } else { self.lanes.find(lane) }
    }
}

impl Pacer for LocalPacer {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        self.limiting(lane).is_none_or(|state| state.try_acquire(lane.quota()))
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async move {
            match self.limiting(lane) {
                Some(state) => state.acquire(lane.quota(), deadline).await,
                None => Ok(()),
            }
        })
    }

    fn throttled(&self, lane: Lane<'_>, wait: Duration) {
        self.find_or_open(lane).close(wait);
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
