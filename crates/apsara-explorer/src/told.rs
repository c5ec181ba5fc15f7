//! What became of a call, for the page: an answer, or an error with its meaning and what to do.

use apsara_catalog::Operation;
use apsara_catalog::advice::{advice, again, explain, gateway_code};
use apsara_core::{Error, Outcome};
use serde_json::{Value, json};

use crate::request::violation;

/// Returns the word for an outcome.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NotSent => "not sent",
        Outcome::Rejected => "rejected",
        Outcome::Executed => "executed",
        _ => "unknown",
    }
}

/// Says what went wrong.
pub(crate) fn error(error: &Error, operation: &Operation) -> Value {
    let violations: Vec<Value> =
        error.violations().iter().map(|wrong| violation(wrong.parameter(), wrong.rule(), wrong.is_warning())).collect();
    if let Some(refusal) = error.service() {
        let (status, code) = (refusal.http_status(), refusal.code());
        let of_gateway = || gateway_code(code).and_then(explain).map(|(meaning, _)| meaning.to_owned());
        let denied = refusal.access_denied_detail().map(|detail| {
            let known = ["AuthAction", "NoPermissionType", "PolicyType"];
            let parts = known.iter().filter_map(|key| Some(format!("{key} {}", detail.get(*key)?.as_str()?)));
            parts.collect::<Vec<_>>().join(", ")
        });
        return json!({
            "code": code,
            "message": refusal.message(),
            "meaning": operation.meaning(code).or_else(of_gateway),
            "advice": advice(status, code),
            // The outcome may be worse than the code says, after an earlier attempt that nobody knows of.
            "again": if error.outcome() == Outcome::Unknown { again(500, "") } else { again(status, code) },
            "denied": denied.filter(|denied| !denied.is_empty()),
            "violations": violations,
        });
    }
    let text = error.to_string();
    let text = text.rsplit_once(" [outcome: ").map_or(text.as_str(), |(text, _)| text);
    json!({ "message": text, "advice": what_to_do(error, operation), "violations": violations })
}

fn what_to_do(error: &Error, operation: &Operation) -> &'static str {
    match () {
        () if error.is_invalid() => "Mend what is named, and send it again.",
        () if error.is_config() || error.is_credentials() => {
            "Set what the message names, and start the explorer again; `apsara whoami` says where credentials are looked for."
        }
        () if error.is_connect() => "Look at endpoint, DNS, proxy and network, and send it again.",
        () if error.is_paced() => "Wait for the quota, or send it without waiting and see what the cloud says.",
        () if error.is_undecodable() => "Do not repeat it; look at what it did.",
        () if error.outcome() != Outcome::Unknown => "Send it again.",
        () if operation.repeat == "safe" => "Send it again: it only reads.",
        () => "Look at what it is about before you send it again: it may have been executed.",
    }
}
