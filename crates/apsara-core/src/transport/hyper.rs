//! The transport on hyper-util and rustls.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Uri;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use super::system::SystemVerifier;
use super::{BoxFuture, RESPONSE_LIMIT, Transport, TransportError};
use crate::error::Error;

/// Sends requests with the pool of hyper-util: HTTP/1.1, rustls, the system's certificates.
///
/// It does what [`ReqwestTransport`](super::ReqwestTransport) does at less cost, and it connects to the endpoint itself: it knows no
/// proxy, and reads none from the environment. A signed request is sent once; redirects are not followed. Only what a connection of the
/// pool never took, because it was closed before a byte was written, goes out on another one. Nothing is decompressed. An answer
/// has at most 100 headers, and a body of 64 MiB unless [`HyperTransport::response_limit`] says otherwise.
#[derive(Clone, Debug)]
pub struct HyperTransport {
    client: Client<Connector, Full<Bytes>>,
    response_limit: usize,
}

/// How long a connection may take to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept that nobody uses.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// How long nothing is sent before the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
impl HyperTransport {
    /// Creates the transport with its own pool. The system's certificates are read when the first server shows its own.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        let tls = SystemVerifier::config(Vec::new());
        Ok(Self::with_tls(tls.map_err(|error| Error::config(format!("TLS cannot be set up: {error}")))?))
    }

    /// Creates the transport with its own pool and a configuration of TLS, for example one that trusts other certificates.
    #[must_use]
    pub fn with_tls(tls: rustls::ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        let inner =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(Connector { inner });
        Self { client, response_limit: RESPONSE_LIMIT }
    }

    /// Sets how many bytes a body may have; a longer one is not read to its end.
    #[must_use]
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Reads a body, unless it is too long.
    async fn read(&self, body: Incoming, status: u16) -> Result<Bytes, TransportError> {
        let limit = self.response_limit;
        let too_long = || {
            TransportError::new(format!("the answer has more than the {limit} bytes that are allowed")).answered(status)
        };
        let announced = body.size_hint().lower();
        if announced > limit as u64 {
            return Err(too_long());
        }
        let (mut body, mut first, mut whole) = (body, Bytes::new(), BytesMut::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| broken(error, status))?;
            let Ok(piece) = frame.into_data() else { continue };
            if first.len() + whole.len() + piece.len() > limit {
                return Err(too_long());
            }
            // Most answers are one piece, which needs no copy.
            if first.is_empty() && whole.is_empty() {
                first = piece;
                // Where the length was announced, the end is known without asking for it.
                if body.is_end_stream() {
                    break;
                }
                continue;
            }
            if whole.is_empty() {
                // No more is set aside on the server's word alone.
                whole.reserve(usize::try_from(announced).unwrap_or_default().min(1 << 20));
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(if whole.is_empty() { first } else { whole.freeze() })
    }
}

impl Transport for HyperTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        // Nothing of the request is kept here, where it would only be moved about.
        let sent = self.client.request(request.map(Full::new));
        Box::pin(async move {
            let (parts, body) = sent.await.map_err(failed)?.into_parts();
            let body = self.read(body, parts.status.as_u16()).await?;
            Ok(http::Response::from_parts(parts, body))
        })
    }

    fn response_limit(&self) -> usize {
        self.response_limit
    }
}

fn broken(error: hyper::Error, status: u16) -> TransportError {
    TransportError::new("the connection broke").with_source(error).answered(status)
}

fn failed(error: ClientError) -> TransportError {
    let is_late = is_late(&error);
    // Only a connection that was never made proves that nothing was sent.
    let failed = if error.is_connect() {
        TransportError::new("no connection").not_sent()
    } else {
        TransportError::new("the connection broke")
    };
    let failed = failed.with_source(error);
    if is_late { failed.timed_out() } else { failed }
}

/// Returns whether time ran out, by any of the errors underneath.
fn is_late(error: &ClientError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        source = error.source();
    }
    false
}

/// Makes connections, in a time that holds for all of it: name, TCP and TLS.
#[derive(Clone, Debug)]
struct Connector {
    inner: HttpsConnector<HttpConnector>,
}

type Connection = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
type ConnectError = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.inner.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                Ok(connected) => connected,
                Err(_) => {
                    let why = format!("it was not made within {CONNECT_TIMEOUT:?}");
                    Err(io::Error::new(io::ErrorKind::TimedOut, why).into())
                }
            }
        })
    }
}
