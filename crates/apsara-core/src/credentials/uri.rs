//! A server that gives a key to whoever asks it.

use std::sync::Arc;
use std::time::Duration;

use super::cache::{Cache, Issued, Issuer};
use super::wire::{Asking, Fields, Wire, refusal};
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::{Sensitive, redact_address};
use crate::transport::{BoxFuture, Transport};

/// Gives the keys that a server gives to whoever asks it, by a `GET` that is answered with JSON: `Code` (`Success`),
/// `AccessKeyId`,
/// `AccessKeySecret`, `SecurityToken` and `Expiration`.
///
/// The default chain asks the one of `ALIBABA_CLOUD_CREDENTIALS_URI`. The address may carry a secret in its query, which is
/// not shown.
#[derive(Clone, Debug)]
pub struct CredentialsUri {
    uri: Uri,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Uri {
    uri: Arc<Sensitive<String>>,
    wire: Wire,
}

/// How long the server may take: the official SDKs wait 5 s for the connection and 10 s for the answer.
const LIMIT: Duration = Duration::from_secs(15);

impl CredentialsUri {
    /// Takes the address, for example `http://127.0.0.1:8080/key`. Nothing is sent before the first call.
    pub fn new(uri: impl Into<String>) -> Self {
        Self::over(Wire::default(), uri)
    }

    pub(super) fn over(wire: Wire, uri: impl Into<String>) -> Self {
        Self { uri: Uri { uri: Arc::new(Sensitive::new(uri.into())), wire }, cache: Cache::default() }
    }

    /// Sets the transport; one on reqwest unless set.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.uri.wire = Wire::by(Arc::new(transport));
        self
    }

    /// Names the address without what may be secret in it.
    pub(super) fn shown(&self) -> String {
        redact_address(self.uri.uri.expose())
    }
}

impl Issuer for Uri {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let url = self.uri.expose();
            let asking = Asking { method: http::Method::GET, url, headers: &[], body: Vec::new(), limit: LIMIT };
            let answer = self.wire.send(asking).await?;
            if !answer.status().is_success() {
                return Err(refusal(url, &answer, None));
            }
            read(answer.body()).map_err(|error| error.within(redact_address(url)))
        })
    }
}

/// Reads the JSON that this server and the metadata service answer with.
pub(super) fn read(body: &[u8]) -> Result<Issued, Error> {
    let fields = Fields::read(body)?;
    match fields.text("Code") {
        Some("Success") => fields.issued(),
        Some(code) => Err(Error::config(format!("the answer's Code is `{code}` and not `Success`"))),
        None => Err(Error::config("the answer's JSON has no `Code`")),
    }
}

impl CredentialsProvider for CredentialsUri {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.uri))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.uri, expired))
    }

    fn name(&self) -> String {
        "credential_uri".to_owned()
    }
}
