//! A connection on which even what is no HTTP gets the cloud's answer.
//!
//! The HTTP library refuses what it cannot parse by itself, with an empty body and before any of our code hears of it.
//! Those refusals are caught on their way out and given a body, headers and a place in the ledger. What a fault does to a
//! connection is done here too, since the library would rather end connections politely.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

use crate::delivery::{Order, Orders};
use crate::server::Shared;

pub(crate) struct Connection {
    stream: TokioIo<TcpStream>,
    shared: Arc<Shared>,
    orders: Arc<Orders>,
    /// What goes out instead of what the library wrote, as far as it has not gone out yet.
    instead: Bytes,
    /// Whether the rest of what the library writes is dropped.
    muted: bool,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, shared: Arc<Shared>, orders: Arc<Orders>) -> Self {
        Self { stream: TokioIo::new(stream), shared, orders, instead: Bytes::new(), muted: false }
    }

    /// Waits for the first byte of a next request, leaves it unread, and lets the connection be reset.
    ///
    /// It is ready without an error if the caller has ended the connection instead.
    fn poll_use(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut byte = [0];
        let peeked = ready!(self.stream.inner().poll_peek(cx, &mut ReadBuf::new(&mut byte)))?;
        if peeked == 0 {
            return Poll::Ready(Ok(()));
        }
        self.orders.reset();
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }

    fn poll_write_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl Read for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.orders.is(&Order::ResetWhenUsed) {
            ready!(self.poll_use(cx))?;
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_write_instead(cx))?;
        if self.muted {
            return Poll::Ready(Ok(buf.len()));
        }
        if let Some(instead) = self.orders.take_instead() {
            (self.instead, self.muted) = (instead, true);
            return Poll::Ready(Ok(buf.len()));
        }
        if let Some(status) = bare_refusal(buf) {
            if self.orders.is(&Order::ResetWhenUsed) {
                // What the library refuses came together with the request before, and is a use too.
                self.orders.reset();
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            self.instead = self.shared.refuse_unreadable(status).into();
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_instead(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_instead(cx))?;
        if self.orders.is(&Order::Reset) {
            // The polite end would arrive before the reset does.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.orders.is(&Order::Reset) {
            // Closing a socket that lingers for no time resets the connection.
            let _ = self.stream.inner().set_zero_linger();
        }
    }
}

/// The status of a refusal that is not ours: a head without a body and without the id that all our answers carry.
fn bare_refusal(written: &[u8]) -> Option<StatusCode> {
    let head = written.strip_prefix(b"HTTP/1.1 ").filter(|head| head.ends_with(b"\r\n\r\n"))?;
    let is_ours = head.windows(16).any(|window| window == b"x-acs-request-id");
    StatusCode::from_bytes(head.get(..3)?).ok().filter(|status| status.is_client_error() && !is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_client_errors_without_our_id_are_bare_refusals() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(bare_refusal(bare), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        for other in [
            &b"HTTP/1.1 400 Bad Request\r\nx-acs-request-id: A\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 4",
            b"{}",
            b"",
        ] {
            assert_eq!(bare_refusal(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
