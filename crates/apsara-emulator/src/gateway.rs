//! What stands in front of the operations: the checks, in their order, and the way to the right operation.

use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::{Accounts, Caller, LiveService};
use crate::answer::{Answer, Format, to_value};
use crate::catalog::{self, Catalog, Sampled, Style};
use crate::clock::{Now, parse_http_date, parse_utc};
use crate::faults::Intervention;
use crate::ledger::{Ledger, LedgerEntry, Signature};
use crate::nonce::Nonces;
use crate::outline::{Outline, Target};
use crate::parameters::Parameters;
use crate::quota::Meter;
use crate::refusal::Refusal;
use crate::relay::{OPERATIONS, Relays};
use crate::request::WireRequest;
use crate::{random, relay, sts, verify};

const LIVE: &str = "2016-11-01";
const STS: &str = "2015-04-01";
/// How far a request's time may be from the emulator's, either way.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(15);

/// Everything the emulator remembers.
pub(crate) struct State {
    pub(crate) accounts: Accounts,
    pub(crate) nonces: Nonces,
    pub(crate) relays: Relays,
    pub(crate) meter: Meter,
    pub(crate) ledger: Ledger,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) manner: Manner,
}

/// How this emulator differs from others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// What made-up answers follow from.
    pub(crate) seed: u64,
    /// Whether signatures, times and nonces are checked.
    pub(crate) verifies: bool,
    /// Whether operations that are only for HTTPS are refused, since this is none.
    pub(crate) needs_https: bool,
}

/// What an operation did: its answer, and the tasks it was about.
pub(crate) struct Executed {
    status: StatusCode,
    body: Option<Value>,
    task_id: Option<String>,
    new_task_id: Option<String>,
}

impl Executed {
    pub(crate) fn new(body: &impl Serialize, task_id: Option<String>, new_task_id: Option<String>) -> Self {
        Self { status: StatusCode::OK, body: Some(to_value(body)), task_id, new_task_id }
    }

    fn sampled(sampled: Sampled) -> Self {
        let status = StatusCode::from_u16(sampled.status).unwrap_or(StatusCode::OK);
        Self { status, body: sampled.body, task_id: None, new_task_id: None }
    }
}

#[cfg(test)]
impl Executed {
    pub(crate) fn body(&self) -> &Value {
        self.body.as_ref().expect("what is written by hand has a body")
    }
}

/// Tells the operation that a request names, and whether its key is a temporary one.
pub(crate) fn describe_call(state: &State, request: &WireRequest) -> (String, bool) {
    let key = verify::claimed_access_key_id(request);
    let outline = Outline::new(request);
    let action = match Target::new(&state.catalog, request, &outline).found {
        Ok(found) => found.operation.name.clone(),
        Err(_) => outline.action.to_owned(),
    };
    (action, key.is_some_and(|id| state.accounts.is_temporary(&id)))
}

/// Answers one request and writes it into the ledger.
pub(crate) fn answer(state: &mut State, request: &WireRequest, now: Now, intervention: &mut Intervention) -> Answer {
    let catalog = Arc::clone(&state.catalog);
    let outline = Outline::new(request);
    let target = Target::new(&catalog, request, &outline);
    let format = outline.format(request);
    let request_id = random::request_id();
    let mut caller = None;
    let result = match (&request.flaw, format) {
        // The reason why a request cannot be read comes first: without it the others mislead.
        (Some(flaw), _) => Err(flaw.clone()),
        (None, None) => Err(Refusal::invalid_format()),
        (None, Some(_)) => {
            let call = Call { request, outline: &outline, target: &target, id: &request_id, now };
            run(state, &call, &mut caller, intervention)
        }
    };
    let format = format.unwrap_or(Format::Xml);
    let action = target.found.as_ref().map_or(outline.action, |found| &found.operation.name);
    let instead = if result.is_ok() { intervention.after_execution() } else { None };
    let answer = match (&result, &instead) {
        (Err(refusal), _) | (_, Some(refusal)) => {
            Answer::error(refusal, request.host(), target.product, request_id, format, target.style)
        }
        (Ok(executed), None) => {
            Answer::success(executed.status, executed.body.clone(), action, request_id, format, target.style)
        }
    };
    let answer = intervention.on_answer(answer, result.is_ok());
    let entry = LedgerEntry::of(request, outline.signature, answer.request_id.clone());
    let sent_task_id = entry.task_id.clone();
    state.ledger.push(LedgerEntry {
        action: action.to_owned(),
        version: outline.version.to_owned(),
        access_key_id: verify::claimed_access_key_id(request),
        account: caller.map(|caller: Caller| caller.account),
        status: answer.status_sent(),
        code: answer.code.clone(),
        fault: intervention.applied(),
        executed: result.is_ok(),
        task_id: result.as_ref().ok().and_then(|executed| executed.task_id.clone()).or(sent_task_id),
        new_task_id: result.ok().and_then(|executed| executed.new_task_id),
        ..entry
    });
    answer
}

