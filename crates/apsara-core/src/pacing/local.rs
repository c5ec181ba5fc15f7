//! The pacer of one process.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use super::lane::LaneState;
use super::{Lane, Pacer, PacingError};
use crate::transport::BoxFuture;

/// Keeps the calls of one process within their quotas. Other processes of the account do not know of it.
///
/// Per account and operation it keeps when the last grants were given: a burst of the quota's calls is immediate, and never are
/// there more in any span of its seconds and 40 ms. Who asked first is granted first. While the cloud asks to wait, nobody is.
#[derive(Debug, Default)]
pub struct LocalPacer {
    lanes: RwLock<HashMap<String, Lanes>>,
}

/// The lanes of an account, by product and operation.
type Lanes = HashMap<(&'static str, &'static str), Arc<LaneState>>;

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

    fn find(&self, lane: Lane<'_>) -> Option<Arc<LaneState>> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        lanes.get(lane.account)?.get(&key(lane)).cloned()
    }

    fn find_or_open(&self, lane: Lane<'_>) -> Arc<LaneState> {
        self.find(lane).unwrap_or_else(|| {
            let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
            let of_account = lanes.entry(lane.account.to_owned()).or_default();
            Arc::clone(of_account.entry(key(lane)).or_insert_with(|| Arc::new(LaneState::new(lane.quota()))))
        })
    }

    /// Finds the lane of a call; nothing where nothing limits it: no quota is stated, and the cloud has asked for no wait.
    fn limiting(&self, lane: Lane<'_>) -> Option<Arc<LaneState>> {
        if lane.quota().is_some() { Some(self.find_or_open(lane)) } else { self.find(lane) }
    }
}

/// A quota is that of an operation in all versions of its product.
fn key(lane: Lane<'_>) -> (&'static str, &'static str) {
    (lane.operation.product.name, lane.operation.name)
}

impl Pacer for LocalPacer {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        self.limiting(lane).is_none_or(|state| state.try_acquire())
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async move {
            match self.limiting(lane) {
                Some(state) => state.acquire(deadline).await,
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
