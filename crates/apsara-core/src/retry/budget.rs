//! How many retries there may be among all calls, so that an outage is not made worse by those who wait for its end.

use std::sync::atomic::{AtomicU32, Ordering};

/// Holds tokens: a retry takes some, a success gives a few back. With none left, calls are tried once until successes have
/// filled it again. All clients of a configuration share one. What it bounds are retries in vain: one that helps costs nothing.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
}

/// What it holds at most: enough for 100 retries in a row.
const MOST: u32 = 500;
/// What a retry takes; it is given back when the retry succeeds.
const RETRY: u32 = 5;
/// What a call gives that succeeds, and took nothing: a fifth of a retry, so that in the long run there is one retry in vain for
/// five such calls at most.
const SUCCESS: u32 = 1;

impl Budget {
    pub(crate) fn new() -> Self {
        Self { tokens: AtomicU32::new(MOST) }
    }

    /// Takes what a retry costs; says whether there was enough.
    pub(crate) fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(RETRY);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Gives back what a success is worth.
    pub(crate) fn succeeded(&self, has_taken: bool) {
        let gain = if has_taken { RETRY } else { SUCCESS };
        // A full one is left alone: nothing is written to what every call shares.
        if self.tokens.load(Ordering::Relaxed) < MOST {
            let give = |tokens: u32| Some((tokens + gain).min(MOST));
            let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_used_up_by_retries_and_filled_by_successes() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        for _ in 0..4 {
            budget.succeeded(false);
        }
        assert!(!budget.take());
        budget.succeeded(false);
        assert!(budget.take() && !budget.take());
        budget.succeeded(true);
        assert!(budget.take() && !budget.take());
    }

    #[test]
    fn it_never_holds_more_than_at_first() {
        let budget = Budget::new();
        for _ in 0..1000 {
            budget.succeeded(true);
        }
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
    }
}
