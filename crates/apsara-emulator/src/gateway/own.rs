//! The operations that do something here.

use jiff::Timestamp;

use super::{Executed, State};
use crate::accounts::{Caller, LiveService};
use crate::clock::Now;
use crate::parameters::Parameters;
use crate::refusal::Refusal;
use crate::relay::{self, OPERATIONS};
use crate::request::WireRequest;
use crate::sts;

/// Runs an operation of Live that does something here; nothing if it is another one, and the account has Live.
pub(super) fn run_live(
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
pub(super) fn run_sts(
    state: &mut State,
    action: &str,
    caller: Option<&Caller>,
    parameters: &Parameters,
    (request, now): (&WireRequest, Now),
) -> Option<Result<Executed, Refusal>> {
    let accounts = &mut state.accounts;
    let call = sts::Call { request, parameters, now };
    match (action, caller) {
        ("GetCallerIdentity", Some(caller)) => Some(Ok(sts::get_caller_identity(accounts, caller))),
        ("AssumeRole", Some(caller)) => Some(sts::assume_role(accounts, caller, &call)),
        ("AssumeRoleWithOIDC", _) => Some(sts::assume_role_with_oidc(accounts, &call)),
        _ => None,
    }
}
