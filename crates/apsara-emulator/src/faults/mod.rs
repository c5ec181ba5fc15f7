//! Faults that a test injects: what can go wrong between a client and the cloud, when the test says so.

mod injector;
mod intervention;
mod kind;
mod rule;
mod spoil;

use std::time::Duration;

pub use self::injector::Faults;
pub(crate) use self::intervention::Intervention;
pub use self::kind::FaultKind;
pub use self::rule::FaultRule;

/// Describes one thing that goes wrong with a call.
///
/// Faults before the execution bite only if the gateway would have let the call through, and those after it only if the
/// operation was carried out, or its answer is given again for a client token: a call with a wrong signature is told so,
/// whatever rule it meets but [`ExpiredToken`](Self::ExpiredToken), for tokens are looked at first. What did bite stands in
/// [`LedgerEntry::fault`](crate::LedgerEntry::fault).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Refuses in the cloud's shape, after the signature was verified; the operation is not carried out.
    Refuse {
        /// The HTTP status, from 400 to 599.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
    /// Waits for so much real time before the gateway looks at the request, and then goes on as usual.
    ///
    /// It goes on even if the caller has hung up in the meantime.
    Delay(Duration),
    /// Reads the whole request and resets the connection; nothing is looked at and the operation is not carried out.
    ResetBeforeExecuting,
    /// Carries the operation out, answers nothing and resets the connection.
    ResetAfterExecuting,
    /// Answers as usual and resets the connection when the first byte of a next request arrives on it.
    ///
    /// That next request is never read, even if it came together with this one: it is not carried out and not in the ledger. A new
    /// connection is served.
    CloseIdle,
    /// Carries the operation out and answers with the whole head, half of the body, and the end of the connection.
    Truncate,
    /// Carries the operation out and answers with status 200, the content type of JSON, and a page of HTML.
    Undecodable,
    /// Answers 502 with a page of HTML, as a proxy does that finds nobody behind it.
    HtmlBadGateway {
        /// Whether the operation was carried out before; if not, the request did not get to the gateway.
        executed: bool,
    },
    /// Answers with a failure of the server.
    ServerError {
        /// The HTTP status, from 500 to 599.
        status: u16,
        /// The error code.
        code: String,
        /// Whether the answer has the cloud's shape; if not, it has neither a body nor a request id.
        shaped: bool,
        /// Whether the operation was carried out before.
        executed: bool,
    },
    /// Refuses as too frequent, after the signature was verified; the operation is not carried out.
    Throttle {
        /// The error code: `Throttling`, `Throttling.User`, `Throttling.Api`, or another one.
        code: String,
        /// The HTTP status: 400 or 429 as a rule.
        status: u16,
        /// What the header `x-acs-retry-after` says, in whole milliseconds.
        retry_after: Option<Duration>,
        /// What `TimeLeft` of the older header `x-ratelimit-user-api` says, in whole milliseconds.
        legacy: Option<Duration>,
    },
    /// Judges the call by a clock that is ahead by so many seconds, or behind if negative, and dates the answer by it.
    ///
    /// Nonces are remembered by the gateway's usual clock.
    ClockSkew(i64),
    /// Tells a call with a temporary key that its token has expired, although it has not; calls with other keys do not
    /// match.
    ExpiredToken,
    /// Lets the request arrive twice, as by a proxy that repeats: the first answer is thrown away, the second goes out.
    ///
    /// If the first copy used up its nonce, the second is told `SignatureNonceUsed`; both stand in the ledger. A call without a
    /// signature, a bearer's, one that has no nonce, and any call to an emulator that verifies nothing use up none: then the second
    /// copy is a call like any other, which is carried out too unless something else speaks against it, such as its client token.
    Duplicate,
}

impl Fault {
    /// Names the kind of the fault.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Refuse { .. } => FaultKind::Refuse,
            Self::Delay(_) => FaultKind::Delay,
            Self::ResetBeforeExecuting => FaultKind::ResetBeforeExecuting,
            Self::ResetAfterExecuting => FaultKind::ResetAfterExecuting,
            Self::CloseIdle => FaultKind::CloseIdle,
            Self::Truncate => FaultKind::Truncate,
            Self::Undecodable => FaultKind::Undecodable,
            Self::HtmlBadGateway { .. } => FaultKind::HtmlBadGateway,
            Self::ServerError { .. } => FaultKind::ServerError,
            Self::Throttle { .. } => FaultKind::Throttle,
            Self::ClockSkew(_) => FaultKind::ClockSkew,
            Self::ExpiredToken => FaultKind::ExpiredToken,
            Self::Duplicate => FaultKind::Duplicate,
        }
    }
}
