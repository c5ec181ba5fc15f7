//! The server: a connection that comes back by itself, and the script.

mod ask;
mod away;
mod question;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use apsara_core::pacing::{LONGEST_CLOSURE, PacingError, Place, Rule, Taken, microseconds};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, Script};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

pub(crate) use self::ask::NoAnswer;
pub(crate) use self::question::Keys;
use self::question::Request;
use crate::debts::Debts;

/// How long a server may take to answer, and to take a connection.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a call waits for a server that has just come back, before it looks again.
const SETTLING: Duration = Duration::from_millis(2);

/// The longest time before a place's own that it may be claimed at.
const EARLIEST: Duration = Duration::from_millis(250);

/// Says whether the store of quotas can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreState {
    /// Nothing was asked of it yet.
    Unasked,
    /// It answered last.
    Reached,
    /// It cannot be asked, with the reason why.
    Unreachable(String),
}

/// What hears of it when that changes.
pub(crate) type Hear = Box<dyn Fn(&StoreState) + Send + Sync>;

/// A server and what is known of it.
pub(crate) struct Store {
    client: Client,
    /// Without user and password.
    address: String,
    script: Script,
    /// What its keys begin with: its user may be allowed no others.
    prefix: Mutex<String>,
    link: Mutex<Link>,
    connecting: tokio::sync::Mutex<()>,
    /// Which server it was last, and since when if it was another one before.
    server: Mutex<(String, Option<Instant>)>,
    /// The last round trip, in microseconds.
    round_trip: AtomicU64,
    /// What finds out whether a server that left a question unanswered is still there.
    looking: Mutex<Option<AbortHandle>>,
    debts: Mutex<Debts>,
    pub(crate) hear: OnceLock<Hear>,
}

enum Link {
    None,
    Up(MultiplexedConnection, u64),
    /// The connection has ended, as those do that nobody uses for a time, or whose runtime has. That says nothing of the server.
    Ended,
    Down {
        outage: Outage,
        trying: AbortHandle,
    },
    /// It is back, but does not know yet what was granted without it.
    Settling,
}

/// A time without the server.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    pub(crate) since: Instant,
    pub(crate) reason: String,
}

impl Store {
    pub(crate) fn new(url: &str) -> Result<Arc<Self>, PacingError> {
        // What is wrong is said without the text: it may hold a password.
        let refused =
            |what: &str| PacingError::Unavailable(format!("the address of the quota's store is none: {what}"));
        let info = url.into_connection_info().map_err(|error| refused(&error.to_string()))?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            prepare_tls().map_err(refused)?;
        }
        let address = info.addr().to_string();
        let client = Client::open(info).map_err(|error| refused(&error.to_string()))?;
        Ok(Arc::new(Self {
            client,
            address,
            script: Script::new(crate::SCRIPT),
            prefix: Mutex::new("apsara:quota".to_owned()),
            link: Mutex::new(Link::None),
            connecting: tokio::sync::Mutex::new(()),
            server: Mutex::default(),
            round_trip: AtomicU64::new(0),
            looking: Mutex::default(),
            debts: Mutex::default(),
            hear: OnceLock::new(),
        }))
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn set_prefix(&self, prefix: String) {
        *self.prefix.lock().unwrap_or_else(PoisonError::into_inner) = prefix;
    }

