//! What a call that failed says, and by what code the program ends.

use apsara_core::{Error, Outcome};

use crate::catalog::Operation;
use crate::errors::advice;
use crate::exit::Exit;
use crate::failure::Failure;

/// Says what went wrong, what became of the call, and what to do.
pub(crate) fn failure(error: &Error, operation: &Operation) -> Failure {
    let failure = Failure::new(exit(error, operation), message(error));
    let meaning = error.service().and_then(|refusal| operation.meaning(refusal.code()));
    let attempts = (error.attempts() > 1).then(|| error.attempts().to_string());
    let mut failure = failure
        .with_some("meaning", meaning)
        .with("outcome", error.outcome().to_string())
        .with_some("request id", error.request_id())
        .with_some("attempts", attempts)
        .with_some("client token", error.client_token());
    if let Some(refusal) = error.service() {
        failure = failure.with("what to do", advice(refusal.http_status(), refusal.code()));
        let actions = ["AuthAction", "NoPermissionType", "PolicyType"].map(|key| {
            let detail = refusal.access_denied_detail().and_then(|detail| detail.get(key));
            detail.and_then(serde_json::Value::as_str).map(|text| format!("{key} {text}"))
        });
        let denied: Vec<String> = actions.into_iter().flatten().collect();
        failure = failure.with_some("denied", (!denied.is_empty()).then(|| denied.join(", ")));
        failure.with("more", format!("apsara errors {}", refusal.code()))
    } else {
        failure.with("what to do", what_to_do(error, operation))
    }
}

/// Chooses the code. What is in doubt counts most: a script must not take it for a refusal.
fn exit(error: &Error, operation: &Operation) -> Exit {
    let in_doubt = error.outcome() == Outcome::Unknown;
    match () {
        () if error.is_undecodable() => Exit::Unreadable,
        // Nobody is hurt if a call that only reads was executed.
        () if error.is_timeout() && (!in_doubt || operation.repeat == "safe") => Exit::Deadline,
        () if in_doubt => Exit::Unknown,
        () if error.outcome() == Outcome::Executed => Exit::Unreadable,
        () if error.is_config() || error.is_credentials() => Exit::Credentials,
        () if error.is_invalid() => Exit::Invalid,
        () if error.is_throttled() => Exit::Throttled,
        () if error.outcome() == Outcome::Rejected => Exit::Rejected,
        () => Exit::NotSent,
    }
}

/// Returns what the error says, without what stands in lines of its own.
fn message(error: &Error) -> String {
    if let Some(refusal) = error.service() {
        return refusal.to_string();
    }
    let text = error.to_string();
    text.rsplit_once(" [outcome: ").map_or(text.as_str(), |(text, _)| text).to_owned()
}

fn what_to_do(error: &Error, operation: &Operation) -> &'static str {
    match () {
        () if error.is_config() || error.is_credentials() => "set what the message names, and call again",
        () if error.is_connect() => "look at endpoint, DNS, proxy and network, and call again",
        () if error.is_paced() => "wait, or allow more time by --deadline",
        () if error.is_undecodable() => "do not repeat it; look at what it did",
        () if error.outcome() != Outcome::Unknown => "call again",
        () if operation.repeat == "safe" => "call again: it only reads",
        () => "look at what it is about before you call again: it may have been executed",
    }
}
