//! A request as it came over the wire, before anybody believes it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::ram;
use crate::refusal::Refusal;

/// What stays as it is in the documented encoding: letters, digits and `-_.~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One HTTP request, with its query and its form already taken apart.
pub(crate) struct WireRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where it came from.
    pub(crate) peer: IpAddr,
    /// What could not be read; the gateway answers it before anything else.
    pub(crate) flaw: Option<Refusal>,
    /// When it was there as a whole.
    pub(crate) arrived: Instant,
}

impl WireRequest {
    pub(crate) fn new(parts: &http::request::Parts, body: Bytes) -> Self {
        let mut flaw = None;
        let mut note = |parsed: Result<Vec<(String, String)>, Refusal>| {
            parsed.unwrap_or_else(|refusal| {
                flaw.get_or_insert(refusal);
                Vec::new()
            })
        };
        let query = note(parse_pairs(parts.uri.query().unwrap_or("").as_bytes(), "query"));
        let form = if is_form(&parts.headers) { note(parse_pairs(&body, "form")) } else { Vec::new() };
        Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query,
            form,
            headers: parts.headers.clone(),
            body,
            peer: ram::NOWHERE,
            flaw,
            arrived: Instant::now(),
        }
    }

    /// The value of a header, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// The host the caller believes to talk to; with the port, as sent.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or("")
    }

    /// The first parameter of this name, in the query or else in the form.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().chain(&self.form).find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All parameters by name; of a name given twice the first counts, as in [`Self::parameter`].
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        self.query.iter().chain(&self.form).rev().cloned().collect()
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Takes `a=b&c=d` apart, where `+` is a space and `%XX` a byte of UTF-8.
fn parse_pairs(raw: &[u8], place: &str) -> Result<Vec<(String, String)>, Refusal> {
    raw.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default(), place)?;
            let value = decode(halves.next().unwrap_or_default(), place)?;
            Ok((name, value))
        })
        .collect()
}

fn decode(raw: &[u8], place: &str) -> Result<String, Refusal> {
    let escapes_are_whole = raw
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(at, _)| raw.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !escapes_are_whole {
        return Err(Refusal::invalid_parameter(&format!(
            "The {place} holds a percent sign that two hexadecimal digits do not follow"
        )));
    }
    let spaced: Vec<u8> = raw.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Refusal::invalid_parameter(&format!("The {place} is not UTF-8")))
}

/// Encodes as the signatures want it: everything but letters, digits and `-_.~`, in upper-case hexadecimal.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Sorts pairs by name, then value, encodes them and joins them with `=` and `&`.
pub(crate) fn canonical_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    write_canonical_query(&mut text, pairs);
    text
}

/// Writes the same behind what is there already.
pub(crate) fn write_canonical_query<'a>(text: &mut String, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, ENCODED));
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_and_an_escape_is_a_byte_of_utf8() {
        let pairs = parse_pairs(b"a+b=c%20d&&e&f=%E4%B8%AD%2B=", "query").unwrap();
        let expected = [("a b", "c d"), ("e", ""), ("f", "中+=")];
        assert!(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected));
    }

    #[test]
    fn broken_escapes_and_broken_utf8_are_refused() {
        for raw in ["a=%", "a=%2", "a=%zz", "%=a", "a=%ff", "a=%C3%28"] {
            assert!(parse_pairs(raw.as_bytes(), "query").is_err(), "{raw}");
        }
    }

    #[test]
    fn only_dash_underscore_dot_and_tilde_stay_unencoded() {
        assert_eq!(encode("aZ0-_.~ *+/!'()中"), "aZ0-_.~%20%2A%2B%2F%21%27%28%29%E4%B8%AD");
    }
}
