//! A request on its way, until its answer is there, or the head of it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::response::Parts;

use super::Attempts;
use crate::error::Error;
use crate::transport::{Body, BoxFuture, TransportError};

/// The head of an answer, and its body, or what gives it as it comes.
pub(crate) type Arrived = (Parts, Bytes, Option<Body>);

/// Sends a request whose body comes in pieces, or whose answer does.
pub(crate) type InPieces =
    for<'s, 'a> fn(&'s Attempts<'a>, http::Request<Bytes>) -> BoxFuture<'s, Result<Arrived, Error>>;

/// The one that there is. Calls that need it bring it along: what nothing names is not linked.
pub(crate) const IN_PIECES: InPieces = |attempts, request| Box::pin(attempts.in_pieces(request));

/// A request on its way. What few calls need is set aside for those alone: the future of every call would be larger for it.
pub(super) enum Sending<'a> {
    Whole(BoxFuture<'a, Result<http::Response<Bytes>, TransportError>>),
    InPieces(BoxFuture<'a, Result<Arrived, Error>>),
}

impl Future for Sending<'_> {
    type Output = Result<Arrived, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Whole(sent) => sent.as_mut().poll(context).map(|sent| {
                let (parts, body) = sent.map_err(Error::transport)?.into_parts();
                Ok((parts, body, None))
            }),
            Self::InPieces(sent) => sent.as_mut().poll(context),
        }
    }
}

impl Attempts<'_> {
    /// Sends a request; the body of a success is left to be read as it comes, if that is wanted.
    pub(super) fn sending(&self, request: http::Request<Bytes>) -> Sending<'_> {
        let upload = self.prepared.unsigned.upload.as_ref();
        match upload.map(|upload| upload.sender()).or(self.streaming) {
            None => Sending::Whole(self.config.transport.send(request)),
            Some(in_pieces) => Sending::InPieces(in_pieces(self, request)),
        }
    }

    async fn in_pieces(&self, request: http::Request<Bytes>) -> Result<Arrived, Error> {
        let (transport, upload) = (&self.config.transport, &self.prepared.unsigned.upload);
        let (head, body) = request.into_parts();
        let body = match upload {
            Some(upload) => upload.open().await?,
            None => body.into(),
        };
        let sent = transport.open(http::Request::from_parts(head, body)).await;
        let (parts, body) = sent.map_err(Error::transport)?.into_parts();
        if self.streaming.is_some() && parts.status.is_success() {
            return Ok((parts, Bytes::new(), Some(body)));
        }
        let lost = |error: TransportError| Error::transport(error.answered(parts.status.as_u16()));
        let body = body.gather(transport.response_limit()).await.map_err(lost)?;
        Ok((parts, body, None))
    }
}
