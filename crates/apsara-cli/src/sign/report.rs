//! What is shown of a signature.

use std::time::SystemTime;

use apsara_core::redact_urls;
use apsara_core::sign::percent_encode;

use super::causes;
use super::compare::{self, Difference};
use super::request::Request;
use super::server::Server;
use super::signed::Signed;
use crate::terminal::{Color, Paint, Style, harmless};

const REDACTED: &str = "[redacted]";

/// What holds a secret, in a query, a form or the headers.
const SECRETS: [&str; 6] = [
    "securitytoken",
    "x-acs-security-token",
    "bearertoken",
    "x-acs-bearer-token",
    "authkey",
    "x-acs-zero-trust-idtoken",
];

/// Writes what is signed, how it compares, and what it comes from.
pub(super) fn write(request: &Request, signed: &Signed, server: Option<&Server>, secret: Option<&str>) -> String {
    let paint = Paint::of(Color::Auto, &std::io::stdout());
    let secrets = secrets(request);
    let shown = |text: &str| harmless(&without(text, &secrets));
    let mut out = String::new();
    let mut section = |title: &str, text: &str| {
        out.push_str(&format!("{}\n", paint.mark(Style::Bold, title)));
        out.extend(text.split('\n').map(|line| format!("  {line}\n")));
        out.push('\n');
    };
    section("Signature", signed.kind.as_str());
    if let Some(id) = &signed.access_key_id {
        section("Access key id", &shown(id));
    }
    if let Some(canonical) = &signed.canonical {
        let title = if canonical.contains('\n') { "Canonical request" } else { "Canonical query" };
        section(title, &shown(canonical));
    }
    section("String to sign", &shown(&signed.string_to_sign));
    let mut causes = signed.notes.clone();
    if let Some(server) = server {
        match compare::first(signed, server) {
            None => {
                section("The cloud's string to sign", "the same");
                causes.push(causes::SAME.to_owned());
            }
            Some(difference) => {
                let Difference { what, ours, theirs } = &difference;
                let is_secret = what.rsplit(' ').next().is_some_and(is_secret);
                let side = |text: &Option<String>| match text {
                    None => "(not there)".to_owned(),
                    Some(text) if is_secret => without_value(text),
                    Some(text) => shown(text),
                };
                let text = format!("first in {what}\nhere   {}\ncloud  {}", side(ours), side(theirs));
                section("The cloud's string to sign differs", &text);
                causes.push(causes::of_difference(&difference).to_owned());
            }
        }
    }
    if let Some(secret) = secret {
        let (fits, text) = causes::of_secret(signed, secret);
        section("Secret", &text);
        if fits && server.is_some_and(|server| compare::first(signed, server).is_none()) {
            causes.push(
                "This secret made the signature, so the cloud knows another one for the access key id.".to_owned(),
            );
        }
    }
    causes.extend(causes::of_clock(request, SystemTime::now()));
    if server.is_none() && secret.is_none() {
        causes.push("With the cloud's answer, or --ask-secret, more could be said.".to_owned());
    }
    section("What it comes from", &causes.join("\n"));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Returns the values that must not be shown.
fn secrets(request: &Request) -> Vec<String> {
    let pairs = request.query.iter().cloned().chain(request.form()).chain(request.headers.iter().cloned());
    pairs
        // An address that carries a key is one that is cut when it is shown.
        .filter(|(name, value)| (is_secret(name) || redact_urls(value) != *value) && value.len() >= 4)
        .map(|(_, value)| value)
        .collect()
}

/// Returns whether what stands under a name must not be shown.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.contains(&name.as_str()) || name.contains("secret") || name.contains("password")
}

/// Returns a line without its value, of which only the length may be seen: the cloud may have read another one than was sent.
fn without_value(line: &str) -> String {
    let at = line.find(['=', ':']).map_or(0, |at| at + 1);
    format!("{}{REDACTED}, {} characters", &line[..at], line[at..].chars().count())
}

/// Takes values out of a text, however they are encoded there.
fn without(text: &str, secrets: &[String]) -> String {
    let mut out = text.to_owned();
    for secret in secrets {
        let once = percent_encode(secret);
        let twice = percent_encode(&once);
        for written in [twice, once, secret.clone()] {
            out = out.replace(&written, REDACTED);
        }
    }
    out
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
