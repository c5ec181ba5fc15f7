//! The transport on hyper-util and rustls.

mod connect;
mod kept;
mod opened;
mod pool;
mod server;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use self::connect::Connector;
use self::pool::Pool;
use super::system::{SystemVerifier, no_tls};
use super::{Body, BoxFuture, Outgoing, RESPONSE_LIMIT, Transport, TransportError};
use crate::error::Error;

/// Sends requests with hyper, over connections that it keeps: HTTP/1.1, rustls, the system's certificates.
///
/// It does what [`ReqwestTransport`](super::ReqwestTransport) does at less cost, and it connects to the endpoint itself: it knows no
/// proxy, and reads none from the environment. A signed request is sent once; redirects are not followed. Only what a connection
/// that was kept never took, because it was closed before a byte was written, goes out on another one; where a new one does not take
/// it either, the error says that it was not sent. A connection that nobody uses is closed after 90 s to 180 s. Nothing is decompressed.
/// A call whose answer is a stream, or whose body is a file, has a connection of its own, which is closed behind it.
/// An answer has at most 100 headers, and a body of 64 MiB unless [`HyperTransport::response_limit`] says otherwise.
#[derive(Clone)]
pub struct HyperTransport {
    pool: Arc<Pool>,
    response_limit: usize,
}

impl HyperTransport {
    /// Creates the transport with its own pool. The system's certificates are read when the first server shows its own.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        let tls = SystemVerifier::config();
        Ok(Self::with_tls(tls.map_err(|error| no_tls(&error))?))
    }

    /// Creates the transport with its own pool and a configuration of TLS, for example one that trusts other certificates.
    #[must_use]
    pub fn with_tls(tls: rustls::ClientConfig) -> Self {
        Self { pool: Arc::new(Pool::new(Connector::new(tls))), response_limit: RESPONSE_LIMIT }
    }

    /// Sets how many bytes a body may have; a longer one is not read to its end.
    #[must_use]
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").field("response_limit", &self.response_limit).finish_non_exhaustive()
    }
}

impl Transport for HyperTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.pool.send(request, self.response_limit)
    }

    fn open(&self, request: http::Request<Outgoing>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.pool.open(request)
    }

    fn response_limit(&self) -> usize {
        self.response_limit
    }
}
