//! How many attempts are under way at a time.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Lets so many attempts of a configuration be under way at a time. Who asked first is let in first.
///
/// Each has a connection of its own, with its buffers and its file; those that wait have none.
#[derive(Debug)]
pub(crate) struct Limit {
    free: Semaphore,
    pub(super) most: usize,
}

/// What an attempt holds while it is under way.
pub(super) type Permit<'a> = SemaphorePermit<'a>;

impl Limit {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        Self { free: Semaphore::new(most), most }
    }

    /// Gives a permit if there is one, and nobody waits for it.
    pub(super) fn try_enter(&self) -> Option<Permit<'_>> {
        self.free.try_acquire().ok()
    }

    /// Waits for a permit.
    pub(super) async fn enter(&self) -> Option<Permit<'_>> {
        // It is never closed.
        self.free.acquire().await.ok()
    }
}
