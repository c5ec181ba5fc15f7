//! The head of an answer, and its body under the call's deadline.

use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::call::Answer;
use crate::error::{Error, Kind};
use crate::observe::Watch;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::transport::Body;

/// Holds what an answer says before its body.
pub struct Head {
    operation: &'static Operation,
    status: u16,
    request_id: Option<String>,
    headers: http::HeaderMap,
    attempts: u32,
    before: Outcome,
    paced: Duration,
    client_token: Option<String>,
}

impl Head {
    /// Returns the HTTP status.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.status
    }

    /// Returns the id of the request, by its header.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &http::HeaderMap {
        &self.headers
    }

    /// Returns how many times the call was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how long the call waited for its quota, over all attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.paced
    }

    /// Returns the client token that was made for the call, if it had to have one and was given none.
    #[must_use]
    pub fn client_token(&self) -> Option<&str> {
        self.client_token.as_deref()
    }

    /// Says of an error of which call it is.
    fn error(&self, error: Error) -> Error {
        let error = error.of(self.operation, self.attempts, self.before).paced(self.paced);
        error.with_client_token(self.client_token.clone())
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Head");
        out.field("http_status", &self.status).field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// The body of an answer, until it ends, fails, or the call's time is over.
pub(crate) struct Incoming {
    pub(super) head: Head,
    /// None once it has ended.
    body: Option<Body>,
    deadline: Pin<Box<Sleep>>,
    length: Duration,
    /// Tells observers the end of the call when the stream ends or is dropped, which is no success before its end.
    watch: Watch,
}

impl Incoming {
    pub(crate) fn new(operation: &'static Operation, answer: Answer) -> Self {
        let request_id = answer.request_id().map(str::to_owned);
        let Answer { status, headers, body, stream, attempts, before, paced, client_token, watch, .. } = answer;
        let head = Head { operation, status, request_id, headers, attempts, before, paced, client_token };
        let (until, length) = answer.deadline;
        let body = stream.unwrap_or_else(|| body.into());
        Self { head, body: Some(body), deadline: Box::pin(sleep_until(until)), length, watch }
    }

    /// Gives the next piece. The answer had begun with success, so whatever goes wrong, the call was executed.
    pub(super) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let error = match Pin::new(body).poll_next(context) {
            // A body that always has a piece ready never waits for the deadline.
            Poll::Ready(Some(Ok(_))) if self.deadline.deadline() <= Instant::now() => self.late(),
            Poll::Ready(Some(Ok(piece))) => return Poll::Ready(Some(Ok(piece))),
            Poll::Ready(Some(Err(error))) => Error::transport(error.answered(self.head.status)),
            Poll::Ready(None) => {
                self.body = None;
                self.watch.succeeded();
                drop(std::mem::take(&mut self.watch));
                return Poll::Ready(None);
            }
            Poll::Pending => match self.deadline.as_mut().poll(context) {
                Poll::Ready(()) => self.late(),
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(Some(Err(self.end(error))))
    }

    fn late(&self) -> Error {
        Error::new(Kind::Deadline(self.length), Outcome::Executed)
    }

    /// Ends the exchange because of an error.
    pub(super) fn end(&mut self, error: Error) -> Error {
        self.body = None;
        let error = self.head.error(error);
        self.watch.failed(&error);
        drop(std::mem::take(&mut self.watch));
        error
    }
}
