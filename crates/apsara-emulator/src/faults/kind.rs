//! The names of faults.

use std::fmt;

/// Names the kind of a [`Fault`](crate::Fault), without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// [`Fault::Refuse`](crate::Fault::Refuse).
    Refuse,
    /// [`Fault::Delay`](crate::Fault::Delay).
    Delay,
    /// [`Fault::ResetBeforeExecuting`](crate::Fault::ResetBeforeExecuting).
    ResetBeforeExecuting,
    /// [`Fault::ResetAfterExecuting`](crate::Fault::ResetAfterExecuting).
    ResetAfterExecuting,
    /// [`Fault::CloseIdle`](crate::Fault::CloseIdle).
    CloseIdle,
    /// [`Fault::Truncate`](crate::Fault::Truncate).
    Truncate,
    /// [`Fault::Undecodable`](crate::Fault::Undecodable).
    Undecodable,
    /// [`Fault::HtmlBadGateway`](crate::Fault::HtmlBadGateway).
    HtmlBadGateway,
    /// [`Fault::ServerError`](crate::Fault::ServerError).
    ServerError,
    /// [`Fault::Throttle`](crate::Fault::Throttle).
    Throttle,
    /// [`Fault::ClockSkew`](crate::Fault::ClockSkew).
    ClockSkew,
    /// [`Fault::ExpiredToken`](crate::Fault::ExpiredToken).
    ExpiredToken,
    /// [`Fault::Duplicate`](crate::Fault::Duplicate).
    Duplicate,
}

impl FaultKind {
    /// Gives the name in lower case with hyphens, such as `reset-after-executing`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Delay => "delay",
            Self::ResetBeforeExecuting => "reset-before-executing",
            Self::ResetAfterExecuting => "reset-after-executing",
            Self::CloseIdle => "close-idle",
            Self::Truncate => "truncate",
            Self::Undecodable => "undecodable",
            Self::HtmlBadGateway => "html-bad-gateway",
            Self::ServerError => "server-error",
            Self::Throttle => "throttle",
            Self::ClockSkew => "clock-skew",
            Self::ExpiredToken => "expired-token",
            Self::Duplicate => "duplicate",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
