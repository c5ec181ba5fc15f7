//! What an emulator's state is made of, so that it can be made again.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::accounts::Accounts;
use crate::catalog::Catalog;
use crate::clock::Clocks;
use crate::counters::Counters;
use crate::gateway::{Manner, State};
use crate::ledger::Ledger;
use crate::nonce::Nonces;
use crate::quota::{Meter, Quotas};
use crate::relay::{Relays, Rules};
use crate::replays::Replays;
use crate::start_error::StartError;
use crate::store::Store;
use crate::trace::Trace;

/// Everything that a state begins with.
pub(crate) struct Blueprint {
    pub(super) accounts: Accounts,
    pub(super) first_account: String,
    pub(super) quotas: Quotas,
    pub(super) quota_of: Vec<(String, u32, u32)>,
    pub(super) most_entries: Option<usize>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) manner: Manner,
    pub(super) rules: Rules,
    /// What wakes whoever tells callbacks, if there are to be any.
    pub(super) bell: Option<Arc<Notify>>,
}

impl Blueprint {
    /// The id of the first account.
    pub(crate) fn first_account(&self) -> &str {
        &self.first_account
    }

    /// Makes a state in which nothing has happened; it notes requests in memory alone.
    pub(crate) fn build(&self) -> State {
        State {
            accounts: self.accounts.clone(),
            nonces: Nonces::new(),
            relays: Relays::new(self.rules.clone(), self.bell.clone()),
            meter: Meter::new(self.quotas, self.quota_of.clone()),
            replays: Replays::default(),
            ledger: Ledger::new(self.most_entries),
            catalog: Arc::clone(&self.catalog),
            manner: self.manner,
            trace: Trace::default(),
            counters: Counters::default(),
            store: Store::default(),
        }
    }
}

/// Opens the folder of the data, if there is to be one, and takes up what it holds.
pub(super) fn open_data(folder: Option<PathBuf>, state: &mut State, clocks: &Clocks) -> Result<(), StartError> {
    let Some(folder) = folder else {
        return Ok(());
    };
    let (store, rows) = Store::open(&folder)?;
    let resumed = state.resume(store, &rows, clocks);
    resumed.map_err(|row| StartError::Data { folder, reason: row.to_string() })
}

/// Opens the file of the trace, if there is to be one.
pub(super) fn open_trace(path: Option<PathBuf>) -> Result<Trace, StartError> {
    match path {
        Some(path) => Trace::to_file(&path).map_err(|source| StartError::Trace { path, source }),
        None => Ok(Trace::default()),
    }
}
