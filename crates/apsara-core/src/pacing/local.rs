//! The pacer of one process.

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
}

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
        self.lanes.find_or_open(lane, || LaneState::new(lane.quota()), |state| !state.is_idle())
    }

    /// Finds the lane of a call; nothing where nothing limits it: no quota is stated, and the cloud has asked for no wait.
    fn limiting(&self, lane: Lane<'_>) -> Option<Arc<LaneState>> {
        if lane.quota().is_some() { Some(self.find_or_open(lane)) } else { self.lanes.find(lane) }
    }
}

impl Pacer for LocalPacer {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        let quota = lane.quota();
        match self.lanes.look(lane, |state| state.try_acquire(quota)) {
            Some(is_granted) => is_granted,
            None => quota.is_none() || self.find_or_open(lane).try_acquire(quota),
        }
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
