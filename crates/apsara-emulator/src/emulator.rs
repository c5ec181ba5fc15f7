//! Starting and stopping an emulator, and looking into it.

mod manner;
mod observe;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::accounts::{Account, Accounts};
use crate::catalog::{Catalog, Product};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::gateway::{Manner, State};
use crate::ledger::Ledger;
use crate::nonce::Nonces;
use crate::quota::{Meter, Quotas};
use crate::relay::{Failure, Relays, TaskError, TaskSnapshot};
use crate::server::{self, Shared};
use crate::start_error::StartError;

/// The account of an emulator that was not given one.
pub const DEFAULT_ACCOUNT_ID: &str = "1234567890123456";
/// The access key id of the default account.
pub const DEFAULT_ACCESS_KEY_ID: &str = "LTAI5tApsaraEmulator0000";
/// The secret of the default account's access key; no account of the cloud has it.
pub const DEFAULT_ACCESS_KEY_SECRET: &str = "apsara-emulator-secret-00000000";

/// The seed of an emulator that was not given one.
const DEFAULT_SEED: u64 = 0;

/// Serves a stand-in for Alibaba Cloud on this machine until it is dropped.
///
/// Every emulator is a world of its own: many can run in one process. It lives in the tokio runtime it was started in.
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    url: String,
    host: String,
    access_key_id: String,
    access_key_secret: String,
    account_id: String,
    serving: AbortHandle,
}

impl Emulator {
    /// Starts with one default account, on a free port of 127.0.0.1, with the machine's clock.
    ///
    /// When it returns, the port is open and requests are answered.
    ///
    /// # Errors
    ///
    /// Fails if no port can be opened.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Describes an emulator that differs from the default one.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            accounts: Vec::new(),
            listen: "127.0.0.1:0".to_owned(),
            clock: Clock::system(),
            gateway_clock: Clock::system(),
            spec_files: Vec::new(),
            manner: Manner { seed: DEFAULT_SEED, verifies: true, needs_https: false },
            most_entries: None,
            fault_seed: 0,
            quotas: Quotas::default(),
            quota_of: Vec::new(),
        }
    }

    /// Gives the address to send requests to, such as `http://127.0.0.1:40123`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gives the host and the port, such as `127.0.0.1:40123`: what the `Host` header must say.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Gives the socket's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives the id of the first account.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// Gives the first account's first access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Gives the secret of the first account's first access key.
    #[must_use]
    pub fn access_key_secret(&self) -> &str {
        &self.access_key_secret
    }

    /// Gives the clock of tasks and temporary keys, to read or to move it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Shows all relay tasks of all accounts in the order of creation, those that exited in the last 24 hours too.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskSnapshot> {
        self.with_relays(Relays::snapshot)
    }

    /// Breaks the source of a running task: it goes to [`Recovering`](crate::TaskStatus::Recovering), and to
    /// [`Offline`](crate::TaskStatus::Offline) when `RetryCount` × `RetryInterval` seconds have passed.
    ///
    /// # Errors
    ///
    /// Fails if there is no such task, or if it is not running.
    pub fn fail_source(&self, task_id: &str) -> Result<(), TaskError> {
        self.with_relays(|relays, now| relays.fail(task_id, Failure::Pull, now))
    }

    /// Breaks the destination of a running task; otherwise as [`fail_source`](Self::fail_source).
    ///
    /// # Errors
    ///
    /// Fails if there is no such task, or if it is not running.
    pub fn fail_destination(&self, task_id: &str) -> Result<(), TaskError> {
        self.with_relays(|relays, now| relays.fail(task_id, Failure::Push, now))
    }

    /// Mends what was broken: a recovering task runs again.
    ///
    /// # Errors
    ///
    /// Fails if there is no such task, or if it is not recovering.
    pub fn recover(&self, task_id: &str) -> Result<(), TaskError> {
        self.with_relays(|relays, now| relays.recover(task_id, now))
    }

    fn with_relays<T>(&self, read: impl FnOnce(&mut Relays, jiff::Timestamp) -> T) -> T {
        self.shared.with_state(|state| read(&mut state.relays, self.shared.clock.now()))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url).field("clock", &self.shared.clock).finish_non_exhaustive()
    }
}

/// Describes an emulator before it starts.
#[derive(Debug)]
#[must_use]
pub struct EmulatorBuilder {
    accounts: Vec<Account>,
    listen: String,
    clock: Clock,
    gateway_clock: Clock,
    spec_files: Vec<PathBuf>,
    manner: Manner,
    most_entries: Option<usize>,
    fault_seed: u64,
    quotas: Quotas,
    quota_of: Vec<(String, u32, u32)>,
}

impl EmulatorBuilder {
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

    /// Opens the port and serves on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if the address is not a loopback one or is taken, if the accounts or a quota do not make sense, or if a file
    /// of specs cannot be read.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let mut accounts = self.accounts;
        if accounts.is_empty() {
            accounts.push(Account::new(DEFAULT_ACCOUNT_ID).key(DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET));
        }
        let first = &accounts[0];
        let Some(key) = first.keys.first().cloned() else {
            return Err(StartError::NoKey { account: first.id.clone() });
        };
        let account_id = first.id.clone();
        let accounts = Accounts::new(accounts)?;
        let given = self.spec_files.iter().map(|file| Product::load(file)).collect::<Result<Vec<_>, _>>()?;
        let catalog = Arc::new(Catalog::new(given));
        if let Some((operation, ..)) = self.quota_of.iter().find(|(_, calls, seconds)| *calls == 0 || *seconds == 0) {
            return Err(StartError::EmptyQuota { operation: operation.clone() });
        }

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

        let state = State {
            accounts,
            nonces: Nonces::new(),
            relays: Relays::default(),
            meter: Meter::new(self.quotas, self.quota_of),
            ledger: Ledger::new(self.most_entries),
            catalog,
            manner: self.manner,
        };
        let shared = Arc::new(Shared::new(self.clock, self.gateway_clock, Faults::new(self.fault_seed), state));
        let serving = tokio::spawn(server::serve(listener, Arc::clone(&shared))).abort_handle();
        Ok(Emulator {
            shared,
            address,
            url: format!("http://{address}"),
            host: address.to_string(),
            access_key_id: key.id,
            access_key_secret: key.secret,
            account_id,
            serving,
        })
    }
}
