//! What does not go into a recording.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use quick_xml::escape::unescape;
use serde_json::Value;

use super::request::Asked;
use crate::call::Request;
use crate::record::{AnyRecord, Location, View, in_text, sensitive_names, sensitive_names_held};
use crate::sensitive::{REDACTED, named_parts, redact_urls};
use crate::sign::percent_encode;

/// Names the parameters and fields of one operation that are sensitive by its spec; it goes to the transport with each request.
#[derive(Clone)]
pub(crate) struct SensitiveNames {
    of_types: Option<NamesOfTypes>,
    of_request: BTreeSet<String>,
    /// What fills the places of the path: what is recorded of it does not say where a value begins.
    in_path: Vec<(String, String)>,
}

/// Collects what is sensitive by the types of a request and its answer.
pub(crate) type NamesOfTypes = fn() -> BTreeSet<String>;

/// Returns what is sensitive by the types of a request and its answer.
pub(crate) fn names_of_types<R: Request>() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    sensitive_names(&mut R::default(), &mut names);
    sensitive_names(&mut R::Response::default(), &mut names);
    names
}

impl SensitiveNames {
    /// Takes what is known of the types, and what the request says, which is all there is of an untyped call.
    pub(crate) fn new(of_types: Option<NamesOfTypes>, request: &dyn AnyRecord) -> Self {
        let mut of_request = BTreeSet::new();
        if of_types.is_none() {
            sensitive_names_held(request, &mut of_request);
        }
        let fields = (0..request.count()).map(|index| (request.meta(index), request.get(index).view()));
        let in_path = fields.filter_map(|(meta, view)| match view {
            View::Str(value) if meta.location == Location::Path => Some((meta.name.to_string(), value.to_owned())),
            View::Json(Value::String(value)) if meta.location == Location::Path => {
                Some((meta.name.to_string(), value.clone()))
            }
            _ => None,
        });
        Self { of_types, of_request, in_path: in_path.collect() }
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.of_types.map(|names| names()).unwrap_or_default().into_iter().chain(self.of_request.iter().cloned())
    }
}

impl fmt::Debug for SensitiveNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SensitiveNames")
    }
}

/// Parts of the names of what is secret in whatever operation, in lower case.
const PARTS: [&str; 8] =
    ["accesskeyid", "authkey", "kubeconfig", "password", "privatekey", "secret", "securitytoken", "signature"];

/// The shortest value that is looked for in other texts: a shorter one stands in many by chance.
const SHORTEST: usize = 4;

/// The shortest part of an address that is looked for in other texts: most are names, such as `live`.
const SHORTEST_PART: usize = 8;

/// Takes secrets out of one exchange: by names, by what URLs can hold, and wherever a value that was a secret stands again.
pub(super) struct Redaction {
    /// In lower case.
    names: BTreeSet<String>,
    /// The values that were found, in all forms in which an answer could repeat them.
    values: Vec<String>,
    /// Whether it is the request that is looked at.
    is_asked: bool,
}

impl Redaction {
    pub(super) fn of<B>(request: &http::Request<B>, more: &[String]) -> Self {
        let by_spec = request.extensions().get::<SensitiveNames>().into_iter().flat_map(SensitiveNames::all);
        let names = by_spec.chain(more.iter().cloned()).map(|name| name.to_lowercase());
        let mut redaction = Self { names: names.collect(), values: Vec::new(), is_asked: true };
        let in_path = request.extensions().get::<SensitiveNames>().into_iter().flat_map(|names| &names.in_path);
        for (name, value) in in_path {
            if redaction.is_secret(name) {
                redaction.found(value);
            }
        }
        // Who asks is in no part of what is recorded, but an answer may repeat it.
        for (name, value) in request.headers() {
            let Ok(value) = value.to_str() else { continue };
            match name.as_str() {
                "x-acs-accesskey-id" | "x-acs-security-token" | "x-acs-bearer-token" => redaction.found(value),
                "authorization" => {
                    value.split([' ', ',', '=', ':']).skip(1).for_each(|part| redaction.found(part));
                }
                _ => {}
            }
        }
        let query = request.uri().query().unwrap_or_default();
        for pair in query.split('&') {
            if let Some(("AccessKeyId" | "SecurityToken" | "BearerToken" | "Signature", value)) = pair.split_once('=') {
                redaction.found(&percent_encoding::percent_decode_str(value).decode_utf8_lossy());
            }
        }
        redaction
    }

    /// Takes secrets out of parameters.
    pub(super) fn asked(&mut self, asked: &mut Asked) {
        for (name, value) in &mut asked.parameters {
            // `Task.1.AuthKey` is the parameter AuthKey.
            let is_secret = name.split('.').any(|part| self.is_secret(part));
            self.value(value, is_secret);
        }
        for value in asked.parameters.values_mut() {
            self.again(value);
        }
        asked.path = self.text(&asked.path);
    }

    /// Takes secrets out of an answer: JSON, or a text that is none.
    pub(super) fn answer(&mut self, body: &mut Value) {
        self.is_asked = false;
        self.value(body, false);
        self.again(body);
    }

