//! A refusal in the cloud's shape.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderName;
use http::header::DATE;
use serde_json::{Map, Value};

use super::{GatewayCode, SignatureMismatch};
use crate::call::Signed;
use crate::outcome::Outcome;
use crate::sensitive::redact_urls;

// Names that are looked up as texts would bring what reads them into every program.
/// The header that names a request.
pub(crate) static REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
static RETRY_AFTER: HeaderName = HeaderName::from_static("x-acs-retry-after");
static RATE_LIMITS: [HeaderName; 2] =
    [HeaderName::from_static("x-ratelimit-user-api"), HeaderName::from_static("x-ratelimit-user")];

/// Holds a refusal that the cloud answered with.
pub struct ServiceError {
    status: u16,
    code: String,
    message: String,
    request_id: Option<String>,
    host_id: Option<String>,
    recommend: Option<String>,
    access_denied_detail: Option<Map<String, Value>>,
    clock_behind: Option<i64>,
    asked_to_wait: Option<Duration>,
    legacy_wait: Option<Duration>,
    mismatch: Option<SignatureMismatch>,
    body: Bytes,
}

impl ServiceError {
    /// Reads an answer that is not a success; nothing if it has not the cloud's shape.
    ///
    /// Names are compared without case, because RPC products spell them `Code` and ROA ones `code`. `now` is the time at which
    /// the answer came.
    pub(crate) fn read(status: u16, headers: &http::HeaderMap, body: &Bytes, now: SystemTime) -> Option<Self> {
        let fields = fields(body)?;
        let text = |name: &str| text(&fields, name);
        let code = text("Code").filter(|code| !code.is_empty())?;
        let header = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Some(Self {
            status,
            message: without_string_to_sign(&text("Message").unwrap_or_default()),
            request_id: text("RequestId").or_else(|| header(&REQUEST_ID).map(str::to_owned)),
            host_id: text("HostId"),
            recommend: text("Recommend"),
            clock_behind: header(&DATE).and_then(|date| seconds_behind(date, now)),
            asked_to_wait: asked_to_wait(headers),
            legacy_wait: RATE_LIMITS.iter().filter_map(header).filter_map(time_left).max(),
            mismatch: None,
            body: body.clone(),
            code,
            // Last, for it takes the fields.
            access_denied_detail: fields.into_iter().find_map(|(name, value)| match value {
                Value::Object(detail) if name.eq_ignore_ascii_case("AccessDeniedDetail") => Some(detail),
                _ => None,
            }),
        })
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.status
    }

    /// Returns the code, for example `CodeTaskNotExist`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the message, with URLs cut to what cannot carry a secret.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the id of the request, from the body or else from the header.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the host that refused the call.
    #[must_use]
    pub fn host_id(&self) -> Option<&str> {
        self.host_id.as_deref()
    }

    /// Returns the address of the page on which Alibaba Cloud explains the code.
    #[must_use]
    pub fn recommend(&self) -> Option<&str> {
        self.recommend.as_deref()
    }

    /// Returns what RAM says of a denial: the action, the principal, the kind of policy.
    #[must_use]
    pub fn access_denied_detail(&self) -> Option<&Map<String, Value>> {
        self.access_denied_detail.as_ref()
    }

