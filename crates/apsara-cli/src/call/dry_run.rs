//! `--dry-run`: the request as it would go out, without its secrets.

use std::sync::{Arc, Mutex, PoisonError};

use apsara_catalog::Secrets;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use http::Request;

use super::Prepared;
use crate::failure::Failure;

/// A request with its body.
type Sent = Request<bytes::Bytes>;

/// Keeps what would go out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(Arc<Mutex<Option<Sent>>>);

impl Transport for Kept {
    fn send(&self, request: Sent) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, TransportError>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Box::pin(async { Err(TransportError::new("nothing is sent").malformed()) })
    }
}

/// Makes a call that only comes as far as `kept`, and shows its request.
pub(super) async fn show(prepared: &Prepared, kept: &Kept) -> Result<(), Failure> {
    let sent = prepared.call(&prepared.request).send().await;
    let request = kept.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (request, sent) {
        (Some(request), _) => {
            let text = Secrets::of_request(&prepared.description).request(&request);
            crate::output::print(&crate::terminal::harmless(&text))
        }
        (None, Err(error)) => Err(prepared.failed(&error)),
        (None, Ok(_)) => unreachable!("what was answered was sent"),
    }
}
