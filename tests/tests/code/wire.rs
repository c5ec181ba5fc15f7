//! What of a request says which call it is.

use apsara::untyped::Client;
use apsara::{Config, Credentials};
use apsara_tests::{Scripted, Step};
use serde_json::{Value, json};

use crate::operations::Call;

/// The key that everybody here signs with.
pub(crate) const KEY: (&str, &str) = ("LTAI-example", "canary-example-secret");

/// What of a request does not differ from one sending to the next.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    method: String,
    path: String,
    query: Vec<String>,
    headers: Vec<(String, String)>,
    body: Value,
}

/// The headers that are compared, beside those of parameters: what else there is, a client says of itself or by the clock.
const COMPARED: [&str; 2] = ["x-acs-action", "x-acs-version"];

/// The headers that say nothing of the call.
const PASSED_OVER: [&str; 9] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-sdk-client",
];

/// Reads a request.
pub(crate) fn seen(request: &str) -> Seen {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let mut headers: Vec<(String, String)> =
        lines.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let is_form = headers.iter().any(|(name, value)| name == "content-type" && value.contains("urlencoded"));
    headers.retain(|(name, _)| {
        COMPARED.contains(&name.as_str()) || !(name.starts_with("x-acs-") || PASSED_OVER.contains(&name.as_str()))
    });
    headers.sort();
    let body = match serde_json::from_str(body) {
        Ok(json) => with_whole_numbers(json),
        Err(_) if is_form => json!(pairs(body)),
        Err(_) => json!(body),
    };
    Seen { method, path: path.to_owned(), query: pairs(query), headers, body }
}

/// Returns the pairs of a query or a form, sorted. A plus and `%20` are both a space there.
fn pairs(text: &str) -> Vec<String> {
    let mut pairs: Vec<String> =
        text.split('&').filter(|pair| !pair.is_empty()).map(|pair| decoded(&pair.replace('+', " "))).collect();
    pairs.sort();
    pairs
}

/// Undoes percent encoding, and reads what is JSON: in which order its entries stand, and with which white space, says nothing.
fn decoded(pair: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = pair.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let text = String::from_utf8(bytes).unwrap();
    let (name, value) = text.split_once('=').unwrap_or((&text, ""));
    match serde_json::from_str::<Value>(value) {
        Ok(json @ (Value::Array(_) | Value::Object(_))) => format!("{name}={}", with_whole_numbers(json)),
        _ => text,
    }
}

/// Writes numbers without a fraction as whole ones, which they are.
fn with_whole_numbers(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, with_whole_numbers(value))).collect())
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => json!(float as i64),
            _ => Value::Number(number),
        },
        other => other,
    }
}

/// Starts a server that takes everything.
pub(crate) async fn server() -> Scripted {
    Scripted::start(Step::answer(200, "{}")).await
}

/// Returns what the runtime sends for a call.
pub(crate) async fn ours(call: &Call) -> Seen {
    let server = server().await;
    let key = Credentials::new(KEY.0, KEY.1).unwrap();
    let config = Config::builder().credentials(key).endpoint(server.url()).without_validation().build().unwrap();
    let description = call.operation.clone().describe().unwrap();
    let untyped = Client::new(&config).described(&description.into());
    let untyped = call.parameters.iter().fold(untyped, |call, (name, value)| call.param(name, value.clone()));
    // What is answered does not matter.
    let sent = untyped.send().await;
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{} was not sent: {sent:?}", call.operation.name);
    seen(&requests[0])
}
