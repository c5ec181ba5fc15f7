//! What an emulator's state is made of, so that it can be made again.

use std::path::PathBuf;
use std::sync::Arc;

use crate::accounts::{Account, Accounts};
use crate::catalog::Catalog;
use crate::gateway::{Manner, State};
use crate::ledger::Ledger;
use crate::nonce::Nonces;
use crate::quota::{Meter, Quotas};
use crate::relay::Relays;
use crate::start_error::StartError;
use crate::trace::Trace;

/// Everything that a state begins with.
pub(crate) struct Blueprint {
    pub(super) accounts: Vec<Account>,
    pub(super) quotas: Quotas,
    pub(super) quota_of: Vec<(String, u32, u32)>,
    pub(super) most_entries: Option<usize>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) manner: Manner,
}

impl Blueprint {
    /// The id of the first account.
    pub(crate) fn first_account(&self) -> &str {
        self.accounts.first().map_or("", |account| &account.id)
    }

    /// Makes a state in which nothing has happened; it notes requests in memory alone.
    pub(crate) fn build(&self) -> Result<State, StartError> {
        Ok(State {
            accounts: Accounts::new(self.accounts.clone())?,
            nonces: Nonces::new(),
            relays: Relays::default(),
            meter: Meter::new(self.quotas, self.quota_of.clone()),
            ledger: Ledger::new(self.most_entries),
            catalog: Arc::clone(&self.catalog),
            manner: self.manner,
            trace: Trace::default(),
            counters: crate::counters::Counters::default(),
        })
    }
}

/// Opens the file of the trace, if there is to be one.
pub(super) fn open_trace(path: Option<PathBuf>) -> Result<Trace, StartError> {
    match path {
        Some(path) => Trace::to_file(&path).map_err(|source| StartError::Trace { path, source }),
        None => Ok(Trace::default()),
    }
}
