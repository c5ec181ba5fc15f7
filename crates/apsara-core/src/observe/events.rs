//! What observers are told.

use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::Parameters;
use crate::operation::{Method, Operation};
use crate::outcome::Outcome;
use crate::retry::Cause;

/// Says which call begins.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallStarted<'a> {
    /// The operation, with its product and version.
    pub operation: &'static Operation,
    /// The region that was configured, if one was.
    pub region: Option<&'a str>,
    /// The parameters of the call.
    pub parameters: Parameters<'a>,
}

/// Says how long an attempt waited for its quota.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Paced {
    /// How long it waited.
    pub waited: Duration,
    /// Whether it was granted in the end.
    pub is_granted: bool,
}

/// Says where an attempt goes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptStarted<'a> {
    /// Which attempt of the call it is, from 1 on.
    pub number: u32,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The host, without the port.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The HTTP method.
    pub method: Method,
    /// The path as the operation has it, with `{name}` where a parameter stands.
    pub path: &'static str,
    /// How many bytes the body has, where that is known.
    pub body_bytes: Option<u64>,
}

/// Says what became of an attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptEnded<'a> {
    /// Which attempt of the call it is, from 1 on.
    pub number: u32,
    /// From when it was sent until its answer was there whole, or the head of it where the body is given as it comes.
    pub duration: Duration,
    /// Whether it succeeded, failed or was dropped.
    pub ending: Ending,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// The id that the cloud gave to the request, if it said so.
    pub request_id: Option<&'a str>,
    /// How many bytes the body of a successful answer has.
    pub body_bytes: Option<u64>,
    /// What went wrong; see [`CallEnded::error_type`].
    pub error_type: Option<&'a str>,
    /// The cloud's code, if it refused the attempt.
    pub code: Option<&'a str>,
    /// Whether the cloud refused it because the quota is used up.
    pub is_throttled: bool,
    /// What became of it by itself; nothing where it succeeded.
    pub outcome: Option<Outcome>,
}

impl AttemptEnded<'_> {
    /// Says of an attempt no more than how it ended.
    pub(super) fn of(ending: Ending) -> Self {
        Self {
            number: 0,
            duration: Duration::ZERO,
            ending,
            status: None,
            request_id: None,
            body_bytes: None,
            error_type: None,
            code: None,
            is_throttled: false,
            outcome: None,
        }
    }
}

/// Says that there is to be another attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Retrying {
    /// Which attempt failed.
    pub number: u32,
    /// Why it may be tried again.
    pub cause: RetryCause,
    /// How long the call waits before it.
    pub wait: Duration,
}

/// Says what became of a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnded<'a> {
    /// The operation, with its product and version.
    pub operation: &'static Operation,
    /// Whether it succeeded, failed or was dropped.
    pub ending: Ending,
    /// From its start to its end, waits included.
    pub duration: Duration,
    /// How many attempts there were.
    pub attempts: u32,
    /// How long it waited for its quota, over all attempts.
    pub waited: Duration,
    /// The HTTP status of the last attempt, if there was one.
    pub status: Option<u16>,
    /// The id that the cloud gave to the last request, if it said so.
    pub request_id: Option<&'a str>,
    /// What went wrong: the cloud's code, as `Throttling.User`, or the HTTP status of an answer that is none of the cloud's, or one
    /// of `config`, `credentials`, `invalid`, `quota` (there was no room before the deadline), `connect`, `malformed`, `timeout`
    /// (of an attempt), `connection` (it broke), `deadline`, `concurrency` (its turn did not come before the deadline),
    /// `undecodable`, `cancelled`.
    pub error_type: Option<&'a str>,
    /// The cloud's code, if it refused the call.
    pub code: Option<&'a str>,
    /// What became of it, the worst of its attempts; nothing where it succeeded.
    pub outcome: Option<Outcome>,
}

/// Says how a call or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an answer that can be used.
    Success,
    /// With an error.
    Failure,
    /// Its future was dropped, so that nobody was told anything. Or its answer is a stream, which was dropped before its end.
    Cancelled,
}

/// Says why a call is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryCause {
    /// Nothing was sent.
    NotSent,
    /// The cloud throttled it.
    Throttled,
    /// The clock was off, and is corrected.
    ClockSkew,
    /// The security token was over, and is renewed.
    ExpiredToken,
    /// An earlier call with the same client token is still being executed.
    Busy,
    /// It may have been executed, and may be executed twice.
    Repeatable,
}

impl RetryCause {
    /// Returns a word for it, for labels: `not_sent`, `throttled`, `clock_skew`, `expired_token`, `busy` or `repeatable`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Throttled => "throttled",
            Self::ClockSkew => "clock_skew",
            Self::ExpiredToken => "expired_token",
            Self::Busy => "busy",
            Self::Repeatable => "repeatable",
        }
    }
}

impl From<Cause> for RetryCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NotSent => Self::NotSent,
            Cause::Throttled => Self::Throttled,
            Cause::Skew(_) => Self::ClockSkew,
            Cause::ExpiredToken => Self::ExpiredToken,
            Cause::Busy => Self::Busy,
            Cause::Repeatable => Self::Repeatable,
        }
    }
}

/// Takes headers that are added to an attempt, such as `traceparent`.
#[derive(Debug)]
pub struct AddedHeaders<'a>(&'a mut HeaderMap);

impl<'a> AddedHeaders<'a> {
    pub(super) fn to(headers: &'a mut HeaderMap) -> Self {
        Self(headers)
    }

    /// Adds a header, and returns whether it was added. One that is there already is left as it is, and so is what the
    /// signature and the transport need: `authorization`, `content-length`, `content-type`, `date`, `transfer-encoding`, and all that
    /// begins with `x-acs-`, because the cloud would want it signed.
    pub fn add(&mut self, name: HeaderName, value: HeaderValue) -> bool {
        const RESERVED: [&str; 4] = ["authorization", "content-length", "date", "transfer-encoding"];
        // `content-type` would have to be signed too, even where there is none.
        let is_reserved =
            RESERVED.contains(&name.as_str()) || name == "content-type" || name.as_str().starts_with("x-acs-");
        if is_reserved || self.0.contains_key(&name) {
            return false;
        }
        self.0.insert(name, value);
        true
    }
}
