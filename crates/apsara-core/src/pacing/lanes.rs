//! What a pacer keeps for each of its lanes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Lane;

/// Keeps something for each lane that was asked for, and forgets what is idle once there are many accounts. A quota is that of an
/// operation in all versions of its product.
#[derive(Debug)]
pub struct Lanes<T> {
    of_accounts: RwLock<HashMap<String, OfAccount<T>>>,
    /// How many accounts were left when idle ones were forgotten last.
    left: AtomicUsize,
}

/// How many accounts are known before idle ones are forgotten: a program that gets keys for each of its jobs has many in time.
const MANY_ACCOUNTS: usize = 256;

/// By product and operation.
type OfAccount<T> = HashMap<(&'static str, &'static str), Arc<T>>;

impl<T> Lanes<T> {
    /// Finds what is kept for a lane.
    pub fn find(&self, lane: Lane<'_>) -> Option<Arc<T>> {
        self.look(lane, Arc::clone)
    }

    /// Looks at what is kept for a lane, if there is something. No lane is opened or forgotten meanwhile, so it must be short, and ask for no
    /// lane itself.
    pub(super) fn look<R>(&self, lane: Lane<'_>, at: impl FnOnce(&Arc<T>) -> R) -> Option<R> {
        let of_accounts = self.of_accounts.read().unwrap_or_else(PoisonError::into_inner);
        kept(&of_accounts, lane).map(at)
    }

    /// Finds what is kept for a lane, or begins to keep what `open` makes. Where there are many accounts, it first forgets the lanes that
    /// nobody holds and that are not worth keeping.
    pub fn find_or_open(
        &self,
        lane: Lane<'_>,
        open: impl FnOnce() -> T,
        is_worth_keeping: impl Fn(&T) -> bool,
    ) -> Arc<T> {
        self.find(lane).unwrap_or_else(|| {
            // Each time that there are twice as many, so that it costs next to nothing for each.
            let many = self.left.load(Ordering::Relaxed).saturating_mul(2).max(MANY_ACCOUNTS);
            if self.accounts() >= many {
                self.left.store(self.forget(is_worth_keeping), Ordering::Relaxed);
            }
            let mut of_accounts = self.of_accounts.write().unwrap_or_else(PoisonError::into_inner);
            let of_account = of_accounts.entry(lane.account.to_owned()).or_default();
            Arc::clone(of_account.entry(key(lane)).or_insert_with(|| Arc::new(open())))
        })
    }

    /// Forgets what nobody holds and that is not worth keeping, and returns how many accounts are left.
    pub(super) fn forget(&self, is_worth_keeping: impl Fn(&T) -> bool) -> usize {
        let mut of_accounts = self.of_accounts.write().unwrap_or_else(PoisonError::into_inner);
        of_accounts.retain(|_, of_account| {
            // Whoever has found a lane holds it as long as it needs it, and nobody looks at one now.
            of_account.retain(|_, kept| Arc::strong_count(kept) > 1 || is_worth_keeping(kept));
            !of_account.is_empty()
        });
        of_accounts.len()
    }

    fn accounts(&self) -> usize {
        self.of_accounts.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self { of_accounts: RwLock::default(), left: AtomicUsize::new(0) }
    }
}

// Linked into every program, so that there is one of it whatever is done with what it finds.
#[inline(never)]
fn kept<'k, T>(of_accounts: &'k HashMap<String, OfAccount<T>>, lane: Lane<'_>) -> Option<&'k Arc<T>> {
    of_accounts.get(lane.account)?.get(&key(lane))
}

fn key(lane: Lane<'_>) -> (&'static str, &'static str) {
    (lane.operation.product.name, lane.operation.name)
}
