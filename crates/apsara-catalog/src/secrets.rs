//! Requests and answers as they may be seen: without keys, signatures, and what parameters and addresses hold that is secret.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use apsara_core::redact_urls;
use apsara_core::untyped::{Description, Kind, Parameter};
use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::operation::Operation;

/// What is shown in the place of a secret.
const REDACTED: &str = "[redacted]";

/// The headers that hold a secret.
const SECRET_HEADERS: [&str; 3] = ["x-acs-bearer-token", "x-acs-security-token", "x-acs-zero-trust-idtoken"];

/// The shortest value that is looked for elsewhere: a shorter one stands in many texts by chance.
const SHORTEST: usize = 4;

/// Names what must not be seen of an operation's requests and answers, at any depth.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// In lower case.
    names: BTreeSet<String>,
    /// Those that are documented and hold no secret, whatever they are called; in lower case.
    harmless: BTreeSet<String>,
}

impl Secrets {
    /// Collects the names of a request's sensitive parameters and fields.
    #[must_use]
    pub fn of_request(description: &Description) -> Self {
        fn object(kind: &Kind) -> Option<&str> {
            match kind {
                Kind::Object(name) => Some(name),
                Kind::List(of) | Kind::Map(of) => object(of),
                _ => None,
            }
        }
        let (mut names, mut harmless) = (BTreeSet::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        let mut left: Vec<&Parameter> = description.parameters().iter().collect();
        while let Some(parameter) = left.pop() {
            let named = if parameter.is_sensitive() { &mut names } else { &mut harmless };
            named.insert(parameter.name().to_lowercase());
            if let Some(name) = object(parameter.kind()).filter(|name| seen.insert((*name).to_owned())) {
                left.extend(description.fields(name).into_iter().flatten());
            }
        }
        Self { names, harmless }
    }

    /// Collects the names of an answer's sensitive fields: those that the spec or our overlay marks, and those whose names say so.
    #[must_use]
    pub fn of_answer(operation: &Operation) -> Self {
        let mut names = BTreeSet::new();
        let responses = operation.spec()["responses"].as_object();
        for response in responses.into_iter().flat_map(Map::values) {
            marked(&response["schema"], operation.shared(), 0, &mut names);
        }
        let ours = operation.overlay().and_then(|overlay| overlay["sensitive"].as_array());
        let ends = ours.into_iter().flatten().filter_map(|path| path.as_str()?.rsplit('.').next());
        names.extend(ends.map(str::to_lowercase));
        Self { names, harmless: BTreeSet::new() }
    }

    /// Returns the names, in lower case and sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Writes the request of a call as it goes over the wire, without its secrets. What is secret in its path is known by the parameters
    /// of the call alone.
    #[must_use]
    pub fn request(&self, request: &Request<Bytes>, parameters: &Map<String, Value>) -> String {
        let uri = request.uri();
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        let query = uri.query().map(|query| format!("?{}", self.pairs(query))).unwrap_or_default();
        let path = without_values(uri.path(), &self.values(parameters));
        let mut out = format!("{} {}://{host}{path}{query}\n", request.method(), uri.scheme_str().unwrap_or("https"));
        for (name, value) in request.headers() {
            let value = value.to_str().unwrap_or(REDACTED);
            let value = match name.as_str() {
                "authorization" => without_signature(value),
                secret if SECRET_HEADERS.contains(&secret) => REDACTED.to_owned(),
                other if self.is_secret(other) => REDACTED.to_owned(),
                _ => redact_urls(value),
            };
            out.push_str(&format!("{name}: {value}\n"));
        }
        let body = request.body();
        if !body.is_empty() {
            let kind = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let body = match (std::str::from_utf8(body), serde_json::from_slice::<Value>(body)) {
                (_, Ok(json)) if kind.contains("json") => format!("{:#}", self.without(json, false)),
                (Ok(form), _) if kind.contains("urlencoded") => self.pairs(form),
                _ => format!("({} bytes)", body.len()),
            };
            out.push_str(&format!("\n{body}\n"));
        }
        out
    }

    /// Collects the texts that are secret in the parameters of a request; an answer may repeat them.
    #[must_use]
    pub fn values(&self, request: &Map<String, Value>) -> Vec<String> {
        fn texts(value: &Value, secret: bool, secrets: &Secrets, out: &mut Vec<String>) {
            match value {
                Value::String(text) if secret && text.len() >= SHORTEST => out.push(text.clone()),
                Value::Array(items) => items.iter().for_each(|item| texts(item, secret, secrets, out)),
                Value::Object(fields) => fields.iter().for_each(|(name, field)| {
                    texts(field, secret || secrets.is_secret(name), secrets, out);
                }),
                _ => {}
            }
        }
        let mut out = Vec::new();
        for (name, value) in request {
            texts(value, self.is_secret(name), self, &mut out);
        }
        // One may begin by another, of which no rest must be left.
        out.sort_by_key(|text| Reverse(text.len()));
        out
    }

    /// Takes the secrets out of an answer, and those texts that are known to be secret from elsewhere; returns the names of the
    /// fields that are not as they came.
    pub fn redact(&self, answer: &mut Value, known: &[String]) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        self.redact_field(answer, "the answer", false, known, &mut changed);
        changed
    }

