//! `--dry-run`: the request as it would go out, without its secrets.

use std::collections::BTreeSet;

use apsara_code::Kept;
use apsara_core::redact_urls;
use apsara_core::untyped::{Description, Kind, Parameter};
use http::Request;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Prepared;
use crate::failure::Failure;

/// What is shown in the place of a secret.
const REDACTED: &str = "[redacted]";

/// The headers that hold a secret.
const SECRET_HEADERS: [&str; 3] = ["x-acs-bearer-token", "x-acs-security-token", "x-acs-zero-trust-idtoken"];

/// A request with its body.
type Sent = Request<bytes::Bytes>;

/// Makes a call that only comes as far as `kept`, and shows its request.
pub(super) async fn show(prepared: &Prepared, kept: &Kept) -> Result<(), Failure> {
    let sent = prepared.call(&prepared.request).send().await;
    match (kept.take(), sent) {
        (Some(request), _) => crate::output::print(&text(&request, &sensitive(&prepared.description))),
        (None, Err(error)) => Err(prepared.failed(&error)),
        (None, Ok(_)) => unreachable!("what was answered was sent"),
    }
}

/// Returns the names of what must not be seen, at any depth.
fn sensitive(description: &Description) -> BTreeSet<String> {
    fn object(kind: &Kind) -> Option<&str> {
        match kind {
            Kind::Object(name) => Some(name),
            Kind::List(of) | Kind::Map(of) => object(of),
            _ => None,
        }
    }
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut left: Vec<&Parameter> = description.parameters().iter().collect();
    while let Some(parameter) = left.pop() {
        if parameter.is_sensitive() {
            names.insert(parameter.name().to_lowercase());
        }
        if let Some(name) = object(parameter.kind()).filter(|name| seen.insert((*name).to_owned())) {
            left.extend(description.fields(name).into_iter().flatten());
        }
    }
    names
}

/// Writes a request as it goes over the wire, without its secrets.
fn text(request: &Sent, sensitive: &BTreeSet<String>) -> String {
    let uri = request.uri();
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{}", pairs(query, sensitive))).unwrap_or_default();
    let mut out =
        format!("{} {}://{host}{}{query}\n", request.method(), uri.scheme_str().unwrap_or("https"), uri.path());
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap_or(REDACTED);
        let value = match name.as_str() {
            "authorization" => without_signature(value),
            secret if SECRET_HEADERS.contains(&secret) => REDACTED.to_owned(),
            other if sensitive.contains(other) => REDACTED.to_owned(),
            _ => redact_urls(value),
        };
        out.push_str(&format!("{name}: {value}\n"));
    }
    let body = request.body();
    if !body.is_empty() {
        let kind = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = match (std::str::from_utf8(body), serde_json::from_slice::<Value>(body)) {
            (_, Ok(json)) if kind.contains("json") => format!("{:#}", without_secrets(json, false, sensitive)),
            (Ok(form), _) if kind.contains("urlencoded") => pairs(form, sensitive),
            _ => format!("({} bytes)", body.len()),
        };
        out.push_str(&format!("\n{body}\n"));
    }
    crate::terminal::harmless(&out)
}

/// Returns what an authorization says of its key, without what was signed.
fn without_signature(value: &str) -> String {
    if let Some((head, _)) = value.split_once("Signature=") {
        return format!("{head}Signature={REDACTED}");
    }
    // `acs ID:SIGNATURE`
    value.split_once(':').map_or_else(|| REDACTED.to_owned(), |(head, _)| format!("{head}:{REDACTED}"))
}

/// Returns the pairs of a query or a form; the parts of a list or an object are as secret as the whole.
fn pairs(query: &str, sensitive: &BTreeSet<String>) -> String {
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let mut parts = name.split('.').map(str::to_lowercase);
        let secret = ["Signature", "SecurityToken", "BearerToken"].contains(&name);
        if secret || parts.any(|part| sensitive.contains(&part)) {
            return format!("{name}={REDACTED}");
        }
        let decoded = percent_decode_str(value).decode_utf8_lossy();
        let shown = match serde_json::from_str::<Value>(&decoded) {
            Ok(json @ (Value::Array(_) | Value::Object(_))) => without_secrets(json, false, sensitive).to_string(),
            _ => redact_urls(&decoded),
        };
        // What has no secret stays as it was sent.
        if shown == *decoded { pair.to_owned() } else { format!("{name}={shown}") }
    };
    query.split('&').map(one).collect::<Vec<_>>().join("&")
}

fn without_secrets(value: Value, is_secret: bool, sensitive: &BTreeSet<String>) -> Value {
    match value {
        Value::Object(fields) => {
            let one = |(name, value): (String, Value)| {
                let secret = is_secret || sensitive.contains(&name.to_lowercase());
                (name, without_secrets(value, secret, sensitive))
            };
            Value::Object(fields.into_iter().map(one).collect())
        }
        Value::Array(items) => items.into_iter().map(|item| without_secrets(item, is_secret, sensitive)).collect(),
        _ if is_secret => REDACTED.into(),
        Value::String(text) => redact_urls(&text).into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_must_not_be_seen_is_not_shown() {
        let sensitive = BTreeSet::from(["authkey".to_owned()]);
        let query =
            "TaskId=a&AuthKey=canary&DstUrl=rtmp%3A%2F%2Fh%2Fapp%2Fcanary&SecurityToken=canary&AuthKey.1=canary";
        assert_eq!(
            pairs(query, &sensitive),
            "TaskId=a&AuthKey=[redacted]&DstUrl=rtmp://h/app/[redacted]&SecurityToken=[redacted]&AuthKey.1=[redacted]"
        );
        let urls = "Urls=%5B%22rtmp%3A%2F%2Fh%2Fapp%2Fcanary%22%5D";
        assert_eq!(pairs(urls, &sensitive), r#"Urls=["rtmp://h/app/[redacted]"]"#);
        let body = json!({ "authKey": { "a": "canary" }, "b": ["https://u:canary@h/x"] });
        assert!(!without_secrets(body, false, &sensitive).to_string().contains("canary"));
        assert_eq!(without_signature("acs LTAI:canary"), "acs LTAI:[redacted]");
        assert_eq!(
            without_signature("ACS3 Credential=LTAI,Signature=canary"),
            "ACS3 Credential=LTAI,Signature=[redacted]"
        );
    }
}
