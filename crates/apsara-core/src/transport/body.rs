//! Bodies that are not in memory as a whole.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::TransportError;

/// The body of an answer, as it comes. Dropping it ends the exchange.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>);

/// The body of a request, of a known length.
pub struct Outgoing {
    length: u64,
    pieces: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + Sync>>,
}

/// A body that is one piece.
struct Once<T>(Option<T>);

impl<T: Unpin> Stream for Once<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.0.take())
    }
}

impl Body {
    /// Makes a body of what a stream gives. After an error nothing more is read.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self(Box::pin(pieces))
    }

    /// Reads a body to its end, unless it is longer than so many bytes.
    ///
    /// # Errors
    ///
    /// Fails as the transport does, and where the body is too long; the rest is not read then.
    pub async fn gather(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut next = async || poll_fn(|context| self.0.as_mut().poll_next(context)).await.transpose();
        let Some(first) = next().await? else { return Ok(Bytes::new()) };
        let mut body = BytesMut::from(first);
        while body.len() <= limit {
            let Some(piece) = next().await? else { return Ok(body.freeze()) };
            body.extend_from_slice(&piece);
        }
        Err(TransportError::beyond(limit as u64, "the answer"))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::new(Once((!bytes.is_empty()).then_some(Ok(bytes))))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

impl Outgoing {
    /// Makes a body of so many bytes of what a stream gives.
    pub fn new(length: u64, pieces: impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static) -> Self {
        Self { length, pieces: Box::pin(pieces) }
    }

    /// Returns how many bytes it has; the header `content-length` says it.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads it into memory.
    pub(super) async fn gather(mut self) -> Result<Bytes, TransportError> {
        let mut body = BytesMut::new();
        while let Some(piece) = poll_fn(|context| self.pieces.as_mut().poll_next(context)).await {
            // Nothing is sent before all of it is there.
            body.extend_from_slice(
                &piece
                    .map_err(|error| TransportError::new("the body cannot be read").malformed().with_source(error))?,
            );
        }
        Ok(body.freeze())
    }
}

impl From<Bytes> for Outgoing {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes.len() as u64, Once((!bytes.is_empty()).then_some(Ok(bytes))))
    }
}

impl Stream for Outgoing {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("length", &self.length).finish_non_exhaustive()
    }
}