/// Refuses what could not even be taken apart, and writes that into the ledger.
pub(crate) fn refuse_unreadable(state: &mut State, status: StatusCode) -> Answer {
    let refusal = Refusal::unreadable(status);
    let answer = Answer::error(&refusal, "", "", random::request_id(), Format::Xml, Style::Rpc);
    state.ledger.push(LedgerEntry {
        status: status.as_u16(),
        code: Some(refusal.code),
        ..LedgerEntry::blank(answer.request_id.clone())
    });
    answer
}

/// One request with all that is known of it.
struct Call<'a> {
    request: &'a WireRequest,
    outline: &'a Outline<'a>,
    target: &'a Target<'a>,
    id: &'a str,
    now: Now,
}

fn run(
    state: &mut State,
    call: &Call<'_>,
    caller: &mut Option<Caller>,
    intervention: &mut Intervention,
) -> Result<Executed, Refusal> {
    let Call { request, outline, target, now, .. } = *call;
    intervention.on_arrival()?;
    let is_rpc = request.path == "/" && !state.catalog.has_paths(outline.version);
    let is_rpc_method = request.method == Method::GET || request.method == Method::POST;
    if !catalog::is_known_method(&request.method) || is_rpc && !is_rpc_method {
        return Err(Refusal::unsupported_method());
    }
    if outline.action.is_empty() && outline.needs_action(request) {
        return Err(Refusal::missing("Action"));
    }
    if outline.version.is_empty() {
        return Err(Refusal::missing("Version"));
    }
    match outline.signature {
        Some(signature) => *caller = Some(authenticate(state, request, signature, now, intervention)?),
        None => check_anonymous(call, state.manner)?,
    }
    intervention.before_execution()?;
    let found = target.found.as_ref().map_err(Clone::clone)?;
    if let Some(caller) = caller {
        state.meter.admit(&caller.account, outline.version, &found.operation.name, now.since_start)?;
    }
    if state.manner.needs_https && found.operation.https_only {
        return Err(Refusal::needs_ssl());
    }
    let parameters = Parameters::new(request.parameters());
    let is = |code: &str, version: &str| target.product.eq_ignore_ascii_case(code) && outline.version == version;
    let by_hand = if is("live", LIVE) {
        run_live(state, &found.operation.name, caller.as_ref(), &parameters, now.world)
    } else if is("Sts", STS) {
        run_sts(state, &found.operation.name, caller.as_ref(), &parameters, now.world)
    } else {
        None
    };
    if let Some(result) = by_hand {
        return result;
    }
    catalog::check(found, request)?;
    Ok(Executed::sampled(catalog::answer(found, request, state.manner.seed, call.id)))
}

/// Finds out who calls, in the order: time, key, token, signature, nonce.
fn authenticate(
    state: &mut State,
    request: &WireRequest,
    signature: Signature,
    now: Now,
    intervention: &mut Intervention,
) -> Result<Caller, Refusal> {
    let verifies = state.manner.verifies;
    if signature == Signature::Bearer {
        if verifies {
            check_unsigned_timestamp(request, now.shown())?;
        }
        return state.accounts.bearer(verify::bearer_token(request)?);
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
        if !state.nonces.note(credentials.access_key_id, credentials.nonce, now.gateway) {
            return Err(Refusal::nonce_used());
        }
    }
    Ok(claim.caller)
}

/// Lets operations through that are called without a key; a time is checked if it is given.
fn check_anonymous(call: &Call<'_>, manner: Manner) -> Result<(), Refusal> {
    match &call.target.found {
        Ok(found) if found.operation.anonymous && !manner.verifies => Ok(()),
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

/// Runs an operation of Live that does something here; nothing if it is another one, and the account has Live.
fn run_live(
    state: &mut State,
    action: &str,
    caller: Option<&Caller>,
    parameters: &Parameters,
    now: Timestamp,
) -> Option<Result<Executed, Refusal>> {
    let caller = caller?;
    match state.accounts.account(&caller.account).map(|account| account.live) {
        Some(LiveService::NotOpen) => {
            let message = "Your account does not open Live service yet";
            return Some(Err(Refusal::bad_request("LiveServiceNotFound", message)));
        }
        Some(LiveService::OpenWithoutDomain) => {
            let message = "This aliuid does not have a live domain name.";
            return Some(Err(Refusal::bad_request("CodeInvalidAliUid", message)));
        }
        Some(LiveService::Open) | None => {}
    }
    let operation = OPERATIONS.iter().find(|operation| operation.name == action)?;
    Some((operation.run)(&mut state.relays, &relay::Call { account: &caller.account, parameters, now }))
}

/// Runs an operation of the token service that does something here; nothing if it is another one.
fn run_sts(
    state: &mut State,
    action: &str,
    caller: Option<&Caller>,
    parameters: &Parameters,
    now: Timestamp,
) -> Option<Result<Executed, Refusal>> {
    match (action, caller) {
        ("GetCallerIdentity", Some(caller)) => Some(Ok(sts::get_caller_identity(caller))),
        ("AssumeRole", Some(_)) => Some(sts::assume_role(&mut state.accounts, parameters, now)),
        ("AssumeRoleWithOIDC", _) => Some(sts::assume_role_with_oidc(&mut state.accounts, parameters, now)),
        _ => None,
    }
}
