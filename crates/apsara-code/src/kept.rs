//! A request that is kept in the place of being sent.

use std::sync::{Arc, Mutex, PoisonError};

use apsara_core::observe::{AddedHeaders, AttemptStarted, CallObserver, CallStarted, Observer};
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{ConfigBuilder, Retry};
use http::{HeaderName, HeaderValue, Request};

/// A request with its body.
pub(crate) type Sent = Request<bytes::Bytes>;

/// Says of a request that it is one of the configuration's own calls. Who gives credentials sends by the same transport, which neither
/// an address nor a parameter tells for every signature. It goes no further than to [`Kept`].
const OWN: HeaderName = HeaderName::from_static("apsara-kept");

/// A transport that sends no call: it keeps the request that would go out, signed, and every call by it fails.
///
/// Only the calls of a configuration from [`Kept::keeping`] are kept. What is sent beside them is for credentials: it goes out if
/// there is something to send it by, and fails if there is not.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    request: Arc<Mutex<Option<Sent>>>,
    credentials: Option<Arc<dyn Transport>>,
}

impl Kept {
    /// Creates one that asks for credentials by a transport.
    pub fn asking(transport: impl Transport + 'static) -> Self {
        Self { credentials: Some(Arc::new(transport)), ..Self::default() }
    }

    /// Lets a configuration's calls be kept. Each is tried once, and waits for no quota.
    pub fn keeping(&self, config: ConfigBuilder) -> ConfigBuilder {
        config.transport(self.clone()).observer(Marking).retry(Retry::never()).without_pacing()
    }

    /// Returns the request that was kept last, once.
    #[must_use]
    pub fn take(&self) -> Option<Sent> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport for Kept {
    fn send(&self, mut request: Sent) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, TransportError>> {
        match (request.headers_mut().remove(OWN), &self.credentials) {
            (None, Some(transport)) => return transport.send(request),
            (None, None) => {}
            (Some(_), _) => *self.request.lock().unwrap_or_else(PoisonError::into_inner) = Some(request),
        }
        Box::pin(async { Err(TransportError::new("nothing is sent").malformed()) })
    }
}

/// Marks the requests of a configuration's calls.
#[derive(Debug)]
struct Marking;

impl Observer for Marking {
    fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        Some(Box::new(Self))
    }
}

impl CallObserver for Marking {
    fn attempt_started(&mut self, _: &AttemptStarted<'_>, headers: &mut AddedHeaders<'_>) {
        headers.add(OWN, HeaderValue::from_static(""));
    }
}
