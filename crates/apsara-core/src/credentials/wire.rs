//! Requests for credentials that no operation makes, and the keys in their answers.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tokio::time::timeout;
use zeroize::Zeroize;

use super::Credentials;
use super::cache::Issued;
use crate::error::{Error, Kind, ServiceError};
use crate::outcome::Outcome;
use crate::record::without_values;
use crate::sensitive::{Sensitive, redact_address, secret_parts};
use crate::transport::Transport;

/// Where requests for credentials go out. Clones share it, and a transport is made when the first one does.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    transport: Arc<OnceLock<Arc<dyn Transport>>>,
    /// Whether it is for a server next to this machine, which no proxy leads to.
    direct: bool,
}

/// The shortest part of an address that is looked for in what its server says.
const SHORTEST: usize = 8;

/// A request that is made of strings.
pub(super) struct Asking<'a> {
    pub(super) method: http::Method,
    pub(super) url: &'a str,
    pub(super) headers: &'a [(&'static str, &'a str)],
    pub(super) body: Vec<u8>,
    /// How long it may take in all.
    pub(super) limit: Duration,
}

impl Wire {
    pub(super) fn direct() -> Self {
        Self { direct: true, ..Self::default() }
    }

    pub(super) fn by(transport: Arc<dyn Transport>) -> Self {
        let wire = Self::default();
        wire.set(transport);
        wire
    }

    /// Sets the transport, unless there is one already.
    pub(super) fn set(&self, transport: Arc<dyn Transport>) {
        let _ = self.transport.set(transport);
    }

    /// Returns what requests for keys go out by.
    pub(super) fn transport(&self) -> Result<Arc<dyn Transport>, Error> {
        let transport = self.shared()?;
        #[cfg(feature = "testing")]
        let transport = Arc::new(crate::testing::KeyTransport(transport));
        Ok(transport)
    }

    fn shared(&self) -> Result<Arc<dyn Transport>, Error> {
        if let Some(transport) = self.transport.get() {
            return Ok(Arc::clone(transport));
        }
        let made = made(self.direct)?;
        Ok(Arc::clone(self.transport.get_or_init(|| made)))
    }

    /// Sends a request and returns its answer, whatever the status; errors name the URL without its query.
    pub(super) async fn send(&self, asking: Asking<'_>) -> Result<http::Response<Bytes>, Error> {
        let shown = redact_address(asking.url);
        let limit = asking.limit;
        let request = asking.request().map_err(|error| error.within(&shown))?;
        match timeout(limit, self.transport()?.send(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Error::transport(error).within(shown)),
            Err(_) => Err(Error::new(Kind::Deadline(limit), Outcome::Unknown).within(shown)),
        }
    }
}

#[cfg(feature = "reqwest")]
fn made(direct: bool) -> Result<Arc<dyn Transport>, Error> {
    use crate::transport::ReqwestTransport;
    Ok(Arc::new(if direct { ReqwestTransport::direct()? } else { ReqwestTransport::new()? }))
}

#[cfg(not(feature = "reqwest"))]
fn made(_: bool) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::config("there is no transport to ask for credentials: turn the feature `reqwest` on or give one"))
}

impl Asking<'_> {
    fn request(self) -> Result<http::Request<Bytes>, Error> {
        let mut request = http::Request::new(Bytes::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.url.parse().map_err(|_| Error::config("this is no URL"))?;
        for (name, value) in self.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| Error::config(format!("the header {name} would hold a character that HTTP forbids")))?;
            value.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        Ok(request)
    }
}

/// Says what is wrong with an answer that is no success: the code and the message, where it has the cloud's shape, without what the
/// request proved who asks with. The body, which may hold a key, is not shown.
pub(super) fn refusal(url: &str, answer: &http::Response<Bytes>, secret: Option<&Sensitive<String>>) -> Error {
    let status = answer.status().as_u16();
    let kind = match ServiceError::read(status, answer.headers(), answer.body(), SystemTime::now()) {
        Some(mut error) => {
            error.redact(|message| Some(without_secrets(message, url, secret)));
            Kind::Service(Box::new(error))
        }
        None => Kind::Unshaped { status, request_id: None, asked_to_wait: None, body: Bytes::new() },
    };
    Error::new(kind, Outcome::Rejected).within(redact_address(url))
}

/// Takes out of what a server says the token that it was asked with, and what its address hides: servers repeat what they do not
/// take.
pub(super) fn without_secrets(text: &str, url: &str, secret: Option<&Sensitive<String>>) -> String {
    let mut hidden: Vec<String> = secret.map(|secret| secret.expose().clone()).into_iter().collect();
    let mut hide = |part: &str| {
        // A short one may be a word that messages have.
        if part.len() >= SHORTEST {
            hidden.push(part.to_owned());
            hidden.push(percent_decode_str(part).decode_utf8_lossy().into_owned());
        }
    };
    // Where the query is no list of values, all of it may be the secret.
    url.split_once('?').into_iter().for_each(|(_, query)| hide(query));
    secret_parts(url, &mut hide);
    let told = without_values(text, hidden.iter().map(String::as_str));
    hidden.iter_mut().for_each(Zeroize::zeroize);
    told.unwrap_or_else(|| text.to_owned())
}

/// The fields of a JSON object, by names without case: one server writes `AccessKeyId`, another `accessKeyId`.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a JSON object. What is wrong with it is told by its place; its text is not shown.
    pub(super) fn read(json: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(json) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Error::config("the JSON is no object")),
            Err(error) => {
                Err(Error::config(format!("it is no JSON, from line {}, column {} on", error.line(), error.column())))
            }
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Error> {
        self.text(name).ok_or_else(|| Error::config(format!("the JSON has no `{name}`")))
    }

    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.value(name).and_then(Value::as_object).cloned().map(Self)
    }

    /// Reads a temporary key with its end, as the metadata service and others write it.
    pub(super) fn issued(&self) -> Result<Issued, Error> {
        let credentials = Credentials::temporary(
            self.required("AccessKeyId")?,
            self.required("AccessKeySecret")?,
            self.required("SecurityToken")?,
        )?;
        Ok(Issued { credentials, expiration: Some(time("Expiration", self.required("Expiration")?)?) })
    }
}

/// Reads a time as the cloud writes it, `2026-01-02T03:04:05Z`.
pub(super) fn time(name: &str, text: &str) -> Result<SystemTime, Error> {
    humantime::parse_rfc3339(text)
        .map_err(|_| Error::config(format!("`{name}` is no time such as 2026-01-02T03:04:05Z")))
}
