//! Requests for keys, which are no calls.

use std::sync::Arc;

use bytes::Bytes;

use crate::transport::{Body, BoxFuture, Outgoing, Transport, TransportError};

/// Stands among the extensions of a request for a key. Whatever names its server has for secrets, it is not recorded.
#[derive(Clone, Copy)]
struct ForKeys;

/// Sends requests for keys by another transport, and says of each that it is one.
#[derive(Debug)]
pub(crate) struct KeyTransport(pub(crate) Arc<dyn Transport>);

/// Returns whether a request is for a key.
pub(super) fn is_for_keys<B>(request: &http::Request<B>) -> bool {
    request.extensions().get::<ForKeys>().is_some()
}

impl Transport for KeyTransport {
    fn send(&self, mut request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        request.extensions_mut().insert(ForKeys);
        self.0.send(request)
    }

    fn open(
        &self,
        mut request: http::Request<Outgoing>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        request.extensions_mut().insert(ForKeys);
        self.0.open(request)
    }

    fn response_limit(&self) -> usize {
        self.0.response_limit()
    }
}
