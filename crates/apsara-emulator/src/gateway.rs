//! What stands in front of the operations: the checks, in their order, and the way to the right operation.

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::{Accounts, Caller, LiveService};
use crate::answer::{Answer, Format, to_value};
use crate::clock::{Now, parse_http_date, parse_utc};
use crate::ledger::{LedgerEntry, Signature};
use crate::nonce::Nonces;
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::relay::{OPERATIONS, Operation, Relays};
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
    pub(crate) ledger: Vec<LedgerEntry>,
}

/// What an operation did: the body of its answer, and the tasks it was about.
pub(crate) struct Executed {
    body: Value,
    task_id: Option<String>,
    new_task_id: Option<String>,
}

impl Executed {
    pub(crate) fn new(body: &impl Serialize, task_id: Option<String>, new_task_id: Option<String>) -> Self {
        Self { body: to_value(body), task_id, new_task_id }
    }
}

#[cfg(test)]
impl Executed {
    pub(crate) fn body(&self) -> &Value {
        &self.body
    }
}

/// What of a request can be told before any check.
struct Outline {
    action: String,
    version: String,
    signature: Option<Signature>,
}

impl Outline {
    fn new(request: &WireRequest) -> Self {
        let signature = verify::claimed_signature(request);
        let named = |header: &str, parameter: &str| {
            let (header, parameter) = (request.header(header), request.parameter(parameter));
            let sent = match signature {
                // SDKs send the headers too, but V1 does not sign them: they must not overrule what is signed.
                Some(Signature::V1) => parameter,
                None | Some(Signature::Bearer) => parameter.or(header),
                Some(_) => header.or(parameter),
            };
            sent.unwrap_or_default().to_owned()
        };
        Self { action: named("x-acs-action", "Action"), version: named("x-acs-version", "Version"), signature }
    }

    fn product(&self) -> &'static str {
        match self.version.as_str() {
            LIVE => "live",
            STS => "Sts",
            _ => "",
        }
    }

    /// The language of the answer, or `None` if the request asks for one that does not exist.
    fn format(&self, request: &WireRequest) -> Option<Format> {
        let by_headers = match self.signature {
            None | Some(Signature::V1) => false,
            Some(Signature::Bearer) => request.header("x-acs-bearer-token").is_some(),
            Some(_) => true,
        };
        if by_headers {
            return Some(Format::Json);
        }
        match request.parameter("Format").unwrap_or("XML") {
            format if format.eq_ignore_ascii_case("json") => Some(Format::Json),
            format if format.eq_ignore_ascii_case("xml") => Some(Format::Xml),
            _ => None,
        }
    }
}

/// Answers one request and writes it into the ledger.
pub(crate) fn answer(state: &mut State, request: &WireRequest, now: Now) -> Answer {
    let outline = Outline::new(request);
    let format = outline.format(request);
    let mut caller = None;
    let result = match (&request.flaw, format) {
        // The reason why a request cannot be read comes first: without it the others mislead.
        (Some(flaw), _) => Err(flaw.clone()),
        (None, None) => Err(Refusal::invalid_format()),
        (None, Some(_)) => run(state, request, &outline, now, &mut caller),
    };
    let format = format.unwrap_or(Format::Xml);
    let request_id = random::request_id();
    let answer = match &result {
        Ok(executed) => Answer::success(executed.body.clone(), &outline.action, request_id, format),
        Err(refusal) => Answer::error(refusal, request.host(), outline.product(), request_id, format),
    };
    let sent_task_id = request.parameter("TaskId").map(str::to_owned);
    state.ledger.push(LedgerEntry {
        action: outline.action,
        version: outline.version,
        access_key_id: verify::claimed_access_key_id(request),
        account: caller.map(|caller: Caller| caller.account),
        request_id: answer.request_id.clone(),
        signature: outline.signature,
        status: answer.status.as_u16(),
        code: result.as_ref().err().map(|refusal| refusal.code.clone()),
        executed: result.is_ok(),
        task_id: result.as_ref().ok().and_then(|executed| executed.task_id.clone()).or(sent_task_id),
        new_task_id: result.ok().and_then(|executed| executed.new_task_id),
    });
    answer
}