    fn redact_field(
        &self,
        value: &mut Value,
        name: &str,
        secret: bool,
        known: &[String],
        changed: &mut BTreeSet<String>,
    ) {
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                for (name, field) in fields {
                    let is_secret = secret || self.is_secret(name);
                    self.redact_field(field, name, is_secret, known, changed);
                }
            }
            Value::Array(items) => {
                items.iter_mut().for_each(|item| self.redact_field(item, name, secret, known, changed));
            }
            Value::String(text) if text.is_empty() => {}
            // A switch that happens to be called so tells nothing.
            Value::Bool(_) => {}
            _ if secret => {
                *value = REDACTED.into();
                changed.insert(name.to_owned());
            }
            Value::String(text) => {
                if let Some(mut inner) = nested(text) {
                    let before = inner.clone();
                    self.redact_field(&mut inner, name, false, known, changed);
                    if inner != before {
                        *text = inner.to_string();
                    }
                    return;
                }
                let seen = known.iter().fold(redact_urls(text), |text, secret| text.replace(secret, REDACTED));
                if seen != *text {
                    *text = seen;
                    changed.insert(name.to_owned());
                }
            }
            Value::Number(_) => {}
        }
    }

    /// Nothing but its name says what a key of a map holds, or one in a text that is JSON.
    fn is_secret(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.names.contains(&lower) || (!self.harmless.contains(&lower) && Parameter::new(name).is_sensitive())
    }

    /// Returns the pairs of a query or a form; the parts of a list or an object are as secret as the whole.
    fn pairs(&self, query: &str) -> String {
        let one = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let secret = ["Signature", "SecurityToken", "BearerToken"].contains(&name);
            if secret || name.split('.').any(|part| self.is_secret(part)) {
                return format!("{name}={REDACTED}");
            }
            let decoded = percent_decode_str(value).decode_utf8_lossy();
            let shown = match serde_json::from_str::<Value>(&decoded) {
                Ok(json @ (Value::Array(_) | Value::Object(_))) => self.without(json, false).to_string(),
                _ => redact_urls(&decoded),
            };
            // What has no secret stays as it was sent.
            if shown == *decoded { pair.to_owned() } else { format!("{name}={shown}") }
        };
        query.split('&').map(one).collect::<Vec<_>>().join("&")
    }

    fn without(&self, value: Value, is_secret: bool) -> Value {
        match value {
            Value::Object(fields) => {
                let one = |(name, value): (String, Value)| {
                    let secret = is_secret || self.is_secret(&name);
                    (name, self.without(value, secret))
                };
                Value::Object(fields.into_iter().map(one).collect())
            }
            Value::Array(items) => items.into_iter().map(|item| self.without(item, is_secret)).collect(),
            _ if is_secret => REDACTED.into(),
            Value::String(text) => redact_urls(&text).into(),
            other => other,
        }
    }
}

