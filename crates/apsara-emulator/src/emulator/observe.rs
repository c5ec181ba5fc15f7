//! What tests prepare and look at: faults, quotas and the ledger.

use super::{Emulator, EmulatorBuilder};
use crate::faults::Faults;
use crate::ledger::LedgerEntry;
use crate::quota::Quotas;
use crate::relay::Rules;
use crate::relay::callbacks::Callback;

impl Emulator {
    /// Gives the injector of faults, to add rules to or to take them away.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Copies the record of all requests so far.
    ///
    /// A request stands in it before its answer goes out.
    #[must_use]
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.with_ledger(<[LedgerEntry]>::to_vec)
    }

    /// Reads the record of all requests so far without copying it.
    ///
    /// No request is answered while `read` runs; calling another method of the emulator in it does not return.
    pub fn with_ledger<T>(&self, read: impl FnOnce(&[LedgerEntry]) -> T) -> T {
        self.shared.with_state(|state| read(state.ledger.entries()))
    }

    /// Counts the entries of the ledger.
    #[must_use]
    pub fn ledger_len(&self) -> usize {
        self.shared.with_state(|state| state.ledger.len())
    }

    /// Copies the record of the last 10,000 callbacks: what was told, where, how often, and what became of it.
    ///
    /// What happens is told in the background: a callback stands here soon after the call or the time that caused it.
    #[must_use]
    pub fn callbacks(&self) -> Vec<Callback> {
        self.shared.told.entries()
    }

    /// Empties the ledger; nothing else is forgotten.
    pub fn clear_ledger(&self) {
        self.shared.with_state(|state| state.ledger.clear());
    }
}

impl EmulatorBuilder {
    /// Sets what relay tasks do where the documents are silent or contradict each other: `2025-08` unless set.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules = rules;
        self
    }

    /// Sets whether what happens to a task is posted to its `CallbackUrl`: it is, unless this is set to `false`.
    ///
    /// Any host is posted to that a task names, by plain HTTP; a callback to an address of HTTPS is not sent.
    pub fn callbacks(mut self, tells: bool) -> Self {
        self.tells = tells;
        self
    }

    /// Sets how calls are counted against the quotas: in fixed windows unless set.
    pub fn quota(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Sets the quota of an operation, which otherwise is what its spec says: so many calls in so many seconds.
    ///
    /// With [`Quotas::Off`] it does not count either. An emulator does not start with a quota of an operation that no product has.
    pub fn quota_of(mut self, operation: impl Into<String>, calls: u32, seconds: u32) -> Self {
        self.quota_of.push((operation.into(), calls, seconds));
        self
    }

    /// Sets what the draws of faults with a probability follow from; 0 unless set.
    pub fn fault_seed(mut self, seed: u64) -> Self {
        self.fault_seed = seed;
        self
    }

    /// Lets the ledger keep so many entries at most, and of what callers sent 64 MiB, and drop the oldest ones.
    ///
    /// Unless set it keeps them all: a test wants to see every call, and ends. What serves for days sets it.
    pub fn most_ledger_entries(mut self, most: usize) -> Self {
        self.most_entries = Some(most);
        self
    }
}
