//! Calls made of nothing but a spec: a value for every parameter, put where the spec says, signed by hand.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::client::{NOON, canonical, encode, hex, join};

/// One request before it is signed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outgoing {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: String,
}

/// Makes a call of a spec with sample values for all parameters but one.
pub(crate) fn call(spec: &Value, schemas: &Value, without: Option<&str>) -> Outgoing {
    let methods: Vec<&str> = spec["methods"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let method = if methods.contains(&"post") { "post" } else { methods[0] };
    let mut path = spec["path"].as_str().filter(|path| !path.is_empty()).unwrap_or("/").to_owned();
    let mut call = Outgoing { method: method.to_uppercase(), ..Outgoing::default() };
    let mut form = Vec::new();
    for parameter in spec["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        if without == Some(name) {
            continue;
        }
        let schema = resolve(&parameter["schema"], schemas);
        let value = sample(schema, schemas, 3);
        match parameter["in"].as_str().unwrap() {
            "query" => put(&mut call.query, name, parameter["style"].as_str(), &value),
            "formData" => put(&mut form, name, parameter["style"].as_str(), &value),
            "path" => {
                let place = format!("{{{name}}}");
                let place = if path.contains(&place) { &place } else { "*" };
                path = path.replace(place, &encode(&text(&value)));
            }
            // That header holds the signature, also where a product means something else by it.
            "header" if name.eq_ignore_ascii_case("authorization") => {}
            "header" => call.headers.push((name.replace('*', "sample"), text(&value))),
            "body" => {
                let is_text = schema["type"] == "string";
                call.content_type = Some(match parameter["style"].as_str() {
                    Some("xml") => "application/xml",
                    _ if is_text => "application/octet-stream",
                    _ => "application/json; charset=utf-8",
                });
                call.body = match call.content_type {
                    Some("application/xml") => xml("Root", &value),
                    Some("application/octet-stream") => text(&value),
                    _ => value.to_string(),
                };
            }
            _ => {}
        }
    }
    if let Some((before, marks)) = path.clone().split_once('?') {
        for mark in marks.split('&') {
            let (name, value) = mark.split_once('=').unwrap_or((mark, ""));
            call.query.push((name.to_owned(), value.to_owned()));
        }
        path = before.to_owned();
    }
    if !form.is_empty() && call.body.is_empty() {
        call.content_type = Some("application/x-www-form-urlencoded");
        call.body = join(&form);
    }
    call.path = path;
    call
}

pub(crate) fn resolve<'s>(mut schema: &'s Value, schemas: &'s Value) -> &'s Value {
    for _ in 0..5 {
        match schema["$ref"].as_str() {
            Some(reference) => schema = &schemas[reference.rsplit('/').next().unwrap()],
            None => break,
        }
    }
    schema
}

/// The first parameter that a call cannot do without and that can be left out of a request.
pub(crate) fn first_required(spec: &Value) -> Option<&str> {
    let parameters = spec["parameters"].as_array().unwrap().iter();
    let mut required = parameters.filter(|parameter| parameter["schema"]["required"] == true);
    let found = required.find(|parameter| !["path", "host"].contains(&parameter["in"].as_str().unwrap()))?;
    found["name"].as_str()
}

fn number(schema: &Value, name: &str) -> Option<f64> {
    schema[name].as_f64().or_else(|| schema[name].as_str()?.parse().ok())
}

fn sample(schema: &Value, schemas: &Value, depth: u32) -> Value {
    let schema = resolve(schema, schemas);
    match schema["type"].as_str().unwrap_or("any") {
        "integer" | "number" => {
            let (least, most) = (number(schema, "minimum").unwrap_or(1.0), number(schema, "maximum"));
            let least = if schema["exclusiveMinimum"] == true { least + 1.0 } else { least };
            json!(most.map_or(least, |most| least.min(most)).ceil() as i64)
        }
        "boolean" => json!(true),
        "array" => {
            let items = number(schema, "minItems").unwrap_or(1.0).max(1.0) as usize;
            Value::Array((0..items).map(|_| sample(&schema["items"], schemas, depth.saturating_sub(1))).collect())
        }
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let wanted = properties.filter(|(_, property)| depth > 0 || property["required"] == true);
            let fields: Map<_, _> = wanted
                .map(|(name, property)| (name.clone(), sample(property, schemas, depth.saturating_sub(1))))
                .collect();
            if fields.is_empty() { json!({ "sample": "value" }) } else { Value::Object(fields) }
        }
        "string" => {
            let least = number(schema, "minLength").unwrap_or(1.0) as usize;
            let most = number(schema, "maxLength").map_or(usize::MAX, |most| most as usize);
            // Digits fit every pattern that any document has.
            json!("12".repeat(least.max(8)).chars().take(most.min(least.max(8))).collect::<String>())
        }
        _ => json!("value"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Puts a value into a query or a form, in its style.
fn put(pairs: &mut Vec<(String, String)>, name: &str, style: Option<&str>, value: &Value) {
    match (style, value) {
        (Some("simple"), Value::Array(items)) => {
            pairs.push((name.to_owned(), items.iter().map(text).collect::<Vec<_>>().join(",")));
        }
        (Some("repeatList" | "flat"), Value::Array(_) | Value::Object(_)) => flatten(pairs, name, value),
        _ => pairs.push((name.to_owned(), text(value))),
    }
}

fn flatten(pairs: &mut Vec<(String, String)>, name: &str, value: &Value) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| flatten(pairs, &format!("{name}.{}", at + 1), item));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, value)| flatten(pairs, &format!("{name}.{key}"), value)),
        plain => pairs.push((name.to_owned(), text(plain))),
    }
}

fn xml(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| xml(name, item)).collect(),
        Value::Object(fields) => {
            let inside: String = fields.iter().map(|(name, value)| xml(name, value)).collect();
            format!("<{name}>{inside}</{name}>")
        }
        plain => format!("<{name}>{}</{name}>", text(plain)),
    }
}

/// Signs a call with V3 and writes it out, for a connection that is closed after it.
pub(crate) fn signed(
    call: &Outgoing,
    (host, action, version): (&str, &str, &str),
    (id, secret): (&str, &str),
    product: Option<&str>,
) -> String {
    let mut nonce = [0u8; 16];
    getrandom::fill(&mut nonce).unwrap();
    let mut signed = vec![
        ("host", host.to_owned()),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", hex(&Sha256::digest(&call.body))),
        ("x-acs-date", NOON.to_owned()),
        ("x-acs-signature-nonce", hex(&nonce)),
        ("x-acs-version", version.to_owned()),
    ];
    signed.extend(product.map(|product| ("x-acs-product", product.to_owned())));
    signed.extend(call.content_type.map(|content_type| ("content-type", content_type.to_owned())));
    let (acs, unsigned): (Vec<_>, Vec<_>) = call.headers.iter().partition(|(name, _)| name.starts_with("x-acs-"));
    signed.extend(acs.into_iter().map(|(name, value)| (name.as_str(), value.clone())));
    signed.sort();
    let lines: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = canonical(&call.query);
    let canonical =
        format!("{}\n{}\n{query}\n{lines}\n{names}\n{}", call.method, call.path, hex(&Sha256::digest(&call.body)));
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(&canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(to_sign.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let unsigned = unsigned.into_iter().map(|(name, value)| (name.as_str(), value.clone()));
    let sent: String = signed.into_iter().chain(unsigned).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!(
        "{} {}?{query} HTTP/1.1\r\n{sent}authorization: ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature={signature}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{}",
        call.method,
        call.path,
        call.body.len(),
        call.body,
    )
}
