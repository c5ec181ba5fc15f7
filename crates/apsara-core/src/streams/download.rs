//! Answers that are bytes.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use super::incoming::{Head, Incoming};
use crate::error::Error;
use crate::transport::TransportError;

/// Gives the bytes of an answer as they come, as a stream of pieces or by `AsyncRead`.
///
/// The deadline of the call holds until the last byte. Dropping it ends the exchange. An error ends it, too, and its
/// outcome is [`Outcome::Executed`](crate::Outcome::Executed), for the answer had begun with success: a body that is cut is an error, and
/// never a short body.
#[must_use = "the body comes when it is read"]
pub struct Download {
    incoming: Incoming,
    /// What was given by the stream and not read yet.
    rest: Bytes,
    /// How many more bytes may come, and how many it were at first.
    limit: Option<(u64, u64)>,
}

impl Download {
    pub(crate) fn new(incoming: Incoming) -> Self {
        Self { incoming, rest: Bytes::new(), limit: None }
    }

    /// Lets it fail when more bytes than these come; unless set, there is no limit, for nothing is kept.
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = Some((bytes, bytes));
        self
    }

    /// Returns what the answer says before its body.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.incoming.head
    }

    /// Returns the next piece; nothing after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// Fails where the answer is cut, too long, or too slow.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.poll_piece(context)).await
    }

    /// Reads it to its end, unless more than so many bytes come.
    ///
    /// # Errors
    ///
    /// As [`Download::next`].
    pub async fn bytes(self, limit: u64) -> Result<Bytes, Error> {
        let mut download = self.with_limit(limit);
        let mut whole = BytesMut::new();
        while let Some(piece) = download.next().await {
            whole.extend_from_slice(&piece?);
        }
        Ok(whole.freeze())
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        let piece = ready!(self.incoming.poll_piece(context));
        if let (Some(Ok(piece)), Some((left, limit))) = (&piece, &mut self.limit) {
            match left.checked_sub(piece.len() as u64) {
                Some(now) => *left = now,
                None => {
                    let too_long = TransportError::beyond(*limit, "the answer");
                    let error = Error::transport(too_long.answered(self.incoming.head.http_status()));
                    return Poll::Ready(Some(Err(self.incoming.end(error))));
                }
            }
        }
        Poll::Ready(piece)
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_piece(context)
    }
}

impl AsyncRead for Download {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(self.poll_piece(context)) {
                Some(piece) => self.rest = piece.map_err(io::Error::other)?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest[..length]);
        self.rest.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("head", self.head()).finish_non_exhaustive()
    }
}
