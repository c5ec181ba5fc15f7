//! One connection, and a request on it.

use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use tokio::time::Instant;
use tower_service::Service;

use super::super::TransportError;

/// How long a connection is kept that nobody uses.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

pub(super) type Answered = Result<http::Response<Bytes>, TransportError>;

/// What takes the requests of a connection.
type Sender = http1::SendRequest<Full<Bytes>>;

/// A connection.
pub(super) struct Kept {
    sender: Sender,
    state: State,
}

/// What a connection is doing.
enum State {
    /// It was made then, and nothing was sent on it yet: a call may have taken another before it was there.
    New(Instant),
    /// A request is on it, or was when its call was dropped.
    Busy,
    /// The last answer was read to its end then.
    Idle(Instant),
}

/// How a request went.
pub(super) enum Exchange {
    /// Not a byte of it was written.
    NotBegun(http::Request<Full<Bytes>>, Closed),
    Ended(Answered),
}

/// Why a connection takes no request: by an error of hyper, or because it is not fit to.
pub(super) struct Closed(pub(super) Option<hyper::Error>);

impl Kept {
    pub(super) fn new(sender: Sender) -> Self {
        Self { sender, state: State::New(Instant::now()) }
    }

    pub(super) fn was_used(&self) -> bool {
        !matches!(self.state, State::New(_))
    }

    /// Returns whether a request may be sent on it at once.
    pub(super) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    /// Returns whether it can be used now or later.
    pub(super) fn is_open(&self) -> bool {
        let is_fit = match self.state {
            State::Busy => false,
            State::New(begin) | State::Idle(begin) => begin.elapsed() < IDLE_TIMEOUT,
        };
        is_fit && !self.sender.is_closed()
    }

    pub(super) async fn exchange(&mut self, request: http::Request<Full<Bytes>>, limit: usize) -> Exchange {
        self.state = State::Busy;
        let (head, body) = match self.sender.try_send_request(request).await {
            Ok(response) => response.into_parts(),
            Err(mut failed) => {
                let request = failed.take_message();
                let why = failed.into_error();
                return match request {
                    Some(request) => Exchange::NotBegun(request, Closed(Some(why))),
                    None => Exchange::Ended(Err(broken(why))),
                };
            }
        };
        let status = head.status.as_u16();
        Exchange::Ended(match read(body, limit).await {
            Ok(body) => {
                self.state = State::Idle(Instant::now());
                Ok(http::Response::from_parts(head, body))
            }
            Err(error) => Err(error.answered(status)),
        })
    }
}

/// Is ready when the connection can take a request, and fails when it never will.
impl Service<()> for Kept {
    type Response = ();
    type Error = Closed;
    type Future = Ready<Result<(), Closed>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if !self.is_open() {
            return Poll::Ready(Err(Closed(None)));
        }
        self.sender.poll_ready(context).map_err(|why| Closed(Some(why)))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        ready(Ok(()))
    }
}

/// Reads a body, unless it is too long.
async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, TransportError> {
    let too_long = || TransportError::beyond(limit as u64, "the answer");
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(too_long());
    }
    let (mut first, mut whole) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(broken)?.into_data() else { continue };
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

/// A request was on the connection, so that it may have been executed.
pub(super) fn broken(error: hyper::Error) -> TransportError {
    TransportError::new("the connection broke").with_source(error)
}
