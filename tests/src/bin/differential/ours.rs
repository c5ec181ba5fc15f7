//! Our side: what our runtime sends.

use std::sync::{Arc, Mutex, PoisonError};

use apsara::transport::{BoxFuture, ReqwestTransport, Transport, TransportError};
use apsara::{Config, Credentials, Error, Retry, SignatureVersion};
use apsara_core::untyped::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::Result;
use crate::case::Case;

/// Our clients, one for each signature and each kind of key.
pub(crate) struct Ours {
    clients: Vec<(SignatureVersion, bool, Client)>,
    kept: Kept,
}

/// A request, as it goes out.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A key with what goes with it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Key {
    fn credentials(&self) -> std::result::Result<Credentials, Error> {
        match &self.token {
            None => Credentials::new(&self.id, &self.secret),
            Some(token) => Credentials::temporary(&self.id, &self.secret, token),
        }
    }
}

/// Keeps what is sent, and lets it go on its way only if that is asked for.
#[derive(Clone, Debug)]
struct Kept {
    last: Arc<Mutex<(bool, Option<http::Request<Bytes>>)>>,
    onward: Arc<ReqwestTransport>,
}

impl Transport for Kept {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Bytes>, TransportError>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.1 = Some(request.clone());
        match last.0 {
            true => self.onward.send(request),
            false => Box::pin(async { Ok(http::Response::new(Bytes::from_static(b"{}"))) }),
        }
    }
}

impl Ours {
    pub(crate) fn new(url: &str, keys: [&Key; 2]) -> Result<Self> {
        let kept = Kept { last: Arc::default(), onward: Arc::new(ReqwestTransport::new()?) };
        let mut clients = Vec::new();
        for (is_temporary, key) in [(false, keys[0]), (true, keys[1])] {
            for signature in [SignatureVersion::V3, SignatureVersion::V1] {
                let config = Config::builder().credentials(key.credentials()?).signature(signature).endpoint(url);
                let config = config.without_validation().without_pacing().retry(Retry::new().attempts(1));
                let config = config.transport(kept.clone()).build()?;
                clients.push((signature, is_temporary, Client::new(&config)));
            }
        }
        Ok(Self { clients, kept })
    }

    /// Makes the call of a case, and returns what it sent. With `onward` it arrives where it is addressed to.
    pub(crate) async fn send(&self, case: &Case, onward: bool) -> std::result::Result<Sent, Error> {
        *self.kept.last.lock().unwrap_or_else(PoisonError::into_inner) = (onward, None);
        let fits =
            |known: &&(SignatureVersion, bool, Client)| (known.0, known.1) == (case.signature, case.is_temporary);
        let client = self.clients.iter().find(fits).map(|(.., client)| client);
        let client = client.ok_or_else(|| unreachable_client(case))?;
        let mut call = client.described(&case.operation.ours);
        for given in &case.given {
            call = match (given.is_binary, given.value.as_str().map(|text| STANDARD.decode(text))) {
                (true, Some(Ok(bytes))) => call.body_bytes(bytes),
                _ => call.param(&given.name, given.value.clone()),
            };
        }
        let told = call.send().await;
        let sent = self.kept.last.lock().unwrap_or_else(PoisonError::into_inner).1.take();
        match (sent, told) {
            (Some(request), _) => Ok(Sent::new(&request)),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(unreachable_client(case)),
        }
    }
}

/// What cannot be: every case is of one of the four clients, and nothing is answered that was not sent.
fn unreachable_client(case: &Case) -> Error {
    unreachable!("{} was not sent", case.name())
}

impl Sent {
    fn new(request: &http::Request<Bytes>) -> Self {
        let headers = request.headers().iter();
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: request.body().to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a common parameter in the query, which holds no letter that is encoded.
    fn common(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(known, _)| *known == name).map(|(_, value)| value.replace("%3A", ":")).next_back()
    }

    /// The nonce and the time that it carries.
    pub(crate) fn stamp(&self) -> Option<(String, jiff::Timestamp)> {
        let nonce =
            self.header("x-acs-signature-nonce").map(str::to_owned).or_else(|| self.common("SignatureNonce"))?;
        if let Some(date) = self.header("date") {
            let time = jiff::fmt::rfc2822::parse(date).ok()?;
            return Some((nonce, time.timestamp()));
        }
        let time = self.header("x-acs-date").map(str::to_owned).or_else(|| self.common("Timestamp"))?;
        Some((nonce, time.parse().ok()?))
    }

    /// The names of the headers that it signed, by version 3.
    pub(crate) fn signed(&self) -> Vec<&str> {
        let names = self.header("authorization").and_then(|text| text.split("SignedHeaders=").nth(1));
        names.and_then(|names| names.split(',').next()).map(|names| names.split(';').collect()).unwrap_or_default()
    }

    /// What it was signed with, as the official functions return it.
    pub(crate) fn signature(&self) -> String {
        self.header("authorization").map(str::to_owned).or_else(|| self.common("Signature")).unwrap_or_default()
    }

    pub(crate) fn line(&self) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "signed": self.signed(),
            "headers": headers,
            "body": STANDARD.encode(&self.body),
        })
    }
}
