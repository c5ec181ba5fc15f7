//! Whether two requests are the same, and the table of what may differ. A rule is applied to the one value that it is about, and only
//! where the value that was given calls for it; how often is counted.

use std::collections::{BTreeMap, BTreeSet};

use apsara::{Repeat, SignatureVersion};
use base64::Engine as _;
use serde_json::Value;

use crate::case::{Case, Given, holds};
use crate::ours::Sent;

/// What may differ, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// `True` with theirs: the texts of Python. The documents have `true`.
    Boolean,
    /// `1.0` and `1e+21` with theirs, `1` and `1000000000000000000000` with ours: the same number.
    Float,
    /// A space is `+` with theirs and `%20` with ours: the same to who decodes a form or a query.
    Plus,
    /// The entries of JSON are in another order.
    Order,
    /// What says nothing, `null`, `[]` or `{}`, is sent in JSON, or as a list with commas, by theirs and not by ours.
    Nothing,
    /// `Format=json` with theirs, `Format=JSON` with ours: the documents have both.
    Format,
    /// The names of a query that are not plain: theirs signs them, by version 3, as they are, and the documents want them encoded.
    Name,
    /// A client token, which ours makes where the documents say that it makes one of two calls, and theirs does not.
    Token,
    /// A text as a body of any JSON: theirs sends it as it is, ours as JSON.
    Bare,
    /// One name on the wire that two parameters give, as `DataDisk` and `DataDisk.1.Size`: theirs sends one of them, ours refuses it.
    Twice,
    /// A part of a path that is `.` or `..`: HTTP clients send another path, so that ours refuses it.
    Dots,
}

/// What came of a case.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) differences: Vec<String>,
    pub(crate) rules: BTreeSet<Rule>,
    /// Whether the official functions gave their own request the very signature of ours.
    pub(crate) is_outright: bool,
}

/// Compares what the official core sends with what ours sends; `answer` is what differential.py prints.
pub(crate) fn compare(case: &Case, answer: &Value, ours: &Sent) -> Compared {
    let theirs = Theirs::new(&answer["request"]);
    let mut it = Comparison { case, out: Compared::default() };
    it.same("method", &theirs.method, &ours.method);
    it.same("path", &theirs.path, &ours.path);
    it.pairs("query", &theirs.query, &ours.query);
    it.body(&theirs, ours);
    it.headers(&theirs, ours);
    it.same(
        "hash",
        answer["hash"].as_str().unwrap_or_default(),
        ours.header("x-acs-content-sha256").unwrap_or(answer["hash"].as_str().unwrap_or_default()),
    );
    it.signature(answer, ours);
    it.out
}

/// The official request.
struct Theirs {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Theirs {
    fn new(request: &Value) -> Self {
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let target = text("target");
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let headers = request["headers"].as_object().into_iter().flatten();
        Self {
            method: text("method"),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            body: base64::engine::general_purpose::STANDARD.decode(text("body")).unwrap_or_default(),
        }
    }
}

struct Comparison<'c> {
    case: &'c Case,
    out: Compared,
}

impl<'c> Comparison<'c> {
    fn same(&mut self, what: &str, theirs: &str, ours: &str) {
        if theirs != ours {
            self.out.differences.push(format!("{what}: theirs {theirs:?}, ours {ours:?}"));
        }
    }

    /// Compares pairs as they are written, `Name=value&…`.
    fn pairs(&mut self, what: &str, theirs: &str, ours: &str) {
        if theirs.contains('+') {
            self.out.rules.insert(Rule::Plus);
        }
        let split = |text: &str| -> BTreeMap<String, String> {
            let pairs =
                text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            pairs.filter(|(name, _)| name != "Signature").collect()
        };
        // Any other way of writing the same is a difference.
        if let Some(odd) = ours.split(['&', '=']).find(|text| encoded(&decoded(text)) != **text) {
            self.out.differences.push(format!("{what}: ours is not encoded as the documents want it: {odd:?}"));
        }
        let (theirs, ours) = (split(&theirs.replace('+', "%20")), split(ours));
        let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
        for name in names {
            let decoded = decoded(name);
            match (theirs.get(name), ours.get(name)) {
                (Some(their), Some(our)) if their == our => {}
                (Some(their), Some(our)) => match self.value(&decoded, &self::decoded(their), &self::decoded(our)) {
                    Some(rules) => self.out.rules.extend(rules),
                    None => self.same(&format!("{what} {decoded}"), their, our),
                },
                (Some(their), None) if self.says_nothing(&decoded, &self::decoded(their)) => {
                    self.out.rules.insert(Rule::Nothing);
                }
                (None, Some(our)) if self.is_token(&decoded, our) => {
                    self.out.rules.insert(Rule::Token);
                }
                (their, our) => self.out.differences.push(format!("{what} {decoded}: theirs {their:?}, ours {our:?}")),
            }
        }
    }

