//! Starting and stopping an emulator, and looking into it.

mod blueprint;
mod builder;
mod control;
mod observe;
mod permit;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::AbortHandle;

pub(crate) use self::blueprint::Blueprint;
pub use self::builder::EmulatorBuilder;
use crate::clock::Clock;
use crate::door::Door;
use crate::relay::{Failure, Relays, TaskError, TaskSnapshot};
use crate::server::Shared;
use crate::start_error::StartError;

/// The account of an emulator that was not given one.
pub const DEFAULT_ACCOUNT_ID: &str = "1234567890123456";
/// The access key id of the default account.
pub const DEFAULT_ACCESS_KEY_ID: &str = "LTAI5tApsaraEmulator0000";
/// The secret of the default account's access key; no account of the cloud has it.
pub const DEFAULT_ACCESS_KEY_SECRET: &str = "apsara-emulator-secret-00000000";

/// Serves a stand-in for Alibaba Cloud on this machine until it is dropped.
///
/// Every emulator is a world of its own: many can run in one process. It lives in the tokio runtime it was started in.
/// When it is dropped, its port refuses at once; its connections end as soon as the runtime gets to it.
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    url: String,
    host: String,
    access_key_id: String,
    access_key_secret: String,
    account_id: String,
    serving: AbortHandle,
    telling: Option<AbortHandle>,
    door: Door,
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
        EmulatorBuilder::new()
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
        &self.shared.clocks.world
    }

    /// Shows all relay tasks of all accounts in the order of creation, and those that exited as long as they are known:
    /// 24 hours, unless the [rules](EmulatorBuilder::rules) say otherwise.
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

    /// Breaks a running task for a reason that nobody knows, `UnknownError`; otherwise as
    /// [`fail_source`](Self::fail_source).
    ///
    /// # Errors
    ///
    /// Fails if there is no such task, or if it is not running.
    pub fn fail_for_unknown_reason(&self, task_id: &str) -> Result<(), TaskError> {
        self.with_relays(|relays, now| relays.fail(task_id, Failure::Unknown, now))
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
        self.shared.with_state(|state| {
            let done = read(&mut state.relays, self.shared.clocks.world.now());
            state.save(&self.shared.clocks);
            done
        })
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.door.close();
        self.serving.abort();
        if let Some(telling) = &self.telling {
            telling.abort();
        }
        // Connections may live a little longer, but nobody gets an answer any more that is not in the data.
        self.shared.close();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url)
            .field("clock", &self.shared.clocks.world)
            .finish_non_exhaustive()
    }
}
