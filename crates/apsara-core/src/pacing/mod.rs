//! Keeping to a quota: when a call may go out.

#[cfg(all(unix, feature = "host"))]
mod host;
mod lane;
mod lanes;
mod local;
mod schedule;
mod turns;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

#[cfg(all(unix, feature = "host"))]
pub use self::host::HostPacer;
pub use self::lanes::Lanes;
pub use self::local::LocalPacer;
pub use self::schedule::{
    LONGEST_CLOSURE, LONGEST_LOG, MOST_FREE, Place, Rule, STRICTER_HOLDS, Schedule, Taken, microseconds,
};
pub use self::turns::Turns;
use crate::operation::{Operation, Quota};
use crate::transport::BoxFuture;

/// Names what a quota is counted by: an account, with all its users and roles, and an operation.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// The account as it was configured. Else the id of the access key, where that was given or stays as it is, which is all that
    /// is known of it, or a name that is only of this configuration, where a provider gives keys that change.
    pub account: &'a str,
    /// The operation.
    pub operation: &'static Operation,
}

impl<'a> Lane<'a> {
    /// Returns the operation's quota, if a document states one.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.operation.quota
    }

    /// Returns the lane under a name that other processes have for it too: with the account that is given, else with its own.
    ///
    /// # Errors
    ///
    /// Fails where no account was configured, and a provider gives keys that change.
    pub fn among_processes(self, account: Option<&'a str>) -> Result<Self, PacingError> {
        let account = account.unwrap_or(self.account);
        if account.is_empty() || account.starts_with(PROVIDER) {
            return Err(PacingError::NoAccount);
        }
        Ok(Self { account, ..self })
    }
}

/// Names the account of a provider's keys within this process.
pub(crate) fn provided_account(number: u64) -> String {
    format!("{PROVIDER}{number}")
}

/// What the names of those accounts begin with; no id of an account or an access key has a space.
const PROVIDER: &str = "provider ";

/// Gives calls their grants, so that no more go out than a quota allows. Every attempt needs one.
///
/// An implementation is fair (who asked first is granted first), sound when a future is dropped (what was not granted is not
/// counted), and never gives more than the quota's calls in any span of its seconds, measured where it gives them.
/// [`LocalPacer`] does so within a process; one that processes share can take its place, see [`ConfigBuilder::pacer`]:
/// [`HostPacer`] with the feature `host`, or the crate apsara-redis.
///
/// [`ConfigBuilder::pacer`]: crate::ConfigBuilder::pacer
/// [`HostPacer`]: https://docs.rs/apsara-core
pub trait Pacer: fmt::Debug + Send + Sync {
    /// Returns at once with a grant where there is one and nobody waits; a call that nothing limits costs no future.
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        let _ = lane;
        false
    }

    /// Waits for a grant, until the deadline at most.
    ///
    /// # Errors
    ///
    /// Fails at once where it is known that there is none before the deadline, and where the store cannot be reached.
    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>>;

    /// Hears that the cloud throttled a call and wants no other for so long: others count against the same quota.
    fn throttled(&self, lane: Lane<'_>, wait: Duration);
}

impl<P: Pacer + ?Sized> Pacer for Arc<P> {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        (**self).try_acquire(lane)
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        (**self).acquire(lane, deadline)
    }

    fn throttled(&self, lane: Lane<'_>, wait: Duration) {
        (**self).throttled(lane, wait);
    }
}

/// Says why there is no grant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PacingError {
    /// There is none before the deadline.
    Late,
    /// It is not known whether there is one, with the reason why.
    Unavailable(String),
    /// No account is known that processes could count by. The call fails with an error of
    /// [`Error::is_config`](crate::Error::is_config): no time mends that.
    NoAccount,
}

impl fmt::Display for PacingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late => f.write_str("the quota has no room before the deadline"),
            Self::Unavailable(reason) => write!(f, "the quota is not known: {reason}"),
            Self::NoAccount => {
                f.write_str("no account is known that processes could count by: set ConfigBuilder::account")
            }
        }
    }
}

impl std::error::Error for PacingError {}
