//! One server, and how a request goes out on a connection to it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Uri};
use http_body_util::Full;
use hyper_util::client::pool::cache;
use hyper_util::rt::TokioExecutor;
use tower_service::Service;

use super::super::{BoxFuture, TransportError};
use super::connect::Connector;
use super::kept::{Answered, Closed, Exchange, IDLE_TIMEOUT, Kept};

/// Sends a request on one of the connections, and reads at most so many bytes of an answer.
type SendOn = dyn Fn(http::Request<Full<Bytes>>, usize) -> BoxFuture<'static, Answered> + Send + Sync;

/// One server, and the connections to it.
pub(super) struct Server {
    host: HeaderValue,
    send: Box<SendOn>,
    sweep: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Server {
    /// Knows a server by its host and port, unless those are none.
    pub(super) fn new(connector: Connector, is_tls: bool, authority: &Authority) -> Option<Self> {
        let host = host(is_tls, authority)?;
        let dial = Dial { connector, address: address(is_tls, authority)? };
        let cache = Arc::new(Mutex::new(cache::builder().executor(TokioExecutor::new()).build(dial)));
        let kept = Arc::clone(&cache);
        // What the cache and its connections are has no name that a field could have; what is done with them stands here.
        let send = move |mut request, limit| -> BoxFuture<'static, Answered> {
            let cache = Arc::clone(&cache);
            Box::pin(async move {
                loop {
                    let lend = |context: &mut Context<'_>| {
                        let mut cache = locked(&cache);
                        cache.poll_ready(context).map_ok(|()| cache.call(()))
                    };
                    let (mut taken, mut was_kept) = (pin!(poll_fn(lend).await?), true);
                    let take = |context: &mut Context<'_>| {
                        let taken = taken.as_mut().poll(context);
                        // What is made now is not there at once.
                        was_kept &= taken.is_ready();
                        taken
                    };
                    let mut lent = Lent { kept: poll_fn(take).await?, is_done: false };
                    let was_kept = was_kept || lent.kept.inner().was_used();
                    let exchange = match poll_fn(|context| lent.kept.poll_ready(context)).await {
                        Ok(()) => lent.kept.inner_mut().exchange(request, limit).await,
                        Err(closed) => Exchange::NotBegun(request, closed),
                    };
                    match exchange {
                        // It was closed while nobody used it, which says nothing of the server.
                        Exchange::NotBegun(again, _) if was_kept => request = again,
                        Exchange::NotBegun(_, closed) => return Err(closed_at_once(closed)),
                        Exchange::Ended(answered) => {
                            lent.is_done = answered.is_ok() && lent.kept.inner().is_ready();
                            if answered.is_ok() && !lent.is_done {
                                // The rest of what was sent or announced is still on its way.
                                tokio::spawn(async move {
                                    let rest = poll_fn(|context| lent.kept.poll_ready(context));
                                    let _ = tokio::time::timeout(IDLE_TIMEOUT, rest).await;
                                });
                            }
                            return answered;
                        }
                    }
                }
            })
        };
        let sweep = move || {
            let mut cache = locked(&kept);
            cache.retain(|kept| kept.is_open());
            // Whoever is sending has a share beside that of `send` and this one, and brings its connection back here.
            !cache.is_empty() || Arc::strong_count(&kept) > 2
        };
        Some(Self { host, send: Box::new(send), sweep: Box::new(sweep) })
    }

    /// Sends a request, with its own name unless another is asked for, and reads at most so many bytes of an answer.
    pub(super) fn send(&self, mut request: http::Request<Full<Bytes>>, limit: usize) -> BoxFuture<'static, Answered> {
        request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
        (self.send)(request, limit)
    }

    /// Closes what nobody used for too long, and returns whether a connection is kept or in use.
    pub(super) fn sweep(&self) -> bool {
        (self.sweep)()
    }
}

/// Returns what a connection is made to.
pub(super) fn address(is_tls: bool, authority: &Authority) -> Option<Uri> {
    let scheme = if is_tls { Scheme::HTTPS } else { Scheme::HTTP };
    Uri::builder().scheme(scheme).authority(authority.clone()).path_and_query("/").build().ok()
}

/// Returns by what name a server is asked, without the port that needs not be said.
pub(super) fn host(is_tls: bool, authority: &Authority) -> Option<HeaderValue> {
    let host = match (authority.port_u16(), is_tls) {
        (None | Some(80), false) | (None | Some(443), true) => HeaderValue::from_str(authority.host()),
        (Some(port), _) => HeaderValue::from_str(&format!("{}:{port}", authority.host())),
    };
    host.ok()
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn closed_at_once(closed: Closed) -> TransportError {
    let error = TransportError::new("the connection was closed before the request was written").not_sent();
    match closed.0 {
        Some(why) => error.with_source(why),
        None => error,
    }
}

/// Makes what the cache keeps.
struct Dial {
    connector: Connector,
    address: Uri,
}

impl Service<()> for Dial {
    type Response = Kept;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Kept, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        let connecting = self.connector.connect(self.address.clone());
        Box::pin(async { Ok(Kept::new(connecting.await?)) })
    }
}

/// A connection of the cache, to which it goes back unless it is closed.
struct Lent<L: Service<()>> {
    kept: L,
    is_done: bool,
}

impl<L: Service<()>> Drop for Lent<L> {
    fn drop(&mut self) {
        if !self.is_done {
            // One on which a call was dropped says that it is not fit, by which the cache knows it.
            let _ = self.kept.poll_ready(&mut Context::from_waker(Waker::noop()));
        }
    }
}
