//! Keeping to a quota: when a call may go out.

mod lane;
mod local;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub use self::local::LocalPacer;
use crate::operation::{Operation, Quota};
use crate::transport::BoxFuture;

/// Names what a quota is counted by: an account, with all its users and roles, and an operation.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// The account as it was configured. Else the id of the access key that was given, which is all that is known of it, or a
    /// name that is only of this configuration, where a provider gives keys that change.
    pub account: &'a str,
    /// The operation.
    pub operation: &'static Operation,
}

impl Lane<'_> {
    /// Returns the operation's quota, if a document states one.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.operation.quota
    }
}

/// Gives calls their grants, so that no more go out than a quota allows. Every attempt needs one.
///
/// An implementation is fair (who asked first is granted first), sound when a future is dropped (what was not granted is not
/// counted), and never gives more than the quota's calls in any span of its seconds, measured where it gives them.
/// [`LocalPacer`] does so within a process; one on a shared store can take its place, see [`ConfigBuilder::pacer`].
///
/// [`ConfigBuilder::pacer`]: crate::ConfigBuilder::pacer
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
}

impl fmt::Display for PacingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late => f.write_str("the quota has no room before the deadline"),
            Self::Unavailable(reason) => write!(f, "the quota is not known: {reason}"),
        }
    }
}

impl std::error::Error for PacingError {}
