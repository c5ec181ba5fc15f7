//! What can be set about an emulator, and its start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::blueprint::{Blueprint, open_data, open_trace};
use super::{DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, DEFAULT_ACCOUNT_ID, Emulator};
use crate::accounts::{Account, Accounts, Described};
use crate::catalog::{Catalog, Product};
use crate::clock::{Clock, Clocks};
use crate::door::Door;
use crate::faults::Faults;
use crate::gateway::Manner;
use crate::quota::Quotas;
use crate::ram::RamMode;
use crate::relay::Rules;
use crate::relay::callbacks::{self, Patience};
use crate::server::{self, Shared};
use crate::start_error::StartError;

/// The seed of an emulator that was not given one.
const DEFAULT_SEED: u64 = 0;

/// Describes an emulator before it starts.
#[derive(Debug)]
#[must_use]
pub struct EmulatorBuilder {
    accounts: Vec<Account>,
    pub(super) accounts_files: Vec<PathBuf>,
    listen: String,
    clock: Clock,
    gateway_clock: Clock,
    pub(super) most_entries: Option<usize>,
    pub(super) fault_seed: u64,
    pub(super) quotas: Quotas,
    pub(super) quota_of: Vec<(String, u32, u32)>,
    spec_files: Vec<PathBuf>,
    pub(super) manner: Manner,
    pub(super) rules: Rules,
    pub(super) tells: bool,
    pub(super) control: bool,
    pub(super) trace_file: Option<PathBuf>,
    pub(super) data: Option<PathBuf>,
}

impl EmulatorBuilder {
    pub(super) fn new() -> Self {
        Self {
            accounts: Vec::new(),
            accounts_files: Vec::new(),
            listen: "127.0.0.1:0".to_owned(),
            clock: Clock::system(),
            gateway_clock: Clock::system(),
            most_entries: None,
            fault_seed: 0,
            quotas: Quotas::default(),
            quota_of: Vec::new(),
            spec_files: Vec::new(),
            manner: Manner { seed: DEFAULT_SEED, verifies: true, needs_https: false, ram: RamMode::Off },
            rules: Rules::default(),
            tells: true,
            control: false,
            trace_file: None,
            data: None,
        }
    }

    /// Adds an account; the first one replaces the default account.
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// Sets the address to listen at: a loopback address and a port, where port 0 is any free one.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = address.into();
        self
    }

    /// Sets the clock that relay tasks and temporary keys go by.
    ///
    /// Moving it does not make a client's signatures too old: those are checked by the gateway's clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the clock that requests must be signed at, within 15 minutes, and that answers are dated with.
    ///
    /// It is the machine's clock unless set; a clock that is off shows what a client makes of it.
    pub fn gateway_clock(mut self, clock: Clock) -> Self {
        self.gateway_clock = clock;
        self
    }

    /// Serves the operations of one more product: those of a document that the portal calls `api-docs.json`.
    ///
    /// The products that ship with the emulator need no file; a document of one of them, in the same version, takes its
    /// place. The file is read when the emulator starts.
    pub fn spec_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.spec_files.push(path.into());
        self
    }

    /// Sets what the answers follow from that are made up: the same seed and the same request give the same answer.
    pub fn seed(mut self, seed: u64) -> Self {
        self.manner.seed = seed;
        self
    }

    /// Refuses operations whose specs list no plain HTTP with `InvalidProtocol.NeedSsl`, as the cloud does.
    ///
    /// The emulator speaks nothing but plain HTTP, so that such an operation cannot be called then.
    pub fn require_https(mut self) -> Self {
        self.manner.needs_https = true;
        self
    }

    /// Believes every request: neither signatures nor times nor nonces are checked, and a call is charged to the
    /// account whose key it names.
    ///
    /// This is for measuring what the checks cost; it is no stand-in for the cloud.
    pub fn unverified(mut self) -> Self {
        self.manner.verifies = false;
        self
    }

    /// Opens the port and serves on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if the address is not a loopback one or is taken, if the accounts or a quota do not make sense, if the first account has
    /// no key, if a file of specs cannot be read, or if the folder of the data or the file of the trace cannot be opened.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let mut described = vec![Described::by_program(self.accounts)];
        described.extend(self.accounts_files.into_iter().map(Described::in_file));
        if described.len() == 1 && described[0].accounts.is_empty() {
            let account = Account::new(DEFAULT_ACCOUNT_ID).key(DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET);
            described[0].accounts.push(account);
        }
        let first = described.iter().flat_map(|described| &described.accounts).next();
        let first = first.map(|first| (first.id.clone(), first.first_key().cloned()));
        let accounts = Accounts::new(described)?;
        // Without any account there is a file, and what is wrong with it has just been told.
        let (account_id, key) = first.unwrap_or_default();
        let Some(key) = key else {
            return Err(StartError::NoKey { account: account_id });
        };
        if let Some((operation, ..)) = self.quota_of.iter().find(|(_, calls, seconds)| *calls == 0 || *seconds == 0) {
            return Err(StartError::EmptyQuota { operation: operation.clone() });
        }
        let given = self.spec_files.iter().map(|file| Product::load(file)).collect::<Result<Vec<_>, _>>()?;
        let catalog = Arc::new(Catalog::new(given));
        if let Some((operation, ..)) = self.quota_of.iter().find(|(operation, ..)| !catalog.knows(operation)) {
            let near = catalog.nearest(operation).map(str::to_owned);
            return Err(StartError::UnknownOperation { operation: operation.clone(), near });
        }
        let patience = Patience::by(&self.rules);
        let bell = self.tells.then(Arc::<tokio::sync::Notify>::default);
        let blueprint = Blueprint {
            accounts,
            first_account: account_id.clone(),
            quotas: self.quotas,
            quota_of: self.quota_of,
            most_entries: self.most_entries,
            catalog,
            manner: self.manner,
            rules: self.rules,
            bell: bell.clone(),
        };
        let mut state = blueprint.build();

        let Ok(address) = self.listen.parse::<SocketAddr>() else {
            return Err(StartError::InvalidAddress { address: self.listen });
        };
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback { address });
        }
        let bind = async {
            let listener = TcpListener::bind(address).await?;
            let bound = listener.local_addr()?;
            Ok((listener, bound))
        };
        let (listener, address) = bind.await.map_err(|source| StartError::Bind { address, source })?;
        let clocks = Clocks::new(self.clock, self.gateway_clock);
        open_data(self.data, &mut state, &clocks)?;
        state.trace = open_trace(self.trace_file)?;
        let control = self.control.then(|| address.port());
        let shared = Arc::new(Shared::new(blueprint, clocks, Faults::new(self.fault_seed), state, control));
        let door = Door::new(listener);
        let serving = tokio::spawn(server::serve(door.clone(), Arc::clone(&shared))).abort_handle();
        let telling = bell.map(|bell| callbacks::tell(Arc::clone(&shared), bell, patience));
        let telling = telling.map(|telling| tokio::spawn(telling).abort_handle());
        Ok(Emulator {
            shared,
            address,
            url: format!("http://{address}"),
            host: address.to_string(),
            access_key_id: key.id,
            access_key_secret: key.secret,
            account_id,
            serving,
            telling,
            door,
        })
    }
}
