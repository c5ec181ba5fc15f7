//! What stands in front of the operations: the checks, in their order, and the way to the right operation.

mod authenticate;
mod authorize;
mod observe;
mod own;
mod saved;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;

use self::authenticate::authenticate;
use self::authorize::authorize;
use self::own::{run_live, run_sts};
use crate::accounts::{Accounts, Caller};
use crate::answer::{Answer, Format, to_value};
use crate::catalog::{self, Catalog, Form, Sampled, Style};
use crate::clock::Now;
use crate::counters::Counters;
use crate::faults::Intervention;
use crate::ledger::{Ledger, LedgerEntry, Signature};
use crate::nonce::Nonces;
use crate::outline::{Outline, Target};
use crate::parameters::Parameters;
use crate::quota::Meter;
use crate::ram::{RamDecision, RamMode};
use crate::refusal::Refusal;
use crate::relay::Relays;
use crate::replays::{Replays, Tokened};
use crate::request::WireRequest;
use crate::store::Store;
use crate::trace::Trace;
use crate::{control, random, verify};

const LIVE: &str = "2016-11-01";
const STS: &str = "2015-04-01";

/// Everything the emulator remembers.
pub(crate) struct State {
    pub(crate) accounts: Accounts,
    pub(crate) nonces: Nonces,
    pub(crate) relays: Relays,
    pub(crate) meter: Meter,
    pub(crate) replays: Replays,
    pub(crate) ledger: Ledger,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) manner: Manner,
    pub(crate) trace: Trace,
    pub(crate) counters: Counters,
    pub(crate) store: Store,
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
    /// Whether policies are looked at.
    pub(crate) ram: RamMode,
}

/// What was found out about a call before its answer.
#[derive(Default)]
struct Noted {
    caller: Option<Caller>,
    ram: Option<RamDecision>,
}

/// What an operation did: its answer, and the tasks it was about.
pub(crate) struct Executed {
    /// Whether it did so when it was called with the same client token before.
    replayed: bool,
    status: StatusCode,
    body: Option<Value>,
    form: Form,
    task_id: Option<String>,
    new_task_id: Option<String>,
}

impl Executed {
    pub(crate) fn new(body: &impl Serialize, task_id: Option<String>, new_task_id: Option<String>) -> Self {
        Self {
            replayed: false,
            status: StatusCode::OK,
            body: Some(to_value(body)),
            form: Form::Document,
            task_id,
            new_task_id,
        }
    }

    fn sampled(sampled: Sampled, replayed: bool) -> Self {
        let status = StatusCode::from_u16(sampled.status).unwrap_or(StatusCode::OK);
        Self { replayed, status, body: sampled.body, form: sampled.form, task_id: None, new_task_id: None }
    }
}

#[cfg(test)]
impl Executed {
    pub(crate) fn body(&self) -> &Value {
        self.body.as_ref().expect("what is written by hand has a body")
    }
}