    /// Returns how long the cloud asks to wait: by the header `x-acs-retry-after`, which counts milliseconds, else by `TimeLeft` of
    /// `x-ratelimit-user-api` and `x-ratelimit-user`, of which the longer counts, where nothing of that quota remains.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.asked_to_wait.or(self.legacy_wait)
    }

    /// Returns how the text that the cloud signed differs from ours, after a `SignatureDoesNotMatch` that holds it.
    #[must_use]
    pub fn signature_mismatch(&self) -> Option<&SignatureMismatch> {
        self.mismatch.as_ref()
    }

    /// Returns by how many seconds this machine's clock is behind the cloud's, by the answer's `Date`.
    pub(crate) fn clock_behind(&self) -> Option<i64> {
        self.clock_behind
    }

    pub(crate) fn is_signature_mismatch(&self) -> bool {
        GatewayCode::find(&self.code) == Some(GatewayCode::SignatureDoesNotMatch)
    }

    /// Compares the string to sign that the cloud returned with what was signed, where it returned one.
    pub(crate) fn compare(&mut self, signed: &Signed) {
        let fields = fields(&self.body).unwrap_or_default();
        let message = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("Message"));
        let message = message.and_then(|(_, text)| text.as_str());
        self.mismatch = message.and_then(|message| {
            let theirs = signed_text(message, &STRING_TO_SIGN)?;
            Some(SignatureMismatch::between(signed, theirs, signed_text(message, &CANONICAL_REQUEST)))
        });
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether a code says that the quota is used up: a code of the gateway, or one that a product's documents give it.
    #[must_use]
    pub fn is_throttling(code: &str) -> bool {
        /// Those of single products: Live, CDN and SLB.
        const OTHERS: [&str; 5] =
            ["FlowControlError", "InnerRateLimiting", "QpsOverLimit", "ThrottlingException", "TooManyRequests"];
        code == "Throttling" || code.starts_with("Throttling.") || OTHERS.contains(&code)
    }

    /// Returns whether it is a throttling: by its code, or because the cloud says how long to wait.
    pub(crate) fn is_throttled(&self) -> bool {
        self.asked_to_wait.is_some() || self.has_throttling_code()
    }

    fn has_throttling_code(&self) -> bool {
        Self::is_throttling(&self.code)
    }

    /// Returns what became of the call.
    pub(crate) fn outcome(&self) -> Outcome {
        outcome_of(self.status, &self.code)
    }

    /// Takes what must not be seen out of the message.
    pub(crate) fn redact(&mut self, redact: impl FnOnce(&str) -> Option<String>) {
        if let Some(redacted) = redact(&self.message) {
            self.message = redacted;
        }
    }
}

/// Returns what became of a call that was refused in this shape: with a 4xx it was not executed; with a 5xx nobody can know, unless
/// the code is one that is given before execution.
pub(crate) fn outcome_of(status: u16, code: &str) -> Outcome {
    let is_gateways = GatewayCode::find(code).is_some();
    let refused_before = (400..500).contains(&status) || ServiceError::is_throttling(code) || is_gateways;
    if refused_before && !is_unclear(status, code) { Outcome::Rejected } else { Outcome::Unknown }
}

