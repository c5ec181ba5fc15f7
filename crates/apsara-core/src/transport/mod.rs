//! How a signed request reaches the cloud.

mod body;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "reqwest")]
#[path = "reqwest.rs"]
mod on_reqwest;
#[cfg(feature = "reqwest")]
mod proxies;
#[cfg(feature = "reqwest")]
mod settings;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod streaming;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod system;
#[cfg(feature = "reqwest")]
mod trust;

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

pub use self::body::{Body, Outgoing};
#[cfg(feature = "hyper")]
pub use self::hyper::HyperTransport;
#[cfg(feature = "reqwest")]
pub use self::on_reqwest::ReqwestTransport;
#[cfg(feature = "reqwest")]
pub use self::settings::ReqwestTransportBuilder;
/// The version of the library that [`ReqwestTransport::with_client`] takes a client of.
#[cfg(feature = "reqwest")]
#[doc(no_inline)]
pub use ::reqwest;

/// A future that can be sent to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Says of a request that has no body that it has none, where there could be one: hyper is silent about it then, and some servers and
/// proxies refuse what has no length (RFC 9110, section 8.6).
#[cfg(any(feature = "hyper", feature = "reqwest"))]
fn say_no_length<B>(request: &mut http::Request<B>) {
    use http::{HeaderValue, Method, header::CONTENT_LENGTH};

    if [Method::POST, Method::PUT, Method::PATCH].contains(request.method()) {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// Sends one signed request and returns its answer, whatever the status.
///
/// An implementation must send a request at most once: it repeats nothing and follows no redirect. Dropping the future
/// cancels the request.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>>;

    /// Sends a request whose body is read as it goes out, and returns the head of the answer as soon as it is there, with a body
    /// that is read as it comes. What is dropped ends the exchange.
    ///
    /// Calls whose answer is a stream, or whose body is a file, are sent by it. Unless an implementation does better, the body is
    /// read into memory, and the answer comes as a whole.
    fn open(&self, request: http::Request<Outgoing>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let answer = self.send(http::Request::from_parts(head, body.gather().await?)).await?;
            Ok(answer.map(Body::from))
        })
    }

    /// Returns how many bytes of an answer that was opened are read into memory where it is not given as a stream.
    fn response_limit(&self) -> usize {
        RESPONSE_LIMIT
    }
}

/// How long a body may be, unless it is said otherwise: 64 MiB.
const RESPONSE_LIMIT: usize = 64 << 20;

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        (**self).send(request)
    }

    fn open(&self, request: http::Request<Outgoing>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).open(request)
    }

    fn response_limit(&self) -> usize {
        (**self).response_limit()
    }
}

/// Says whether a request may have reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it was written.
    No,
    /// It may have been read, and executed.
    Maybe,
}

/// Says why there is no answer.
#[derive(Debug)]
pub struct TransportError {
    message: String,
    sent: Sent,
    status: Option<u16>,
    malformed: bool,
    timeout: bool,
    too_long: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates an error after which the request may have been executed: the assumption that is always safe.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            sent: Sent::Maybe,
            status: None,
            malformed: false,
            timeout: false,
            too_long: false,
            source: None,
        }
    }

    /// Creates the error of an answer, or of an event, that has more than so many bytes.
    pub(crate) fn beyond(limit: u64, what: &str) -> Self {
        Self::new(format!("{what} has more than the {limit} bytes that are allowed")).too_long()
    }

    /// Says that not a byte of the request was written. Only what is known may be said.
    #[must_use]
    pub fn not_sent(mut self) -> Self {
        self.sent = Sent::No;
        self
    }

    /// Says that the request is none that this transport could send: it was not, and trying again is no use.
    #[must_use]
    pub fn malformed(mut self) -> Self {
        self.malformed = true;
        self.not_sent()
    }

    /// Says that an answer began with this HTTP status, though its rest is lost.
    #[must_use]
    pub fn answered(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Says that time ran out.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.timeout = true;
        self
    }

    /// Says that the answer has more bytes than are read: a call is not tried again for it, because it would be answered so again.
    #[must_use]
    pub fn too_long(mut self) -> Self {
        self.too_long = true;
        self
    }

    /// Adds the error underneath. It must not print the request's URL, because a query can hold secrets.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns whether the request may have reached the server.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// Returns whether no connection was made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.sent == Sent::No && !self.malformed
    }

    /// Returns the HTTP status of an answer that began.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.timeout
    }

    /// Returns whether the answer had more bytes than are read.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.too_long
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        // The innermost error says what happened; those between repeat one another.
        let mut source = self.source();
        while let Some(error) = source {
            if error.source().is_none() {
                write!(f, ": {error}")?;
            }
            source = error.source();
        }
        Ok(())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
