//! `--dry-run`: the request as it would go out, without its secrets.

use apsara_catalog::Secrets;
use apsara_code::Kept;
use apsara_core::transport::{BoxFuture, ReqwestTransport, Transport, TransportError};
use bytes::Bytes;
use http::{Request, Response};

use super::Prepared;
use crate::failure::Failure;

/// Sends what is asked for credentials. It is made when that happens: most have a key at hand.
#[derive(Debug)]
pub(crate) struct Asking;

impl Transport for Asking {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let made = ReqwestTransport::new();
            made.map_err(|error| TransportError::new(error.to_string()).malformed())?.send(request).await
        })
    }
}

/// Creates what keeps the request of a call, and asks for credentials if it must.
pub(super) fn kept() -> Kept {
    Kept::asking(Asking)
}

/// Makes a call that only comes as far as `kept`, and shows its request.
pub(super) async fn show(prepared: &Prepared, kept: &Kept) -> Result<(), Failure> {
    let sent = prepared.call(&prepared.request).send().await;
    match (kept.take(), sent) {
        (Some(request), _) => {
            let text = Secrets::of_request(&prepared.description).request(&request, &prepared.request);
            crate::output::print(&crate::terminal::harmless(&text))
        }
        (None, Err(error)) => Err(prepared.failed(&error)),
        (None, Ok(_)) => unreachable!("what was answered was sent"),
    }
}
