//! How many attempts are under way at a time.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::crowd::{Crowd, Place};

/// Says how many attempts of a configuration may be under way at a time. Who asked first is let in first.
///
/// Each has a connection of its own, with its buffers and its file; those that wait have none.
#[derive(Debug)]
pub(crate) enum Limit {
    /// So many.
    Most(usize, Semaphore),
    /// All, but not all at once.
    None(Crowd),
}

/// What an attempt holds while it is under way.
pub(super) enum Permit<'a> {
    OfMost(#[expect(dead_code, reason = "it is held")] SemaphorePermit<'a>),
    Place(#[expect(dead_code, reason = "it is held")] Place<'a>),
}

impl Limit {
    pub(crate) fn new(most: Option<usize>) -> Self {
        match most.map(|most| most.min(Semaphore::MAX_PERMITS)) {
            Some(most) => Self::Most(most, Semaphore::new(most)),
            None => Self::None(Crowd::new()),
        }
    }

    /// Returns how many may be under way, where that is limited.
    pub(crate) fn most(&self) -> Option<usize> {
        match self {
            Self::Most(most, _) => Some(*most),
            Self::None(_) => None,
        }
    }

    /// Gives a permit if there is one, and nobody waits for it.
    pub(super) fn try_enter(&self) -> Option<Permit<'_>> {
        match self {
            Self::Most(_, free) => free.try_acquire().ok().map(Permit::OfMost),
            Self::None(crowd) => crowd.try_enter().map(Permit::Place),
        }
    }
}