/// Returns whether a code says nothing of whether the call was executed, whatever its status: products document `InternalError`
/// and `CreateOrderTimeout` with 400, `Mayi.InternalError` with 403 and `X.Timeout` with 408. A code that begins by what is wrong
/// with the request, such as `InvalidParameter.RequestTimeout`, says that it was refused for that.
///
/// No two attempts share a nonce. A nonce that the cloud has seen already says that something on the way sent the request twice, so
/// that the first copy may have been executed. A client token that is being worked on says the same.
fn is_unclear(status: u16, code: &str) -> bool {
    const UNCLEAR: [&str; 11] = [
        "Internal Error",
        "InternalError",
        "InternalException",
        "InternalInvokeError",
        "LastTokenProcessing",
        "ServiceUnavailable",
        "SignatureNonceUsed",
        "SystemBusy",
        "SystemError",
        "TimeoutForTransferImage",
        "UnknownError",
    ];
    const OF_THE_REQUEST: [&str; 4] = ["Forbidden", "Incorrect", "Invalid", "Missing"];
    let is_unclear = |part: &str| {
        UNCLEAR.contains(&part) || ["SystemBusy", "TimeOut", "Timeout"].iter().any(|end| part.ends_with(end))
    };
    let is_of_the_request = OF_THE_REQUEST.iter().any(|begin| code.starts_with(begin));
    status == 408 || (!is_of_the_request && (code == "SYSTEM.UNKNOWN.ERROR" || code.split('.').any(is_unclear)))
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {})", self.code, self.status)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match GatewayCode::find(&self.code) {
            Some(GatewayCode::SignatureDoesNotMatch) => match &self.mismatch {
                Some(mismatch) => write!(f, " {mismatch}")?,
                None => f.write_str(" The secret is probably not that of the access key id.")?,
            },
            Some(GatewayCode::InvalidTimeStampExpired | GatewayCode::IllegalTimestamp) => {
                // A time that is refused with a clock that is right was refused for another reason.
                if let Some(behind) = self.clock_behind.filter(|behind| behind.unsigned_abs() >= 60) {
                    let side = if behind < 0 { "ahead of" } else { "behind" };
                    let minutes = behind.unsigned_abs() / 60;
                    write!(f, " This machine's clock is {minutes} minutes {side} the cloud's; set it.")?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("http_status", &self.status)
            .field("code", &self.code)
            .field("message", &self.message)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// Reads the fields of a refusal: JSON, or XML under a root of any name, as gateways answer that were not asked for JSON.
fn fields(body: &Bytes) -> Option<Map<String, Value>> {
    let read = match body.trim_ascii_start().first() {
        Some(b'<') => crate::record::read_xml(body).map(|(_, value)| value),
        _ => serde_json::from_slice(body),
    };
    match read {
        Ok(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}

/// Returns a field that is a text.
#[inline(never)]
fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    value.as_str().map(str::to_owned)
}

/// What stands before the text that the cloud signed, in the message of a mismatch; gateways spell it in two ways.
const STRING_TO_SIGN: [&str; 2] = ["server string to sign is", "server StringToSign is"];
/// What stands before the canonical request of version 3, where the message holds it.
const CANONICAL_REQUEST: [&str; 1] = ["server CanonicalRequest is"];

/// Returns where a message begins to hold what the cloud signed, and where that itself begins.
fn find_signed(message: &str, marks: &[&str]) -> Option<(usize, usize)> {
    marks.iter().filter_map(|mark| message.find(mark).map(|at| (at, at + mark.len()))).min()
}

/// Cuts what the cloud signed out of a message: the text behind a mark, up to the next one, without the brackets around it.
fn signed_text<'a>(message: &'a str, marks: &[&str]) -> Option<&'a str> {
    let (_, start) = find_signed(message, marks)?;
    let rest = &message[start..];
    let end =
        find_signed(rest, &[STRING_TO_SIGN.as_slice(), &CANONICAL_REQUEST].concat()).map_or(rest.len(), |(at, _)| at);
    let text = rest[..end].trim_start_matches([':', ' ']);
    match text.strip_prefix('[') {
        Some(bracketed) => bracketed.rfind(']').map(|at| &bracketed[..at]),
        None => Some(text),
    }
}

/// Returns how long an answer asks to wait by its header, whatever its body is.
pub(crate) fn asked_to_wait(headers: &http::HeaderMap) -> Option<Duration> {
    headers.get(&RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(milliseconds)
}

fn milliseconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().filter(|ms| *ms > 0).map(Duration::from_millis)
}

/// Reads `Limit:1,Remain:0,TimeLeft:2000,Reset:1234`, whose time counts milliseconds. Who has calls left need not wait.
fn time_left(text: &str) -> Option<Duration> {
    let part = |name: &str| text.split(',').find_map(|part| part.trim().strip_prefix(name));
    let is_used_up = part("Remain:").is_none_or(|left| left.trim() == "0");
    part("TimeLeft:").filter(|_| is_used_up).and_then(milliseconds)
}

/// Cuts from a message what the cloud signed: it holds the parameters' values, and the security token.
fn without_string_to_sign(message: &str) -> String {
    let marks = [STRING_TO_SIGN.as_slice(), &CANONICAL_REQUEST].concat();
    let end = find_signed(message, &marks).map_or(message.len(), |(at, _)| at);
    redact_urls(message[..end].trim_end())
}

/// Returns how many seconds this machine is behind the server's `Date`.
fn seconds_behind(date: &str, now: SystemTime) -> Option<i64> {
    let server = httpdate::parse_http_date(date).ok()?;
    match server.duration_since(now) {
        Ok(behind) => i64::try_from(behind.as_secs()).ok(),
        Err(ahead) => i64::try_from(ahead.duration().as_secs()).ok().map(|seconds| -seconds),
    }
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
