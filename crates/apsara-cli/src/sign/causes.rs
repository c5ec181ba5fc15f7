//! What a signature that does not match usually comes from.

use std::time::SystemTime;

use super::compare::Difference;
use super::request::Request;
use super::signed::{Kind, Signed};

/// How far apart the clocks may be.
const SKEW_SECONDS: u64 = 15 * 60;

/// Says what a difference usually comes from.
pub(super) fn of_difference(difference: &Difference) -> &'static str {
    let (ours, theirs) = (difference.ours.as_deref(), difference.theirs.as_deref());
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return match theirs {
            Some(_) => {
                "The cloud read something that is not in this request: something on the way added it, or it was signed before it was added."
            }
            None => {
                "The cloud did not read it: something on the way took it out, or it was added after the request was signed."
            }
        };
    };
    let encoding = [("%2A", "*"), ("~", "%7E"), ("%20", "+"), ("%27", "'"), ("%21", "!"), ("%28", "("), ("%29", ")")];
    if encoding.iter().any(|(right, wrong)| ours.contains(right) && ours.replace(right, wrong) == *theirs) {
        return "The same value, encoded in another way. A space is %20, * is %2A, ~ stays, and everything but letters, digits and -_.~ is encoded.";
    }
    if ours.trim() == theirs.trim() {
        return "Only white space differs: a value begins or ends with some.";
    }
    let lower = ours.to_ascii_lowercase();
    match () {
        () if lower.contains("host:") => "The host differs: a proxy or a gateway changed it, or the port is missing.",
        () if lower.contains("user-agent:") || lower.contains("accept:") => {
            "A header that proxies change is signed; sign only host, content-type and x-acs-."
        }
        () if lower.contains("timestamp") || lower.contains("x-acs-date") => {
            "The time differs: the request was signed at another time than it was sent."
        }
        () if lower.contains("content-type") => {
            "The content type differs: the HTTP library sets another one than was signed."
        }
        () if ours.len() == 64 && ours.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            "The hash differs: another body, or another canonical request, was read than is here."
        }
        () => "The value changed between signing and sending, or on its way.",
    }
}

/// Says whether the sent signature is by a secret, and by which slip if it is not.
pub(super) fn of_secret(signed: &Signed, secret: &str) -> (bool, String) {
    let Some(sent) = signed.signature.as_deref() else {
        return (false, "The request has no signature; by this secret it would have one.".to_owned());
    };
    let is_by = |secret: &str| signed.by(secret) == sent;
    if is_by(secret) {
        return (true, "The signature is by this secret, over this very text.".to_owned());
    }
    let slips = [
        (secret.trim().to_owned(), "the secret without the white space around it"),
        (format!("{secret} "), "the secret with a space behind it"),
        (format!("{secret}\n"), "the secret with a line break behind it"),
        (format!("{secret}\r\n"), "the secret with a line break behind it"),
        (format!(" {secret}"), "the secret with a space in front of it"),
    ];
    if let Some((_, slip)) = slips.iter().find(|(other, _)| is_by(other)) {
        return (false, format!("The signature is by {slip}."));
    }
    let ampersand = match signed.kind {
        Kind::V1Rpc => secret.strip_suffix('&').is_some_and(&is_by),
        Kind::V1Roa | Kind::V3 => is_by(&format!("{secret}&")),
    };
    if ampersand {
        return (
            false,
            "The signature is by the secret with & behind it, which only version 1.0 in the query has.".to_owned(),
        );
    }
    (
        false,
        "The signature is not by this secret over this text: the secret is another, or another text was signed."
            .to_owned(),
    )
}

/// Says what a text that is the same on both sides means.
pub(super) const SAME: &str = "The cloud signed the same text, so the secret is not that of the access key id. Copy it again: most often it \
     is an old one, another key's, or has a space or a line break at its end.";

/// Says how far the request's time is from the server's, or else from this machine's.
pub(super) fn of_clock(request: &Request, now: SystemTime) -> Option<String> {
    let time = request.header("x-acs-date").or_else(|| request.parameter("Timestamp"));
    let signed = match time {
        Some(time) => humantime::parse_rfc3339(time.trim()).ok()?,
        None => httpdate::parse_http_date(request.header("date")?).ok()?,
    };
    let (there, whose) = match request.server_date.as_deref().and_then(|date| httpdate::parse_http_date(date).ok()) {
        Some(date) => (date, "the cloud's clock"),
        None => (now, "this machine's clock"),
    };
    let (apart, side) = match there.duration_since(signed) {
        Ok(behind) => (behind.as_secs(), "behind"),
        Err(ahead) => (ahead.duration().as_secs(), "ahead of"),
    };
    let text = format!("The request is {apart} s {side} {whose}; {} minutes are allowed.", SKEW_SECONDS / 60);
    (apart > SKEW_SECONDS || request.server_date.is_some()).then_some(text)
}
