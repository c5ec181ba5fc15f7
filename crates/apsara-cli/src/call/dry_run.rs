//! `--dry-run`: the request as it would go out, without its secrets.

use apsara_catalog::Secrets;
use apsara_code::Kept;

use super::Prepared;
use crate::failure::Failure;

/// Makes a call that only comes as far as `kept`, and shows its request.
pub(super) async fn show(prepared: &Prepared, kept: &Kept) -> Result<(), Failure> {
    let sent = prepared.call(&prepared.request).send().await;
    match (kept.take(), sent) {
        (Some(request), _) => {
            let text = Secrets::of_request(&prepared.description).request(&request);
            crate::output::print(&crate::terminal::harmless(&text))
        }
        (None, Err(error)) => Err(prepared.failed(&error)),
        (None, Ok(_)) => unreachable!("what was answered was sent"),
    }
}