    /// Takes secrets out of a text, such as a message or a header.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = self.values.iter().fold(redact_urls(text), |text, value| text.replace(value, REDACTED));
        for content in self.secret_elements(&text).into_iter().rev() {
            text.replace_range(content, REDACTED);
        }
        text
    }

    /// Finds what stands in the elements of an XML text whose names, or those of elements around them, say that it is secret. The text
    /// may be a message in which other words stand.
    fn secret_elements(&self, text: &str) -> Vec<Range<usize>> {
        const CDATA: &str = "![CDATA[";
        // The elements that are open, each with whether what is in it is secret.
        let mut open: Vec<(&str, bool)> = Vec::new();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(begin) = text[at..].find('<').map(|place| at + place + 1) {
            let rest = &text[begin..];
            let is_within = open.last().is_some_and(|(_, is_secret)| *is_secret);
            let content = if rest.starts_with(CDATA) {
                // Whatever stands in it is no element.
                let begin = begin + CDATA.len();
                begin..text[begin..].find("]]>").map_or(text.len(), |end| begin + end)
            } else {
                let Some(close) = rest.find(['<', '>']).filter(|close| rest[*close..].starts_with('>')) else {
                    at = begin;
                    continue;
                };
                let tag = &rest[..close];
                let name = tag.trim_start_matches('/').split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
                if tag.starts_with('/') {
                    open.truncate(open.iter().rposition(|(known, _)| *known == name).unwrap_or(open.len()));
                } else if name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !tag.ends_with('/') {
                    let local = name.rsplit(':').next().unwrap_or(name);
                    open.push((name, is_within || self.is_secret(local)));
                }
                let begin = begin + close + 1;
                // What was cut off belongs to its element.
                begin..text[begin..].find('<').map_or(text.len(), |end| begin + end)
            };
            at = content.end;
            let is_secret = open.last().is_some_and(|(_, is_secret)| *is_secret);
            if is_secret && !text[content.clone()].trim().is_empty() {
                found.push(content);
            }
        }
        found
    }

    /// Takes secrets out of a header.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        if self.is_secret(name) { REDACTED.to_owned() } else { self.text(value) }
    }

    fn is_secret(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.names.contains(&name) || PARTS.iter().any(|part| name.contains(part))
    }

    /// Whether a value of an address's query is a key, by its name there.
    fn is_key(&self, name: &str) -> bool {
        let name = name.replace(['_', '-'], "").to_lowercase();
        self.is_secret(&name)
            || name.ends_with("key")
            || ["auth", "pass", "sign", "token"].iter().any(|part| name.contains(part))
    }

    fn found(&mut self, value: &str) {
        if value.len() < SHORTEST || value == REDACTED {
            return;
        }
        let once = percent_encode(value);
        // A text that was signed by version 1 is encoded twice.
        for form in [percent_encode(&once), once, value.to_owned()] {
            if !self.values.contains(&form) {
                self.values.push(form);
            }
        }
        // A value that holds another one goes first.
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    fn value(&mut self, value: &mut Value, is_secret: bool) {
        match value {
            Value::String(text) => {
                if is_secret {
                    self.found(text);
                    REDACTED.clone_into(text);
                } else if let Some(inner) = in_text(text) {
                    let mut shown = inner.clone();
                    self.value(&mut shown, false);
                    // What is asked is compared by what it says, in whatever order. An answer comes back as it was: it may be signed.
                    if self.is_asked || shown != inner {
                        *text = shown.to_string();
                    }
                } else {
                    let shown = redact_urls(text);
                    if shown != *text {
                        self.found(text);
                        // An answer may repeat the key without the address. As in errors, a short part is mostly a name; and of a query
                        // most values are plain, such as a region, or the code that a link of an answer explains.
                        let mut keys = Vec::new();
                        named_parts(text, &mut |name, part| {
                            if part.len() >= SHORTEST_PART && name.is_none_or(|name| self.is_key(name)) {
                                keys.push(part.to_owned());
                            }
                        });
                        keys.iter().for_each(|key| self.found(key));
                        *text = shown;
                    }
                    // Of a body in XML, or a text that holds some, elements have the names.
                    for content in self.secret_elements(text).into_iter().rev() {
                        let written = text[content.clone()].to_owned();
                        // What stands around it is for whoever reads the document.
                        self.found(written.trim());
                        self.found(unescape(&written).unwrap_or_default().trim());
                        text.replace_range(content, REDACTED);
                    }
                }
            }
            Value::Number(number) if is_secret => {
                self.found(&number.to_string());
                *value = Value::from(0);
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.value(value, is_secret)),
            Value::Object(object) => {
                for (name, value) in object {
                    let is_secret = is_secret || self.is_secret(name);
                    self.value(value, is_secret);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes out what was found elsewhere.
    fn again(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                for found in &self.values {
                    if text.contains(found) {
                        *text = text.replace(found, REDACTED);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.again(value)),
            Value::Object(object) => object.values_mut().for_each(|value| self.again(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