/// Returns whether a parameter may hold an address, which can carry a key: by its text, or where that lacks its scheme, by the name.
#[must_use]
pub fn may_be_address(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = ["url", "uri", "urls", "uris", "urllist", "urilist"];
    text.contains("://")
        || ends.iter().any(|end| name.ends_with(end))
        || ["callback", "stream", "streaminput", "streamoutput"].contains(&name.as_str())
}

/// Collects the fields that a schema marks, or whose names say that they are secret.
fn marked(schema: &Value, shared: &Value, depth: usize, names: &mut BTreeSet<String>) {
    /// A schema may hold itself.
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return;
    }
    if schema["$ref"].is_string() {
        return marked(referred(schema, shared), shared, depth + 1, names);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let is_marked = field["sensitive"] == true || referred(field, shared)["sensitive"] == true;
        if is_marked || Parameter::new(name).is_sensitive() {
            names.insert(name.to_lowercase());
        }
        marked(field, shared, depth + 1, names);
    }
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            marked(&schema[key], shared, depth + 1, names);
        }
    }
}

/// Returns the component that a schema refers to, if it does.
fn referred<'v>(schema: &Value, shared: &'v Value) -> &'v Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(&Value::Null, |name| &shared["components"]["schemas"][name])
}

/// Reads an object or a list that stands in a text, as many answers have it.
fn nested(text: &str) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

/// Returns a path without texts that are secret: as it was sent where there is none in it.
fn without_values(path: &str, secret: &[String]) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let shown = secret.iter().fold(decoded.clone().into_owned(), |path, value| path.replace(value, REDACTED));
    if shown == decoded { path.to_owned() } else { shown }
}

