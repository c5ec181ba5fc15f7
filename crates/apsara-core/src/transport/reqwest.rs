//! The transport on reqwest and rustls.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls_platform_verifier::BuilderVerifierExt;

use super::{BoxFuture, Transport, TransportError};
use crate::error::Error;

/// Sends requests with reqwest: HTTP/1.1, rustls, the system's certificates, a pool of connections.
///
/// Retries and redirects of the library are off: a signed request is sent once, to the host that it was signed for.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl ReqwestTransport {
    /// Creates the transport with its own pool.
    ///
    /// # Errors
    ///
    /// Fails when the system's certificates cannot be read.
    pub fn new() -> Result<Self, Error> {
        let refuse = |error: &dyn std::fmt::Display| Error::config(format!("TLS cannot be set up: {error}"));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| refuse(&error))?
            .with_platform_verifier()
            .map_err(|error| refuse(&error))?
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| refuse(&error))?;
        Ok(Self { client })
    }

    /// Uses a client that was built elsewhere. Its redirects and retries must be off.
    #[must_use]
    pub fn with_client(client: reqwest::Client) -> Self {
        Self { client }
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|error| {
                TransportError::new("the request is malformed").not_sent().with_source(error.without_url())
            })?;
            let mut answer = self.client.execute(request).await.map_err(failed)?;
            let mut response = http::Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = std::mem::take(answer.headers_mut());
            *response.body_mut() = answer.bytes().await.map_err(failed)?;
            Ok(response)
        })
    }
}

fn failed(error: reqwest::Error) -> TransportError {
    let timeout = error.is_timeout();
    // Only a connection that was never made proves that nothing was sent.
    let failed = if error.is_connect() {
        TransportError::new("no connection").not_sent()
    } else {
        TransportError::new("the connection broke")
    };
    let failed = failed.with_source(error.without_url());
    if timeout { failed.timed_out() } else { failed }
}