    /// Finds the parameter that a name on the wire is of.
    fn given(&self, name: &str) -> Option<&'c Given> {
        let is_below = |given: &&Given| {
            name.strip_prefix(&given.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.case.given.iter().filter(is_below).max_by_key(|given| given.name.len())
    }

    /// Returns by which rules two texts are the same value.
    fn value(&self, name: &str, theirs: &str, ours: &str) -> Option<Vec<Rule>> {
        if name == "Format" && self.case.signature == SignatureVersion::V1 && (theirs, ours) == ("json", "JSON") {
            return Some(vec![Rule::Format]);
        }
        // The same text, written otherwise.
        if theirs == ours {
            return None;
        }
        if theirs.is_empty() && self.is_token(name, ours) {
            return Some(vec![Rule::Token]);
        }
        let given = self.given(name)?;
        let written: Option<(Value, Value)> = serde_json::from_str(theirs).ok().zip(serde_json::from_str(ours).ok());
        if let Some((theirs, ours)) = &written
            && (theirs.is_array() || theirs.is_object())
        {
            let mut rules = vec![Rule::Order];
            return same_json(theirs, ours, &mut rules).then_some(rules);
        }
        let parts = if given.style == "simple" && given.value.is_array() { ',' } else { '\0' };
        let (theirs, ours): (Vec<&str>, Vec<&str>) = (theirs.split(parts).collect(), ours.split(parts).collect());
        if theirs.len() != ours.len() {
            return None;
        }
        let rules = theirs.iter().zip(ours).filter(|(their, our)| *their != our);
        rules.map(|(their, our)| scalar(given, their, our)).collect()
    }

    /// Whether ours is right to send a client token that nobody has given.
    fn is_token(&self, name: &str, ours: &str) -> bool {
        let is_made = ours.len() == 32 && ours.bytes().all(|digit| digit.is_ascii_hexdigit());
        name == "ClientToken" && is_made && self.case.operation.ours.may_repeat() == Repeat::WithToken
    }

    /// Whether a text that theirs alone sends stands for a value that says nothing.
    fn says_nothing(&self, name: &str, theirs: &str) -> bool {
        let is_empty = |value: &Value| {
            value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
        };
        self.given(name).is_some_and(|given| is_empty(&given.value) && ["[]", "{}", ""].contains(&theirs))
    }

    fn body(&mut self, theirs: &Theirs, ours: &Sent) {
        let kind = theirs.headers.get("content-type").map_or("", String::as_str);
        if theirs.body == ours.body {
            return;
        }
        let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
        if kind.starts_with("application/x-www-form-urlencoded") {
            return self.pairs("form", &text(&theirs.body), &text(&ours.body));
        }
        let json = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
        let mut rules = vec![Rule::Order];
        match (json(&theirs.body), json(&ours.body)) {
            (Some(their), Some(our)) if same_json(&their, &our, &mut rules) => self.out.rules.extend(rules),
            (_, Some(Value::String(our)))
                if our.as_bytes() == theirs.body && self.case.at("body").any(|given| given.value == our) =>
            {
                self.out.rules.insert(Rule::Bare);
            }
            (Some(their), None) if ours.body.is_empty() && is_nothing(&their) => {
                self.out.rules.insert(Rule::Nothing);
            }
            _ => self.same("body", &text(&theirs.body), &text(&ours.body)),
        }
    }

    fn headers(&mut self, theirs: &Theirs, ours: &Sent) {
        let is_v1_rpc = self.case.signature == SignatureVersion::V1 && self.case.operation.is_rpc;
        let own =
            ["authorization", "content-length", "user-agent", "x-acs-content-sha256", "x-acs-credentials-provider"];
        let names: BTreeSet<&str> = theirs
            .headers
            .keys()
            .map(String::as_str)
            .chain(ours.headers.iter().map(|(name, _)| name.as_str()))
            .collect();
        for name in names.into_iter().filter(|name| !own.contains(name)) {
            match (theirs.headers.get(name).map(String::as_str), ours.header(name)) {
                (Some(their), Some(our)) if their == our => {}
                (Some(their), Some(our)) => {
                    let mut rules = Vec::new();
                    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
                    let same =
                        json(their).zip(json(our)).is_some_and(|(their, our)| same_json(&their, &our, &mut rules));
                    match same && self.case.at("header").any(|given| given.name.eq_ignore_ascii_case(name)) {
                        true => self.out.rules.extend(rules.into_iter().chain([Rule::Float])),
                        false => self.same(name, their, our),
                    }
                }
                // What version 1 has in the query, theirs repeats in headers, which it does not sign.
                (Some(_), None) if is_v1_rpc && ["x-acs-action", "x-acs-version"].contains(&name) => {}
                (None, Some(_)) if is_v1_rpc && name == "accept" => {}
                // A type of no body.
                (Some(_), None) if name == "content-type" && ours.body.is_empty() => {}
                (Some(_), None)
                    if self
                        .case
                        .at("header")
                        .any(|given| given.name.eq_ignore_ascii_case(name) && is_nothing(&given.value)) =>
                {
                    self.out.rules.insert(Rule::Nothing);
                }
                (their, our) => self.out.differences.push(format!("header {name}: theirs {their:?}, ours {our:?}")),
            }
        }
    }

    fn signature(&mut self, answer: &Value, ours: &Sent) {
        let signature = decoded(&ours.signature());
        let is_v3 = self.case.signature == SignatureVersion::V3;
        let names = ours.query.split('&').filter_map(|pair| pair.split('=').next());
        let is_plain = names.into_iter().all(|name| !name.contains('%'));
        if is_v3 && !is_plain {
            self.out.rules.insert(Rule::Name);
            return;
        }
        self.same("their signature of our request", answer["again"].as_str().unwrap_or_default(), &signature);
        self.out.is_outright = answer["outright"] == signature.as_str();
        // What is written otherwise is signed otherwise; a plus in a query is decoded before it is signed.
        let is_alike = self.out.rules.iter().all(|rule| *rule == Rule::Plus && ours.body.is_empty());
        let same_headers = !is_v3 || ours.signed().iter().all(|name| answer["request"]["headers"].get(*name).is_some());
        if is_alike && same_headers && self.out.differences.is_empty() && !self.out.is_outright {
            self.same("their signature of their request", answer["outright"].as_str().unwrap_or_default(), &signature);
        }
    }
}

/// Returns by which rule two texts are the same scalar.
fn scalar(given: &Given, theirs: &str, ours: &str) -> Option<Rule> {
    let lower = [("True", "true"), ("False", "false")];
    if lower.contains(&(theirs, ours)) && holds(&given.value, &Value::is_boolean) {
        return Some(Rule::Boolean);
    }
    let same = theirs.parse::<f64>().ok().zip(ours.parse::<f64>().ok()).is_some_and(|(their, our)| their == our);
    (same && holds(&given.value, &Value::is_f64)).then_some(Rule::Float)
}

fn is_nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(|it| it.values().all(is_nothing))
}

