//! What a call is answered with.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::transport::TransportError;

/// Holds what a call is answered with: a status, headers and a body, or the error of a transport.
#[derive(Debug)]
pub struct Answer(pub(super) Result<http::Response<Bytes>, TransportError>);

impl Answer {
    /// Answers with a status and a body.
    ///
    /// # Panics
    ///
    /// Panics where the status is none.
    #[must_use]
    #[track_caller]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        let mut response = http::Response::new(body.into());
        match http::StatusCode::from_u16(status) {
            Ok(status) => *response.status_mut() = status,
            Err(_) => panic!("{status} is no HTTP status"),
        }
        Self(Ok(response))
    }

    /// Answers with success: the response of an operation, or any JSON.
    ///
    /// # Panics
    ///
    /// Panics where the value cannot be written as JSON.
    #[must_use]
    #[track_caller]
    pub fn success(response: &impl Serialize) -> Self {
        match serde_json::to_vec(response) {
            Ok(body) => Self::new(200, body).header("content-type", "application/json"),
            Err(error) => panic!("the response cannot be written as JSON: {error}"),
        }
    }

    /// Refuses the call, as the cloud does: with a status, a code and a message.
    ///
    /// # Panics
    ///
    /// Panics where the status is none.
    #[must_use]
    #[track_caller]
    pub fn refusal(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "Code": code, "Message": message, "RequestId": "TESTING", "HostId": "testing.invalid" });
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    /// Answers with no answer at all.
    #[must_use]
    pub fn error(error: TransportError) -> Self {
        Self(Err(error))
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// Panics where it is none.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(header), Ok(text)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) else {
            panic!("`{name}: {value}` is no header");
        };
        if let Ok(response) = &mut self.0 {
            response.headers_mut().append(header, text);
        }
        self
    }
}
