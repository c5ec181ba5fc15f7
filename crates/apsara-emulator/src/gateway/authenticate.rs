//! Who calls, and whether that is so.

use jiff::{SignedDuration, Timestamp};

use super::{Call, State};
use crate::accounts::Caller;
use crate::catalog::Style;
use crate::clock::{parse_http_date, parse_utc};
use crate::faults::Intervention;
use crate::ledger::Signature;
use crate::refusal::Refusal;
use crate::request::WireRequest;
use crate::verify;

/// How far a request's time may be from the emulator's, either way.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Finds out who calls, in the order: time, key, token, signature, nonce; nobody may, where the operation allows that.
pub(super) fn authenticate(
    state: &mut State,
    call: &Call<'_>,
    intervention: &mut Intervention,
) -> Result<Option<Caller>, Refusal> {
    match call.outline.signature {
        None => check_anonymous(state, call).map(|()| None),
        Some(Signature::Bearer) => find_bearer(state, call).map(Some),
        Some(signature) => find_signer(state, call, signature, intervention).map(Some),
    }
}

fn find_signer(
    state: &mut State,
    call: &Call<'_>,
    signature: Signature,
    intervention: &mut Intervention,
) -> Result<Caller, Refusal> {
    let Call { request, now, .. } = *call;
    let verifies = state.manner.verifies;
    if verifies && !covers(signature, call) {
        return Err(Refusal::incomplete_signature());
    }
    let credentials = verify::read_credentials(request, signature)?;
    if verifies {
        let time = if signature == Signature::V1Roa { parse_http_date } else { parse_utc };
        check_timestamp(time(credentials.timestamp), now.shown())?;
    }
    let claim = state.accounts.claim(credentials.access_key_id, credentials.security_token, now.world)?;
    intervention.on_token()?;
    if verifies {
        credentials.verify(request, claim.key)?;
        // Only a proven request may use up a nonce; otherwise anybody could use up anybody's.
        if let Some(nonce) = credentials.nonce {
            if !state.nonces.note(credentials.access_key_id, nonce, now.gateway) {
                return Err(Refusal::nonce_used());
            }
            State::keep_nonce(&mut state.store, credentials.access_key_id, nonce, now.gateway);
        }
    }
    Ok(claim.caller)
}

/// Whether a signature is one over what such a request asks for: V1 signs no path, V1 with a path no form.
fn covers(signature: Signature, call: &Call<'_>) -> bool {
    match signature {
        Signature::V1 => call.request.path == "/",
        Signature::V1Roa => call.target.style != Style::Rpc,
        _ => true,
    }
}

fn find_bearer(state: &State, call: &Call<'_>) -> Result<Caller, Refusal> {
    if state.manner.verifies {
        check_unsigned_timestamp(call.request, call.now.shown())?;
    }
    state.accounts.bearer(verify::bearer_token(call.request)?)
}

/// Lets operations through that are called without a key; a time is checked if it is given.
fn check_anonymous(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    match &call.target.found {
        Ok(found) if found.operation.anonymous && !state.manner.verifies => Ok(()),
        Ok(found) if found.operation.anonymous => check_unsigned_timestamp(call.request, call.now.shown()),
        _ => Err(Refusal::missing("AccessKeyId")),
    }
}

/// A time that nothing proves need not be there, but must not be wrong.
fn check_unsigned_timestamp(request: &WireRequest, now: Timestamp) -> Result<(), Refusal> {
    match request.header("x-acs-date").or_else(|| request.parameter("Timestamp")) {
        Some(text) => check_timestamp(parse_utc(text), now),
        None => Ok(()),
    }
}

fn check_timestamp(timestamp: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    let timestamp = timestamp.ok_or_else(Refusal::timestamp_format)?;
    if now.duration_since(timestamp).abs() > CLOCK_SKEW { Err(Refusal::timestamp_expired()) } else { Ok(()) }
}