/// Whether two values are the same but for what the rules allow.
fn same_json(theirs: &Value, ours: &Value, rules: &mut Vec<Rule>) -> bool {
    match (theirs, ours) {
        (Value::Object(their), Value::Object(our)) => {
            let names: BTreeSet<&String> = their.keys().chain(our.keys()).collect();
            names.into_iter().all(|name| match (their.get(name), our.get(name)) {
                (Some(their), Some(our)) => same_json(their, our, rules),
                (Some(their), None) if is_nothing(their) => {
                    rules.push(Rule::Nothing);
                    true
                }
                _ => false,
            })
        }
        (Value::Array(their), Value::Array(our)) => {
            their.len() == our.len() && their.iter().zip(our).all(|(their, our)| same_json(their, our, rules))
        }
        (Value::Number(their), Value::Number(our)) if their.is_f64() || our.is_f64() => {
            rules.push(Rule::Float);
            their.as_f64().zip(our.as_f64()).is_some_and(|(their, our)| (their - our).abs() <= our.abs() * 1e-15)
        }
        _ => theirs == ours,
    }
}

/// Encodes as the documents have it: everything but letters, digits and `-_.~`, with capitals.
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// Decodes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) if byte == b'%' => {
                bytes.push(escaped);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "compare_tests.rs"]
mod tests;
