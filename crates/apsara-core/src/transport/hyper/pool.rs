//! The servers that were asked for something, each with the connections that are kept to it.

use std::collections::HashMap;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use bytes::Bytes;
use http::Uri;
use http::header::HOST;
use http::uri::{self, Authority, Scheme};
use http_body_util::Full;

use super::super::{BoxFuture, Outgoing, TransportError, say_no_length};
use super::connect::Connector;
use super::kept::{Answered, IDLE_TIMEOUT};
use super::opened::{Opened, opened};
use super::server::{Server, address, host};

/// Sends each request to its server.
pub(super) struct Pool {
    connector: Connector,
    /// By host and port, those of `http` and those of `https`.
    servers: [RwLock<HashMap<Box<str>, Server>>; 2],
    /// Whether a task closes what nobody uses.
    is_swept: Arc<AtomicBool>,
}

impl Pool {
    pub(super) fn new(connector: Connector) -> Self {
        Self { connector, servers: Default::default(), is_swept: Arc::default() }
    }

    /// Sends a request over a connection to the server of its address, and reads at most so many bytes of an answer.
    pub(super) fn send(
        self: &Arc<Self>,
        mut request: http::Request<Bytes>,
        limit: usize,
    ) -> BoxFuture<'static, Answered> {
        if !self.is_swept.load(Ordering::Relaxed) {
            self.sweep();
        }
        if request.body().is_empty() {
            say_no_length(&mut request);
        }
        let mut request = request.map(Full::new);
        let address = without_address(&mut request);
        self.to_server(&address, request, limit).unwrap_or_else(|error| Box::pin(ready(Err(error))))
    }

    fn to_server(
        &self,
        address: &uri::Parts,
        request: http::Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<BoxFuture<'static, Answered>, TransportError> {
        let (is_tls, authority) = named(address)?;
        let servers = &self.servers[usize::from(is_tls)];
        if let Some(server) = servers.read().unwrap_or_else(PoisonError::into_inner).get(authority.as_str()) {
            return Ok(server.send(request, limit));
        }
        let made = Server::new(self.connector.clone(), is_tls, authority).ok_or_else(no_server)?;
        let mut servers = servers.write().unwrap_or_else(PoisonError::into_inner);
        Ok(servers.entry(authority.as_str().into()).or_insert(made).send(request, limit))
    }

    /// Sends a request and gives its answer piece by piece, over a connection of its own, which is closed behind it.
    pub(super) fn open(&self, mut request: http::Request<Outgoing>) -> BoxFuture<'static, Opened> {
        if request.body().length() == 0 {
            say_no_length(&mut request);
        }
        let address = without_address(&mut request);
        let connector = self.connector.clone();
        Box::pin(async move {
            let (is_tls, authority) = named(&address)?;
            let host = host(is_tls, authority).ok_or_else(no_server)?;
            request.headers_mut().entry(HOST).or_insert(host);
            opened(&connector, self::address(is_tls, authority).ok_or_else(no_server)?, request).await
        })
    }

    /// Lets a task close what nobody uses, as long as the pool is there and the runtime that called first.
    fn sweep(self: &Arc<Self>) {
        /// Another runtime may take over when this one is gone.
        struct Swept(Arc<AtomicBool>);
        impl Drop for Swept {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Relaxed);
            }
        }
        // Outside a runtime the call itself says what is wrong.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.is_swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let (pool, swept): (Weak<Self>, _) = (Arc::downgrade(self), Swept(Arc::clone(&self.is_swept)));
        runtime.spawn(async move {
            let _swept = swept;
            loop {
                tokio::time::sleep(IDLE_TIMEOUT).await;
                let Some(pool) = pool.upgrade() else { return };
                for servers in &pool.servers {
                    servers.write().unwrap_or_else(PoisonError::into_inner).retain(|_, server| server.sweep());
                }
            }
        });
    }
}

/// Takes the address out of a request: its server is asked for a path, and its own name stands in a header.
fn without_address<B>(request: &mut http::Request<B>) -> uri::Parts {
    let mut address = std::mem::take(request.uri_mut()).into_parts();
    *request.uri_mut() = address.path_and_query.take().map(Uri::from).unwrap_or_default();
    address
}

/// Returns the server that an address names, and whether it is reached over TLS.
fn named(address: &uri::Parts) -> Result<(bool, &Authority), TransportError> {
    let authority = address.authority.as_ref().ok_or_else(no_server)?;
    match &address.scheme {
        Some(scheme) if *scheme == Scheme::HTTP => Ok((false, authority)),
        Some(scheme) if *scheme == Scheme::HTTPS => Ok((true, authority)),
        _ => Err(no_server()),
    }
}

fn no_server() -> TransportError {
    TransportError::new("the address names no server: `http://` or `https://` and a host").malformed()
}
