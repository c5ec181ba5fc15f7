//! How a connection of the pool is made: name, TCP, TLS and HTTP, in a time that holds for all of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::body::Body;
use hyper::client::conn::http1;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tower_service::Service;

use super::super::{BoxFuture, TransportError};

/// How long a connection may take to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long nothing is sent before the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What a connection reads and writes. Most requests are one piece, which the system takes at less cost than a list of one.
struct Stream<S>(S);

impl<S: Read + Unpin> Read for Stream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, to)
    }
}

impl<S: Write + Unpin> Write for Stream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.get_mut().0);
        match pieces {
            [piece] => stream.poll_write(context, piece),
            _ => stream.poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}

/// Makes connections to the server of an address.
#[derive(Clone, Debug)]
pub(super) struct Connector(HttpsConnector<HttpConnector>);

impl Connector {
    pub(super) fn new(mut tls: rustls::ClientConfig) -> Self {
        // A program's own may name what other clients speak. Here it is HTTP/1.1, of which no server need be told; others are not taken.
        tls.alpn_protocols.clear();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEP_ALIVE));
        Self(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp))
    }

    /// Makes a connection, and lets a task of the runtime drive it until either side ends it. Whatever fails, no request was sent.
    pub(super) fn connect<B>(&self, to: Uri) -> BoxFuture<'static, Result<http1::SendRequest<B>, TransportError>>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        let mut connector = self.0.clone();
        Box::pin(async move {
            // A region or a product that is spelt otherwise makes a host that there is not.
            let host = to.host().unwrap_or_default().to_owned();
            let connecting = async {
                std::future::poll_fn(|context: &mut Context<'_>| connector.poll_ready(context)).await?;
                let stream = connector.call(to).await?;
                let (sender, connection) = http1::handshake(Stream(stream)).await?;
                // What breaks it is told to the request that was on it.
                tokio::spawn(connection);
                Ok(sender)
            };
            let failed = TransportError::new(format!("no connection to {host}")).not_sent();
            match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                Ok(Ok(sender)) => Ok(sender),
                Ok(Err(error)) => Err(told(failed, error)),
                Err(_) => {
                    let why = format!("it was not made within {CONNECT_TIMEOUT:?}");
                    Err(told(failed, io::Error::new(io::ErrorKind::TimedOut, why).into()))
                }
            }
        })
    }
}

/// Adds what is underneath to an error, and whether time ran out by any of it.
fn told(failed: TransportError, error: Box<dyn std::error::Error + Send + Sync>) -> TransportError {
    let mut is_late = false;
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(error) = source {
        is_late |= error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        source = error.source();
    }
    let failed = failed.with_source(error);
    if is_late { failed.timed_out() } else { failed }
}
