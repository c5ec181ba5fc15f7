//! What a call is answered with.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::record::{AnyRecord as _, Location, Record, View, to_json};
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

    /// Answers with success: any JSON, or the response of an operation that is an object in JSON, as most are. For any operation there
    /// is [`Answer::response`].
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

    /// Answers with success: the response of an operation as it travels, whether its body is an object, a list, a text or bytes, and
    /// with the headers that it has.
    ///
    /// # Panics
    ///
    /// Panics where what travels in a header cannot stand there.
    #[must_use]
    #[track_caller]
    pub fn response<R: Record>(response: &R) -> Self {
        let rows = || (0..response.count()).map(|index| (response.meta(index), response.get(index).view()));
        let whole = rows().find(|(meta, _)| meta.location == Location::Body).map(|(_, view)| view);
        let is_whole = whole.is_some();
        let body = match whole {
            Some(View::Absent) => Vec::new(),
            Some(View::Bytes(bytes)) => bytes.to_vec(),
            // Taken as it is, unless it looks like one in JSON.
            Some(View::Str(text)) if !text.starts_with('"') => text.as_bytes().to_vec(),
            Some(view) => to_json(view).into_bytes(),
            None => to_json(View::Record(response)).into_bytes(),
        };
        let mut answer = Self::new(200, body);
        for (meta, view) in rows() {
            answer = match (meta.location, view) {
                (Location::Header, View::Map(map)) => {
                    let prefix = meta.name.trim_end_matches('*');
                    let mut headers = Vec::new();
                    map.each(&mut |key, value| {
                        headers.extend(text(&value).map(|text| (format!("{prefix}{key}"), text)));
                    });
                    headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
                }
                (Location::Header, view) => match text(&view) {
                    Some(text) => answer.header(meta.name, &text),
                    None => answer,
                },
                // There is no other place for it.
                (_, View::Str(id)) if is_whole && meta.name == "RequestId" && !id.is_empty() => {
                    answer.header("x-acs-request-id", id)
                }
                _ => answer,
            };
        }
        if is_whole { answer } else { answer.header("content-type", "application/json") }
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

/// Writes what stands in a header.
fn text(view: &View<'_>) -> Option<String> {
    match view {
        View::Bool(value) => Some(value.to_string()),
        View::Int(value) => Some(value.to_string()),
        View::Float(value) => Some(value.to_string()),
        View::Str(value) => Some((*value).to_owned()),
        _ => None,
    }
}
