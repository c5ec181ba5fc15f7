//! Says what to do about an error code that no document explains.

mod gateway;

use apsara_core::{GatewayCode, Outcome, ServiceError};

pub use self::gateway::explain;

/// Finds a code of the gateway.
#[must_use]
pub fn gateway_code(code: &str) -> Option<GatewayCode> {
    GatewayCode::all().find(|known| known.as_str() == code)
}

/// Returns what to do about a code that came with an HTTP status.
#[must_use]
pub fn advice(http_status: u16, code: &str) -> &'static str {
    if let Some((_, advice)) = gateway_code(code).and_then(explain) {
        return advice;
    }
    if Outcome::of_code(http_status, code) == Outcome::Unknown {
        return "Look whether it was executed before you repeat a call that is unsafe to repeat; one that only reads can be repeated. \
                If it stays, give the request id to the support.";
    }
    let lower = code.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match () {
        () if ServiceError::is_throttling(code) || has(&["throttling", "toomanyrequests"]) => {
            "Wait and call again; spread calls over time."
        }
        () if has(&["nopermission", "forbidden", "denied", "unauthorized"]) => {
            "Grant the operation's RAM action, which its --help names; where the account itself is refused, ask the support."
        }
        () if has(&["servicenotfound", "notopen", "notactivat", "unactivated"]) => {
            "Activate the product in the console."
        }
        () if has(&["notfound", "notexist", "nosuch"]) => {
            "Check the id and the region: what exists in one is not there in another. List what there is."
        }
        () if has(&["quota", "exceed", "limit", "toomany"]) => "Delete what is not needed, or ask for a larger quota.",
        () if has(&["missing"]) => "Give the parameter that the message names.",
        () if has(&["invalid", "illegal", "malformed", "notsupport", "unsupported"]) => {
            "Mend the parameter that the message names; the operation's --help says what it may be."
        }
        () if has(&["status", "state", "conflict", "inuse", "operationdenied", "lock"]) => {
            "Wait until what it is about is in a state that allows it, and call again."
        }
        () if has(&["exist", "duplicate", "already"]) => "Use what is there already, or choose another name.",
        () => "Mend what the message names, and call again: nothing was done.",
    }
}

/// Says whether a call that ended so may be sent again.
#[must_use]
pub fn again(http_status: u16, code: &str) -> &'static str {
    match Outcome::of_code(http_status, code) {
        Outcome::Rejected if ServiceError::is_throttling(code) => {
            "safe: it was refused before anything was done, and passes with time"
        }
        Outcome::Rejected => "safe, for nothing was done; but it will be refused again until the cause is mended",
        _ => "only if the operation may be executed twice: it may have been executed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_gateway_is_explained() {
        for code in GatewayCode::all() {
            assert!(explain(code).is_some(), "{code:?}");
            assert_eq!(gateway_code(code.as_str()), Some(code));
        }
    }

    #[test]
    fn what_may_have_been_executed_is_not_called_safe() {
        assert!(again(500, "InternalError").starts_with("only if"));
        assert!(again(400, "SignatureNonceUsed").starts_with("only if"));
        assert!(again(400, "CodeTaskNotExist").starts_with("safe, for nothing was done"));
        for code in ["Throttling.Api", "QpsOverLimit", "FlowControlError"] {
            assert!(again(429, code).contains("passes with time"), "{code}");
            assert!(advice(429, code).starts_with("Wait and call again"), "{code}");
        }
        assert!(advice(500, "InternalError").contains("request id"));
        assert!(advice(400, "CodeTaskNotExist").contains("the id and the region"));
        assert!(advice(400, "LiveServiceNotFound").contains("Activate"));
    }
}
