//! A refusal in the cloud's shape.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Map, Value};

use super::GatewayCode;
use crate::outcome::Outcome;
use crate::sensitive::redact_urls;

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
    retry_after: Option<Duration>,
    body: Bytes,
}

impl ServiceError {
    /// Reads an answer that is not a success; nothing if it has not the cloud's shape.
    ///
    /// Names are compared without case, because RPC products spell them `Code` and ROA ones `code`.
    pub(crate) fn read(status: u16, headers: &http::HeaderMap, body: &Bytes, now: SystemTime) -> Option<Self> {
        let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else { return None };
        let find = |name: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let text = |name: &str| find(name).and_then(Value::as_str).map(str::to_owned);
        let code = text("Code").filter(|code| !code.is_empty())?;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Some(Self {
            status,
            message: without_string_to_sign(&text("Message").unwrap_or_default()),
            request_id: text("RequestId").or_else(|| header("x-acs-request-id").map(str::to_owned)),
            host_id: text("HostId"),
            recommend: text("Recommend"),
            access_denied_detail: find("AccessDeniedDetail").and_then(Value::as_object).cloned(),
            clock_behind: header("date").and_then(|date| seconds_behind(date, now)),
            retry_after: header("x-acs-retry-after")
                .and_then(|value| value.parse().ok())
                .filter(|ms| *ms > 0)
                .map(Duration::from_millis),
            body: body.clone(),
            code,
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

    /// Returns how long the cloud asks to wait, by the header `x-acs-retry-after`, which counts milliseconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether it is a throttling: by its code, or because the cloud says how long to wait.
    pub(super) fn is_throttled(&self) -> bool {
        self.retry_after.is_some()
            || self.code == "Throttling"
            || self.code.starts_with("Throttling.")
            || matches!(self.code.as_str(), "TooManyRequests" | "ThrottlingException")
    }

    /// Returns what became of the call: refused in this shape with a 4xx it was not executed; with a 5xx nobody can
    /// know, unless the code is one that is given before execution.
    pub(crate) fn outcome(&self) -> Outcome {
        let refused_before =
            (400..500).contains(&self.status) || self.is_throttled() || GatewayCode::find(&self.code).is_some();
        if refused_before { Outcome::Rejected } else { Outcome::Unknown }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {})", self.code, self.status)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match GatewayCode::find(&self.code) {
            Some(GatewayCode::SignatureDoesNotMatch) => {
                f.write_str(" The secret is probably not that of the access key id.")?;
            }
            Some(GatewayCode::InvalidTimeStampExpired | GatewayCode::IllegalTimestamp) => {
                if let Some(behind) = self.clock_behind {
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

/// Cuts the server's string to sign from a message: with the older signature it holds every parameter's value.
fn without_string_to_sign(message: &str) -> String {
    let end = message.find("server string to sign is").unwrap_or(message.len());
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
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Option<ServiceError> {
        ServiceError::read(
            status,
            &http::HeaderMap::new(),
            &Bytes::copy_from_slice(body.as_bytes()),
            SystemTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn names_are_read_in_any_case() {
        for body in [
            r#"{"Code":"CodeTaskNotExist","Message":"m","RequestId":"r","HostId":"h"}"#,
            r#"{"code":"CodeTaskNotExist","message":"m","requestId":"r","hostId":"h"}"#,
        ] {
            let error = read(400, body).unwrap();
            assert_eq!((error.code(), error.message(), error.request_id()), ("CodeTaskNotExist", "m", Some("r")));
        }
    }

    #[test]
    fn what_has_not_the_shape_is_no_refusal() {
        for body in ["", "<html>", "[]", "{}", r#"{"Code":200}"#, r#"{"Code":""}"#, "null"] {
            assert!(read(400, body).is_none(), "{body}");
        }
    }

    #[test]
    fn a_4xx_in_the_shape_is_rejected_and_a_5xx_is_unknown() {
        let outcome = |status, code: &str| read(status, &format!(r#"{{"Code":"{code}"}}"#)).unwrap().outcome();
        assert_eq!(outcome(400, "CodeTaskNotExist"), Outcome::Rejected);
        assert_eq!(outcome(500, "InternalError"), Outcome::Unknown);
        assert_eq!(outcome(503, "ServiceUnavailable"), Outcome::Unknown);
        assert_eq!(outcome(503, "Throttling.User"), Outcome::Rejected);
        assert_eq!(outcome(500, "SignatureDoesNotMatch"), Outcome::Rejected);
    }

    #[test]
    fn the_servers_string_to_sign_is_not_repeated() {
        let body =
            r#"{"Code":"SignatureDoesNotMatch","Message":"Not matched. server string to sign is:GET&%2F&canary"}"#;
        let error = read(400, body).unwrap();
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert_eq!(error.message(), "Not matched.");
    }

    #[test]
    fn urls_in_a_message_are_cut() {
        let error = read(400, r#"{"Code":"InvalidParameter","Message":"DstUrl rtmp://h/app/canary is bad."}"#).unwrap();
        assert_eq!(error.message(), "DstUrl rtmp://h/app/[redacted] is bad.");
    }

    #[test]
    fn a_clock_that_is_off_is_told_with_minutes_and_side() {
        let mut headers = http::HeaderMap::new();
        headers.insert("date", http::HeaderValue::from_static("Thu, 01 Jan 1970 00:20:00 GMT"));
        let body = Bytes::from_static(br#"{"Code":"InvalidTimeStamp.Expired","Message":"m"}"#);
        let error = ServiceError::read(400, &headers, &body, SystemTime::UNIX_EPOCH).unwrap();
        assert!(
            error.to_string().ends_with("This machine's clock is 20 minutes behind the cloud's; set it."),
            "{error}"
        );
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(40 * 60);
        let error = ServiceError::read(400, &headers, &body, later).unwrap();
        assert!(error.to_string().contains("20 minutes ahead of the cloud's"), "{error}");
    }

    #[test]
    fn the_wait_is_in_milliseconds_and_makes_it_a_throttling() {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-acs-retry-after", http::HeaderValue::from_static("1500"));
        let body = Bytes::from_static(br#"{"Code":"Whatever"}"#);
        let error = ServiceError::read(500, &headers, &body, SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(error.retry_after(), Some(Duration::from_millis(1500)));
        assert!(error.is_throttled());
    }
}