/// Returns what an authorization says of its key, without what was signed.
fn without_signature(value: &str) -> String {
    if let Some((head, _)) = value.split_once("Signature=") {
        return format!("{head}Signature={REDACTED}");
    }
    // `acs ID:SIGNATURE`
    value.split_once(':').map_or_else(|| REDACTED.to_owned(), |(head, _)| format!("{head}:{REDACTED}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::product;

    fn secrets(names: &[&str]) -> Secrets {
        let harmless = BTreeSet::from(["passwordpolicy".to_owned()]);
        Secrets { names: names.iter().map(|name| (*name).to_owned()).collect(), harmless }
    }

    #[test]
    fn an_address_is_known_by_its_scheme_or_by_its_name() {
        for (name, text) in
            [("Any", "see rtmp://h/a"), ("DstUrl", "h/a"), ("SideOutputUrlList", "h"), ("Callback", "h")]
        {
            assert!(may_be_address(name, text), "{name}");
        }
        for name in ["TaskId", "SecurityGroupId", "StreamName", "Duration"] {
            assert!(!may_be_address(name, "a"), "{name}");
        }
    }

    #[test]
    fn what_must_not_be_seen_of_a_request_is_not_shown() {
        let secrets = secrets(&["authkey"]);
        let query =
            "TaskId=a&AuthKey=canary&DstUrl=rtmp%3A%2F%2Fh%2Fapp%2Fcanary&SecurityToken=canary&AuthKey.1=canary";
        assert_eq!(
            secrets.pairs(query),
            "TaskId=a&AuthKey=[redacted]&DstUrl=rtmp://h/app/[redacted]&SecurityToken=[redacted]&AuthKey.1=[redacted]"
        );
        let urls = "Urls=%5B%22rtmp%3A%2F%2Fh%2Fapp%2Fcanary%22%5D";
        assert_eq!(secrets.pairs(urls), r#"Urls=["rtmp://h/app/[redacted]"]"#);
        let body = json!({ "authKey": { "a": "canary" }, "b": ["https://u:canary@h/x"] });
        assert!(!secrets.without(body, false).to_string().contains("canary"));
        // Keys that nothing describes, of a map and in a text.
        let free = "Map.password=canary&Text=%7B%22password%22%3A%22canary%22%7D&PasswordPolicy=strict";
        let seen = r#"Map.password=[redacted]&Text={"password":"[redacted]"}&PasswordPolicy=strict"#;
        assert_eq!(secrets.pairs(free), seen);
        let body = json!({ "Map": { "password": "canary" }, "PasswordPolicy": "strict" });
        assert_eq!(secrets.values(body.as_object().unwrap()), ["canary"]);
        assert_eq!(secrets.without(body, false)["Map"]["password"], REDACTED);
        // Of one that begins by another no rest is left.
        let body = json!({ "AuthKey": "canary", "NotifyAuthKey": "canary-new" });
        let known = secrets.values(body.as_object().unwrap());
        let mut answer = json!("canary-new and canary");
        secrets.redact(&mut answer, &known);
        assert_eq!(answer, "[redacted] and [redacted]");
        assert_eq!(without_signature("acs LTAI:canary"), "acs LTAI:[redacted]");
        assert_eq!(
            without_signature("ACS3 Credential=LTAI,Signature=canary"),
            "ACS3 Credential=LTAI,Signature=[redacted]"
        );
    }

    #[test]
    fn what_must_not_be_seen_of_an_answer_is_named() {
        let secrets = secrets(&["key"]);
        let mut answer = json!({
            "Id": "a", "Key": { "Part": "canary", "On": true, "None": null }, "Password": "canary", "Count": 3,
            "Urls": ["rtmp://h/app/canary", "https://h/a"], "Again": "it was canary-2", "Text": r#"{"Key":"canary"}"#,
            "Config": "\n{\"Password\": \"canary\"}",
        });
        let changed = secrets.redact(&mut answer, &["canary-2".to_owned()]);
        assert!(!answer.to_string().contains("canary"), "{answer}");
        assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["Again", "Key", "Part", "Password", "Urls"]);
        assert_eq!(
            (&answer["Id"], &answer["Count"], &answer["Urls"][1]),
            (&json!("a"), &json!(3), &json!("https://h/a"))
        );
    }

    #[test]
    fn a_secret_that_travels_in_the_path_is_not_shown() {
        let request = |path: &str| {
            let uri = format!("https://h{path}?AuthKey=canary");
            Request::builder().uri(uri).body(Bytes::new()).unwrap()
        };
        let parameters = json!({ "Id": "task one", "AuthKey": "a canary/of a key" });
        let shown = |path: &str| secrets(&["authkey"]).request(&request(path), parameters.as_object().unwrap());
        for path in ["/tokens/a%20canary%2Fof%20a%20key/on", "/tokens/a%20canary/of%20a%20key/on"] {
            assert_eq!(shown(path), "GET https://h/tokens/[redacted]/on?AuthKey=[redacted]\n");
        }
        assert_eq!(shown("/tasks/task%20one"), "GET https://h/tasks/task%20one?AuthKey=[redacted]\n");
    }

    #[test]
    fn the_secrets_of_a_request_are_found_at_any_depth() {
        let request = json!({ "A": { "Key": ["canary", "abc"] }, "B": "other" });
        assert_eq!(secrets(&["key"]).values(request.as_object().unwrap()), ["canary"]);
    }

    #[test]
    fn an_answer_is_known_to_hold_keys() {
        let assume = product("sts", None).unwrap().operation("AssumeRole").unwrap();
        let names: Vec<String> = Secrets::of_answer(&assume).names().map(str::to_owned).collect();
        assert_eq!(names, ["accesskeysecret", "securitytoken"]);
        let restart = product("live", None).unwrap().operation("RestartLivePullToPush").unwrap();
        assert_eq!(Secrets::of_answer(&restart).names().count(), 0);
    }

    #[test]
    fn keys_that_only_the_documents_prose_tells_of_are_named() {
        for (product_name, operation, key) in [
            ("cdn", "DescribeCdnCertificateDetail", "key"),
            ("ecs", "CreateActivation", "activationcode"),
            ("ecs", "DescribeInstanceVncUrl", "vncurl"),
            ("live", "CreateLiveMessageApp", "appkey"),
            ("live", "DescribeLiveMessageApp", "appkey"),
            ("live", "ListLiveMessageApps", "appkey"),
            ("vod", "DecryptKMSDataKey", "plaintext"),
            ("vod", "GenerateKMSDataKey", "plaintext"),
        ] {
            let operation = product(product_name, None).unwrap().operation(operation).unwrap();
            assert!(Secrets::of_answer(&operation).names().any(|name| name == key), "{}", operation.name);
        }
    }
}
