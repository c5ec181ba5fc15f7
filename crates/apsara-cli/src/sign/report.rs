//! What is shown of a signature.

use std::time::SystemTime;

use super::causes;
use super::compare::{self, Difference};
use super::hidden::Hidden;
use super::request::Request;
use super::server::Server;
use super::signed::Signed;
use crate::terminal::{Color, Paint, Style, harmless};

/// Writes what is signed, how it compares, and what it comes from.
pub(super) fn write(request: &Request, signed: &Signed, server: Option<&Server>, secret: Option<&str>) -> String {
    let paint = Paint::of(Color::Auto, &std::io::stdout());
    let hidden = Hidden::of(request);
    let shown = |text: &str| hidden.without(text);
    let mut out = String::new();
    let mut section = |title: &str, text: &str| {
        out.push_str(&format!("{}\n", paint.mark(Style::Bold, title)));
        // It is of a log, or of the cloud.
        out.extend(harmless(text).split('\n').map(|line| format!("  {line}\n")));
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
                let sides = hidden.without_either([ours.as_deref(), theirs.as_deref()]);
                // The name of a parameter may be a whole text that was not taken apart.
                let [what, _] = hidden.without_either([Some(what.as_str()), None]);
                let what = what.unwrap_or_default();
                let [ours, theirs] =
                    sides.map(|side| side.map_or_else(|| "(not there)".to_owned(), |text| shown(&text)));
                let text = format!("first in {what}\nhere   {ours}\ncloud  {theirs}");
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

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
