//! What an untyped call is answered with.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::call::Answer as Raw;
use crate::error::{Error, Kind};
use crate::generated::v1 as rt;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::decode;

/// Holds a success as it came.
pub struct Answer {
    operation: &'static Operation,
    raw: Raw,
    request_id: Option<String>,
}

/// A body, whatever is in it.
#[derive(Default)]
struct Whole {
    body: Value,
}

impl rt::Record for Whole {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("body", body).body()];
}

impl Answer {
    pub(super) fn new(operation: &'static Operation, mut raw: Raw) -> Self {
        // The call is over; whoever keeps its answer does not keep observers waiting for the end.
        drop(std::mem::take(&mut raw.watch));
        let mut answer = Self { operation, request_id: raw.request_id().map(str::to_owned), raw };
        if answer.request_id.is_none() {
            answer.request_id = answer.read().ok().as_ref().and_then(request_id);
        }
        answer
    }

    /// Decodes the body: JSON as it is, XML as an object of its elements, an empty body as null.
    ///
    /// # Errors
    ///
    /// Fails with an [`Error`] whose outcome is [`Outcome::Executed`] where the body is neither.
    pub fn json(&self) -> Result<Value, Error> {
        self.read().map_err(|source| {
            let (status, body) = (self.raw.status, self.raw.body.clone());
            let kind = Kind::Undecodable { status, request_id: self.request_id.clone(), body, source };
            let Raw { attempts, before, paced, ref client_token, .. } = self.raw;
            let error = Error::new(kind, Outcome::Executed).of(self.operation, attempts, before);
            error.paced(paced).with_client_token(client_token.clone())
        })
    }

    fn read(&self) -> Result<Value, serde_json::Error> {
        let mut whole = Whole::default();
        if self.raw.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        decode(&self.raw.body, &mut whole)?;
        Ok(whole.body)
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.raw.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &http::HeaderMap {
        &self.raw.headers
    }

    /// Returns the body as it came. It may hold secrets, so `Debug` does not print it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.raw.body
    }

    /// Returns the id of the request, which Alibaba Cloud's support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns how many times the call was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }

    /// Returns how long the call waited for its quota, over all attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.raw.paced
    }

    /// Returns the client token that was made for the call, if it had to have one and was given none.
    #[must_use]
    pub fn client_token(&self) -> Option<&str> {
        self.raw.client_token.as_deref()
    }
}

/// Finds the id of the request in a body, whatever its case.
fn request_id(body: &Value) -> Option<String> {
    let is_it = |name: &str| name.replace(['_', '-'], "").eq_ignore_ascii_case("RequestId");
    let (_, id) = body.as_object()?.iter().find(|(name, _)| is_it(name))?;
    id.as_str().map(str::to_owned)
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Answer");
        out.field("http_status", &self.raw.status).field("request_id", &self.request_id).finish_non_exhaustive()
    }
}
