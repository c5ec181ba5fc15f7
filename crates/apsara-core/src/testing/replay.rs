//! A transport that answers from a recording.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use super::file::{Body, Came, Exchange, Recording};
use super::for_keys::is_for_keys;
use super::redact::Redaction;
use super::request::Asked;
use crate::error::Error;
use crate::transport::{BoxFuture, Transport, TransportError};

/// Answers calls from a recording that a [`Recorder`](super::Recorder) saved. Clones replay the same one.
///
/// A call is answered with what was recorded for the same operation and the same parameters, in the order of the recording, each
/// once. Who calls, when, with which nonce and signature, and which client token, makes no difference, nor does a value
/// that is redacted. A call that was not recorded fails as one that was never sent, with the recorded one that is nearest.
#[derive(Clone)]
pub struct Replay {
    path: PathBuf,
    more_names: Vec<String>,
    left: Arc<Mutex<Vec<(Exchange, bool)>>>,
}

/// A parameter that is drawn at random where it is not set.
const DRAWN: &str = "ClientToken";

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read, or is none that a [`Recorder`](super::Recorder) saved.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let recording = Recording::read(path.as_ref())?;
        let left = recording.exchanges.into_iter().map(|exchange| (exchange, false)).collect();
        Ok(Self { path: path.as_ref().to_owned(), more_names: Vec::new(), left: Arc::new(Mutex::new(left)) })
    }

    /// Says which values were redacted by name; as for [`Recorder::redact`](super::Recorder::redact).
    #[must_use]
    pub fn redact(mut self, name: impl Into<String>) -> Self {
        self.more_names.push(name.into());
        self
    }

    fn answer(&self, asked: &Asked) -> Result<http::Response<Bytes>, TransportError> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |exchange: &Exchange| differences(&exchange.asked, asked).is_empty();
        if let Some((exchange, is_used)) = left.iter_mut().find(|(exchange, is_used)| !is_used && matches(exchange)) {
            *is_used = true;
            return played(&exchange.came);
        }
        let times = left.iter().filter(|(exchange, _)| matches(exchange)).count();
        let path = self.path.display();
        let told = match times {
            0 => format!("{asked} is not in the recording `{path}`; {}", nearest(&left, asked)),
            times => format!("{asked} is in the recording `{path}` {times} times, and was called once more"),
        };
        Err(TransportError::new(told).malformed())
    }
}

/// Says which recorded call is most like another one, and in what they differ.
fn nearest(recorded: &[(Exchange, bool)], asked: &Asked) -> String {
    let nearest = recorded.iter().map(|(exchange, _)| &exchange.asked).min_by_key(|recorded| {
        let other = strsim::levenshtein(&recorded.operation, &asked.operation);
        (other, differences(recorded, asked).len())
    });
    match nearest {
        None => "there is no call in it".to_owned(),
        Some(nearest) => {
            format!("the nearest is {nearest}, which differs in {}", differences(nearest, asked).join(", "))
        }
    }
}

/// Names what two calls differ in.
fn differences(recorded: &Asked, asked: &Asked) -> Vec<String> {
    let parts = [
        ("the operation", recorded.operation == asked.operation),
        ("the version", recorded.version == asked.version),
        ("the method", recorded.method == asked.method),
        ("the path", recorded.path == asked.path),
    ];
    let mut differences: Vec<_> =
        parts.into_iter().filter(|(_, is_same)| !is_same).map(|(part, _)| part.to_owned()).collect();
    let names: BTreeSet<_> = recorded.parameters.keys().chain(asked.parameters.keys()).collect();
    let differs = |name: &&&String| recorded.parameters.get(**name) != asked.parameters.get(**name);
    differences.extend(names.iter().filter(|name| **name != DRAWN).filter(differs).map(|name| (*name).clone()));
    differences
}

fn played(came: &Came) -> Result<http::Response<Bytes>, TransportError> {
    let broken = |what: &str| TransportError::new(format!("the recording holds {what}")).malformed();
    match came {
        Came::Answer { status, headers, body } => {
            let body = match body {
                Body::Json(json) => json.to_string().into_bytes(),
                Body::Text(text) => text.clone().into_bytes(),
                Body::Base64(text) => BASE64_STANDARD.decode(text).map_err(|_| broken("a body that is no Base64"))?,
            };
            let mut answer = http::Response::new(Bytes::from(body));
            *answer.status_mut() = http::StatusCode::from_u16(*status).map_err(|_| broken("a status that is none"))?;
            for (name, value) in headers {
                let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
                else {
                    return Err(broken("a header that is none"));
                };
                answer.headers_mut().append(name, value);
            }
            Ok(answer)
        }
        Came::Error { message, maybe_sent, status, timeout, too_long, malformed } => {
            let mut error = TransportError::new(message);
            if !maybe_sent {
                error = error.not_sent();
            }
            if *malformed {
                error = error.malformed();
            }
            if let Some(status) = status {
                error = error.answered(*status);
            }
            if *timeout {
                error = error.timed_out();
            }
            Err(if *too_long { error.too_long() } else { error })
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Transport for Replay {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        if is_for_keys(&request) {
            let told = "a recording holds no requests for keys; give the configuration one, as `testing::config` does";
            return Box::pin(std::future::ready(Err(TransportError::new(told).malformed())));
        }
        let mut asked = Asked::read(&request);
        Redaction::of(&request, &self.more_names).asked(&mut asked);
        Box::pin(std::future::ready(self.answer(&asked)))
    }
}
