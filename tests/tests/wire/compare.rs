//! What was sent, taken apart so that two requests can be compared, and the table of what may differ:
//!
//! | what | theirs | ours |
//! |---|---|---|
//! | a boolean as text | `True` | `true` |
//! | a space in a query or a form | `+` or `%20` | `%20` |
//! | an entry within JSON that is null, or an empty list or object | sent | not sent |
//! | headers beside those that the spec lists | their own | ours |
//! | the content type of a request without a body | any | none |
//! | a letter beyond ASCII, or a quote, in XML | `&#20013;` | as it is, or by name |
//! | the order of parameters, entries and elements' children | any | by name |

use serde_json::Value;

use crate::cells::Call;

/// A request, decoded.
#[derive(Debug, PartialEq)]
struct Sent {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    label: Option<String>,
    content_type: String,
    body: Body,
}

#[derive(Debug, PartialEq)]
enum Body {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
    Xml(Vec<String>),
    Other(String),
}

/// Returns in what two requests of a call differ, beyond the table.
pub(crate) fn differences(call: &Call, theirs: &str, ours: &str) -> Vec<String> {
    let (theirs, ours) = (sent(call, theirs), sent(call, ours));
    let mut differences = Vec::new();
    let mut check = |what: &str, theirs: &dyn std::fmt::Debug, ours: &dyn std::fmt::Debug, same: bool| {
        if !same {
            differences.push(format!("{what}: theirs {theirs:?}, ours {ours:?}"));
        }
    };
    check("method", &theirs.method, &ours.method, theirs.method == ours.method);
    check("path", &theirs.path, &ours.path, theirs.path == ours.path);
    check("query", &theirs.query, &ours.query, theirs.query == ours.query);
    check("headers", &theirs.headers, &ours.headers, theirs.headers == ours.headers);
    check("label", &theirs.label, &ours.label, theirs.label == ours.label);
    check("body", &theirs.body, &ours.body, theirs.body == ours.body);
    let typed = ours.body == Body::Nothing || theirs.content_type == ours.content_type;
    check("content type", &theirs.content_type, &ours.content_type, typed);
    differences
}

fn sent(call: &Call, request: &str) -> Sent {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(String, &str)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value)).collect();
    let header = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    let content_type = header("content-type").split(';').next().unwrap().trim().to_lowercase();
    let listed = |name: &str| {
        call.given.iter().filter(|given| given.cell.place() == "header").any(|given| {
            let listed = given.name.to_lowercase();
            listed == name || listed.strip_suffix('*').is_some_and(|prefix| name.starts_with(prefix))
        })
    };
    let kept = headers.iter().filter(|(name, _)| listed(name));
    let mut kept: Vec<(String, String)> = kept.map(|(name, value)| (name.clone(), scalar(value))).collect();
    kept.sort();
    Sent {
        method: method.to_owned(),
        path: decoded(path),
        query: pairs(query),
        headers: kept,
        label: header("host").split_once("label").map(|(_, rest)| format!("label{}", rest.split('.').next().unwrap())),
        body: body_of(&content_type, body),
        content_type,
    }
}

fn body_of(content_type: &str, body: &str) -> Body {
    match content_type {
        _ if body.is_empty() => Body::Nothing,
        "application/x-www-form-urlencoded" => Body::Form(pairs(body)),
        _ if body.trim_start().starts_with("<") => Body::Xml(elements(body)),
        _ => match serde_json::from_str(body) {
            Ok(json) => Body::Json(without_nulls(json)),
            Err(_) => Body::Other(body.to_owned()),
        },
    }
}

/// Decodes `Name=value` pairs and sorts them. A value that is JSON is compared as JSON.
fn pairs(text: &str) -> Vec<(String, String)> {
    let split = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<(String, String)> =
        split.map(|(name, value)| (decoded(name), scalar(&decoded(value)))).collect();
    pairs.sort();
    pairs
}

/// Writes a value in one way: booleans in lower case, JSON without nulls and with its entries sorted.
fn scalar(value: &str) -> String {
    match value {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        _ if value.starts_with(['{', '[']) => {
            serde_json::from_str(value).map_or_else(|_| value.to_owned(), |json| without_nulls(json).to_string())
        }
        _ => value.to_owned(),
    }
}