/// Refuses what could not even be taken apart, and writes that into the ledger.
pub(crate) fn refuse_unreadable(state: &mut State, status: StatusCode) -> Answer {
    let refusal = Refusal::unreadable(status);
    let answer = Answer::error(&refusal, "", "", random::request_id(), Format::Xml);
    state.ledger.push(LedgerEntry {
        action: String::new(),
        version: String::new(),
        access_key_id: None,
        account: None,
        request_id: answer.request_id.clone(),
        signature: None,
        status: status.as_u16(),
        code: Some(refusal.code),
        executed: false,
        task_id: None,
        new_task_id: None,
    });
    answer
}

fn run(
    state: &mut State,
    request: &WireRequest,
    outline: &Outline,
    now: Now,
    caller: &mut Option<Caller>,
) -> Result<Executed, Refusal> {
    if request.method != Method::GET && request.method != Method::POST {
        return Err(Refusal::unsupported_method());
    }
    if outline.action.is_empty() {
        return Err(Refusal::missing("Action"));
    }
    if outline.version.is_empty() {
        return Err(Refusal::missing("Version"));
    }
    match outline.signature {
        Some(signature) => *caller = Some(authenticate(state, request, signature, now)?),
        None => check_anonymous(request, outline, now.gateway)?,
    }
    if request.path != "/" {
        return Err(Refusal::action_not_found());
    }
    let parameters = Parameters::new(request.parameters());
    match outline.version.as_str() {
        LIVE => {
            let operation = OPERATIONS.iter().find(|operation| operation.name == outline.action);
            let operation = operation
                .filter(|operation| operation.takes_post || request.method == Method::GET)
                .ok_or_else(Refusal::action_not_found)?;
            run_live(state, operation, caller.as_ref(), &parameters, now.world)
        }
        STS => run_sts(state, &outline.action, caller.as_ref(), &parameters, now.world),
        _ => Err(Refusal::invalid_version()),
    }
}

/// Finds out who calls, in the order: time, key, token, signature, nonce.
fn authenticate(state: &mut State, request: &WireRequest, signature: Signature, now: Now) -> Result<Caller, Refusal> {
    if signature == Signature::Bearer {
        check_unsigned_timestamp(request, now.gateway)?;
        return state.accounts.bearer(verify::bearer_token(request)?);
    }
    let credentials = verify::read_credentials(request, signature)?;
    let time = if signature == Signature::V1Roa { parse_http_date } else { parse_utc };
    check_timestamp(time(credentials.timestamp), now.gateway)?;
    let claim = state.accounts.claim(credentials.access_key_id, credentials.security_token, now.world)?;
    credentials.verify(request, claim.key)?;
    // Only a proven request may use up a nonce; otherwise anybody could use up anybody's.
    if !state.nonces.note(credentials.access_key_id, credentials.nonce, now.gateway) {
        return Err(Refusal::nonce_used());
    }
    Ok(claim.caller)
}

/// Lets the one operation through that is called without a key; its time is checked if it is given.
fn check_anonymous(request: &WireRequest, outline: &Outline, now: Timestamp) -> Result<(), Refusal> {
    if outline.version != STS || outline.action != "AssumeRoleWithOIDC" {
        return Err(Refusal::missing("AccessKeyId"));
    }
    check_unsigned_timestamp(request, now)
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

fn run_live(
    state: &mut State,
    operation: &Operation,
    caller: Option<&Caller>,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Executed, Refusal> {
    let caller = caller.ok_or_else(|| Refusal::missing("AccessKeyId"))?;
    match state.accounts.account(&caller.account).map(|account| account.live) {
        Some(LiveService::NotOpen) => {
            return Err(Refusal::bad_request("LiveServiceNotFound", "Your account does not open Live service yet"));
        }
        Some(LiveService::OpenWithoutDomain) => {
            return Err(Refusal::bad_request("CodeInvalidAliUid", "This aliuid does not have a live domain name."));
        }
        Some(LiveService::Open) | None => {}
    }
    (operation.run)(&mut state.relays, &relay::Call { account: &caller.account, parameters, now })
}

fn run_sts(
    state: &mut State,
    action: &str,
    caller: Option<&Caller>,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Executed, Refusal> {
    match (action, caller) {
        ("GetCallerIdentity", Some(caller)) => Ok(sts::get_caller_identity(caller)),
        ("AssumeRole", Some(_)) => sts::assume_role(&mut state.accounts, parameters, now),
        ("AssumeRoleWithOIDC", _) => sts::assume_role_with_oidc(&mut state.accounts, parameters, now),
        _ => Err(Refusal::action_not_found()),
    }
}