/// Tells the operation that a request names, by its path if need be, and whether its key is a temporary one.
pub(crate) fn describe_call(state: &State, request: &WireRequest) -> (String, bool) {
    let key = verify::claimed_access_key_id(request);
    let outline = Outline::new(request);
    let action = if outline.action.is_empty() {
        Target::new(&state.catalog, request, &outline).name().unwrap_or_default().to_owned()
    } else {
        outline.action.to_owned()
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
    let mut noted = Noted::default();
    let result = match (&request.flaw, format) {
        // The reason why a request cannot be read comes first: without it the others mislead.
        (Some(flaw), _) => Err(flaw.clone()),
        (None, None) => Err(Refusal::invalid_format()),
        (None, Some(_)) => {
            let call = Call { request, outline: &outline, target: &target, id: &request_id, now };
            run(state, &call, &mut noted, intervention)
        }
    };
    let format = format.unwrap_or(Format::Xml);
    let action = target.name().unwrap_or(outline.action);
    let instead = if result.is_ok() { intervention.after_execution() } else { None };
    let answer = match (&result, &instead) {
        (Err(refusal), _) | (_, Some(refusal)) => {
            // The older cores, which alone sign so, find no code in the newer shape.
            let style = if outline.signature == Some(Signature::V1Roa) { Style::Rpc } else { target.style };
            Answer::error(refusal, request.host(), target.product, request_id, format, style)
        }
        (Ok(executed), None) => match (executed.form, executed.body.as_ref()) {
            (Form::Document, _) | (_, None) => {
                let body = executed.body.clone();
                Answer::success(executed.status, body, action, request_id, format, target.style)
            }
            (Form::Events, Some(body)) => Answer::events(executed.status, body, request_id),
            (Form::Bytes, Some(body)) => Answer::bytes(executed.status, body, request_id),
        },
    };
    let answer = intervention.on_answer(answer, result.is_ok());
    let entry = LedgerEntry::of(request, outline.signature, answer.request_id.clone());
    let sent_task_id = entry.task_id.clone();
    let entry = LedgerEntry {
        action: action.to_owned(),
        version: outline.version.to_owned(),
        access_key_id: verify::claimed_access_key_id(request),
        account: noted.caller.map(|caller| caller.account),
        ram: noted.ram,
        status: answer.status_sent(),
        code: answer.code.clone(),
        fault: intervention.applied(),
        executed: result.as_ref().is_ok_and(|executed| !executed.replayed),
        replayed: result.as_ref().is_ok_and(|executed| executed.replayed),
        task_id: result.as_ref().ok().and_then(|executed| executed.task_id.clone()).or(sent_task_id),
        new_task_id: result.ok().and_then(|executed| executed.new_task_id),
        ..entry
    };
    state.note(entry, request, &target, now);
    answer
}

/// Refuses what could not even be taken apart, and writes that into the ledger.
pub(crate) fn refuse_unreadable(state: &mut State, status: StatusCode, now: Now) -> Answer {
    let refusal = Refusal::unreadable(status);
    let answer = Answer::error(&refusal, "", "", random::request_id(), Format::Xml, Style::Rpc);
    let entry = LedgerEntry {
        status: status.as_u16(),
        code: Some(refusal.code),
        ..LedgerEntry::blank(answer.request_id.clone())
    };
    state.note_unreadable(entry, now);
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
    noted: &mut Noted,
    intervention: &mut Intervention,
) -> Result<Executed, Refusal> {
    let Call { request, outline, target, now, .. } = *call;
    intervention.on_arrival()?;
    if control::is_reserved(&request.path) {
        return Err(Refusal::action_not_found());
    }
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
    noted.caller = authenticate(state, call, intervention)?;
    let found = target.found.as_ref().map_err(Clone::clone)?;
    if state.manner.needs_https && found.operation.https_only {
        return Err(Refusal::needs_ssl());
    }
    intervention.before_execution()?;
    let caller = noted.caller.as_ref();
    if let Some(caller) = caller {
        state.meter.admit(&caller.account, found, now.since_start)?;
        authorize(state, call, found, caller, &mut noted.ram)?;
    }
    let parameters = Parameters::new(request.parameters());
    let is = |code: &str, version: &str| target.product.eq_ignore_ascii_case(code) && outline.version == version;
    let by_hand = if is("live", LIVE) {
        run_live(state, &found.operation.name, caller, &parameters, now.world)
    } else if is("Sts", STS) {
        run_sts(state, &found.operation.name, caller, &parameters, (request, now))
    } else {
        None
    };
    if let Some(result) = by_hand {
        return result;
    }
    catalog::check(found, request)?;
    let tokened = caller.as_ref().and_then(|caller| Tokened::read(&caller.account, found, request));
    if let Some(tokened) = &tokened
        && let Some(answer) = state.replays.find(tokened, now.world)?
    {
        return Ok(Executed::sampled(answer.clone().with_request_id(call.id), true));
    }
    let answer = catalog::answer(found, request, state.manner.seed, call.id);
    if let Some(tokened) = tokened {
        state.replays.keep(tokened, answer.clone(), now.world, &mut state.store);
    }
    Ok(Executed::sampled(answer, false))
}