fn without_nulls(value: Value) -> Value {
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Object(entries) => entries.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(name, value)| (name, without_nulls(value)));
            Value::Object(entries.filter(|(_, value)| !says_nothing(value)).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// Returns the elements of a document with their texts, sorted: their order says nothing to these services.
fn elements(document: &str) -> Vec<String> {
    let parts =
        document.split('<').filter(|part| !part.starts_with('?')).map(str::trim).filter(|part| !part.is_empty());
    let mut parts: Vec<String> = parts.map(|part| letters(&part.replace("True", "true"))).collect();
    parts.sort();
    parts
}

/// Decodes what XML writes as `&#20013;` or `&amp;`.
fn letters(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap();
        let code = name.strip_prefix('#').and_then(|code| code.parse().ok()).and_then(char::from_u32);
        let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
        out.push(code.or_else(|| named.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)).unwrap());
        out.push_str(rest);
    }
    out
}

/// Decodes percent-encoding, and `+` as a space.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|digit| (*digit as char).to_digit(16));
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap());
                rest = &after[2..];
            }
            (b'+', ..) => {
                bytes.push(b' ');
                rest = after;
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

mod tests {
    use super::*;

    fn call() -> Call {
        Call { version: "test/1", package: "test", operation: "Test".to_owned(), given: Vec::new() }
    }

    fn compared(theirs: &str, ours: &str) -> Vec<String> {
        differences(&call(), &theirs.replace('\n', "\r\n"), &ours.replace('\n', "\r\n"))
    }

    #[test]
    fn a_boolean_may_be_written_with_a_capital() {
        assert!(compared("GET /?A=True HTTP/1.1\n\n", "GET /?A=true HTTP/1.1\n\n").is_empty());
        assert_eq!(compared("GET /?A=TRUE HTTP/1.1\n\n", "GET /?A=true HTTP/1.1\n\n").len(), 1);
    }

    #[test]
    fn a_space_may_be_a_plus() {
        assert!(compared("GET /?A=a+b HTTP/1.1\n\n", "GET /?A=a%20b HTTP/1.1\n\n").is_empty());
        assert_eq!(compared("GET /?A=a%2Bb HTTP/1.1\n\n", "GET /?A=a%20b HTTP/1.1\n\n").len(), 1);
    }

    #[test]
    fn what_says_nothing_within_json_may_be_left_out() {
        let json = |body: &str| format!("POST / HTTP/1.1\nContent-Type: application/json\n\n{body}");
        assert!(compared(&json(r#"{"b":null,"a":[{"c":null}]}"#), &json(r#"{"a":[{}]}"#)).is_empty());
        assert!(compared(&json(r#"{"b":[],"a":{"c":{}}}"#), &json("{}")).is_empty());
        assert_eq!(compared(&json(r#"{"a":1}"#), &json(r#"{"a":"1"}"#)).len(), 1);
        assert!(compared("GET /?A={%22b%22:null} HTTP/1.1\n\n", "GET /?A={} HTTP/1.1\n\n").is_empty());
    }

    #[test]
    fn a_letter_in_xml_may_be_a_number() {
        let xml = |body: &str| format!("PUT / HTTP/1.1\nContent-Type: application/xml\n\n<A>{body}</A>");
        assert!(compared(&xml("&#20013;'"), &xml("中&apos;")).is_empty());
        assert_eq!(compared(&xml("&#20013;"), &xml("国")).len(), 1);
    }

    #[test]
    fn headers_that_the_spec_does_not_list_and_types_of_no_body_may_differ() {
        let theirs = "GET / HTTP/1.1\nuser-agent: a\ncontent-type: application/json\n\n";
        assert!(compared(theirs, "GET / HTTP/1.1\nuser-agent: b\n\n").is_empty());
        let theirs = "POST / HTTP/1.1\ncontent-type: application/json\n\n1";
        assert_eq!(compared(theirs, "POST / HTTP/1.1\ncontent-type: text/plain\n\n1").len(), 1);
    }

    #[test]
    fn what_else_differs_is_told() {
        for (theirs, ours) in [
            ("GET / HTTP/1.1\n\n", "POST / HTTP/1.1\n\n"),
            ("GET /a HTTP/1.1\n\n", "GET /A HTTP/1.1\n\n"),
            ("GET /?A=1 HTTP/1.1\n\n", "GET / HTTP/1.1\n\n"),
            ("GET /?A=1&A=1 HTTP/1.1\n\n", "GET /?A=1 HTTP/1.1\n\n"),
            ("POST / HTTP/1.1\n\nx", "POST / HTTP/1.1\n\ny"),
        ] {
            assert_eq!(compared(theirs, ours).len(), 1, "{theirs}");
        }
    }
}
