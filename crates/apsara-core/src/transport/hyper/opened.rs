//! A request and its answer that are not in memory as a whole, on a connection of their own.

use http::Uri;

use super::super::streaming::{Incoming, Sent};
use super::super::{Body, Outgoing, TransportError};
use super::connect::Connector;
use super::kept::{Closed, broken};
use super::server::closed_at_once;

pub(super) type Opened = Result<http::Response<Body>, TransportError>;

/// Sends a request as it is read, and returns the head of its answer, with a body that is read as it comes. The connection is none of the
/// pool's: few calls need one, and for how long it is taken, nobody knows. It ends with what is dropped, the future or the body.
pub(super) async fn opened(connector: &Connector, address: Uri, request: http::Request<Outgoing>) -> Opened {
    let mut sender = connector.connect(address).await?;
    let request = request.map(|pieces| Sent { left: pieces.length(), pieces });
    match sender.try_send_request(request).await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            Ok(answer.map(|body| Body::new(Incoming { body, status, failed: broken })))
        }
        Err(mut failed) => {
            let is_whole = failed.take_message().is_some();
            let why = failed.into_error();
            Err(if is_whole { closed_at_once(Closed(Some(why))) } else { broken(why) })
        }
    }
}