    /// Writes a key.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn state(&self) -> StoreState {
        match &*self.link() {
            Link::None => StoreState::Unasked,
            Link::Up(..) | Link::Ended => StoreState::Reached,
            Link::Down { outage, .. } => StoreState::Unreachable(outage.reason.clone()),
            Link::Settling => StoreState::Unreachable(format!("{} has just come back", self.address)),
        }
    }

    /// Takes a grant or a place in a lane.
    pub(crate) async fn take(
        self: &Arc<Self>,
        key: &Keys,
        rule: Rule,
        patience: Duration,
        held: Option<Place>,
    ) -> Result<Taken, NoAnswer> {
        // A place is claimed as long before its time as the answer may take.
        let early = (self.round_trip() * 2 + Duration::from_millis(4)).min(EARLIEST);
        let rule = Rule { early: microseconds(early), ..rule };
        self.ask(key, rule, Request::Take { patience, held }).await
    }

    pub(crate) async fn give_back(self: &Arc<Self>, key: &Keys, rule: Rule, place: Place) -> Result<(), NoAnswer> {
        self.ask(key, rule, Request::GiveBack(place)).await.map(drop)
    }

    /// Closes a lane for a time; if the server is away, what is left of it once it is back.
    pub(crate) async fn close(self: &Arc<Self>, key: &Keys, rule: Rule, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_CLOSURE);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // One that refuses the lane grants nothing in it either.
            if let Ok(_) | Err(NoAnswer::Refused(_)) = self.ask(key, rule, Request::Close(left)).await {
                return;
            }
            if self.without(|_, debts| debts.closed(&key.lane, rule, until)).is_some() {
                return;
            }
            // It is back already.
            sleep(SETTLING).await;
        }
    }

    /// Returns how long the server took to answer last.
    pub(crate) fn round_trip(&self) -> Duration {
        Duration::from_micros(self.round_trip.load(Ordering::Relaxed)).min(EARLIEST)
    }

    /// Makes sure that the server can be asked, and can do all that it will be asked for.
    pub(crate) async fn reach(self: &Arc<Self>) -> Result<(), Outage> {
        self.connection().await.map(drop)
    }

    /// Returns the connection; the first one is made here, any other in the background.
    async fn connection(self: &Arc<Self>) -> Result<(MultiplexedConnection, u64), Outage> {
        if let Some(known) = self.known_connection().await {
            return known;
        }
        let _connecting = self.connecting.lock().await;
        if let Some(known) = self.known_connection().await {
            return known;
        }
        match self.connect().await {
            Ok(connection) => Ok(self.found(connection)),
            Err(error) => Err(self.lost(0, &error.to_string())),
        }
    }

    async fn known_connection(self: &Arc<Self>) -> Option<Result<(MultiplexedConnection, u64), Outage>> {
        loop {
            match &mut *self.link() {
                Link::None | Link::Ended => return None,
                Link::Up(connection, number) => return Some(Ok((connection.clone(), *number))),
                Link::Down { outage, trying } => {
                    // What tries has ended with its runtime, but there is another.
                    if trying.is_finished() {
                        *trying = tokio::spawn(away::try_again(Arc::downgrade(self))).abort_handle();
                    }
                    return Some(Err(outage.clone()));
                }
                // It takes a round trip for each lane.
                Link::Settling => {}
            }
            sleep(SETTLING).await;
        }
    }

    async fn connect(&self) -> redis::RedisResult<MultiplexedConnection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        // A server that takes connections may still load its data, only be read from, or forbid what is needed.
        self.try_probe(&connection).await?;
        Ok(connection)
    }

    fn found(&self, connection: MultiplexedConnection) -> (MultiplexedConnection, u64) {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(1);
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        let before = std::mem::replace(&mut *self.link(), Link::Up(connection.clone(), number));
        // Whoever heard that it is reached has heard of nothing else since.
        if !matches!(before, Link::Ended) {
            self.tell(&StoreState::Reached);
        }
        (connection, number)
    }

    fn tell(&self, state: &StoreState) {
        if let Some(hear) = self.hear.get() {
            hear(state);
        }
    }

    fn debts(&self) -> MutexGuard<'_, Debts> {
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("address", &self.address).field("state", &self.state()).finish_non_exhaustive()
    }
}

/// Sees to it that rustls has an implementation of its algorithms: without one it panics.
#[cfg(feature = "tls")]
fn prepare_tls() -> Result<(), &'static str> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, with the same effect.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    Ok(())
}

#[cfg(not(feature = "tls"))]
fn prepare_tls() -> Result<(), &'static str> {
    Err("it needs the feature `tls` of apsara-redis")
}
