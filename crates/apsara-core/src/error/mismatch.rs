//! Where the text that the cloud signed differs from the one that we signed.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::call::Signed;

/// Says what a `SignatureDoesNotMatch` comes from, by the string to sign that the cloud returned with it. No value is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureMismatch {
    /// The first line that differs, and how; nothing where the texts are the same.
    difference: Option<String>,
}

impl SignatureMismatch {
    /// Compares what was signed with what the cloud would have signed.
    ///
    /// Version 3 signs no more than a hash; some gateways return the canonical request under it as well.
    pub(crate) fn between(signed: &Signed, theirs: &str, their_canonical: Option<&str>) -> Self {
        let difference = match signed {
            Signed::V1Rpc(ours) => first_difference(&of_query(ours), &of_query(theirs)),
            Signed::V1Roa(ours) => first_difference(&of_headers(ours), &of_headers(theirs)),
            Signed::V3 { canonical, text } => first_difference(&of_hash(text), &of_hash(theirs)).map(|of_hash| {
                let named = their_canonical
                    .and_then(|theirs| first_difference(&of_canonical(canonical), &of_canonical(theirs)));
                named.unwrap_or(of_hash)
            }),
            Signed::Not => None,
        };
        Self { difference }
    }

    /// Returns whether the cloud signed the same text: then the secret is not that of the access key id.
    #[must_use]
    pub fn is_same_text(&self) -> bool {
        self.difference.is_none()
    }

    /// Names the first line that differs, such as ``the parameter `TaskId` has another value``.
    #[must_use]
    pub fn difference(&self) -> Option<&str> {
        self.difference.as_deref()
    }
}

impl fmt::Display for SignatureMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.difference {
            None => f.write_str("The cloud signed the same text, so the secret is not that of the access key id."),
            Some(difference) => {
                write!(
                    f,
                    "The cloud read another request than was sent: {difference}. Look for what changes it on its way."
                )
            }
        }
    }
}

/// A line of a text: what to call it, and what it says.
type Line = (String, String);

/// The lines of `GET&%2F&…`: the method, the path, and the parameters.
fn of_query(text: &str) -> Vec<Line> {
    let mut parts = text.splitn(3, '&');
    let mut part = || parts.next().unwrap_or_default();
    let mut lines = vec![("the method".to_owned(), part().to_owned()), ("the path".to_owned(), part().to_owned())];
    let query = percent_decode_str(part()).decode_utf8_lossy();
    lines.extend(of_pairs(&query));
    lines
}

fn of_pairs(query: &str) -> impl Iterator<Item = Line> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (format!("the parameter `{}`", percent_decode_str(name).decode_utf8_lossy()), value.to_owned())
    })
}

/// The lines of a canonical request: method, path, parameters, headers, their names, and the hash of the body.
fn of_canonical(text: &str) -> Vec<Line> {
    let mut parts = text.split('\n');
    let mut part = || parts.next().unwrap_or_default();
    let mut lines = vec![("the method".to_owned(), part().to_owned()), ("the path".to_owned(), part().to_owned())];
    lines.extend(of_pairs(part()));
    let named =
        |line: &str| line.split_once(':').map(|(name, value)| (format!("the header `{name}`"), value.to_owned()));
    lines.extend(parts.by_ref().map_while(named));
    lines.extend(
        ["the names of the signed headers", "the hash of the body"]
            .map(|name| (name.to_owned(), parts.next().unwrap_or_default().to_owned())),
    );
    lines
}

/// The lines of a request that is signed by its headers: five without a name, those with one, and the resource.
fn of_headers(text: &str) -> Vec<Line> {
    const FIRST: [&str; 5] = ["the method", "`accept`", "`content-md5`", "`content-type`", "`date`"];
    let name = |(number, line): (usize, &str)| match (FIRST.get(number), line.split_once(':')) {
        (Some(first), _) => ((*first).to_owned(), line.to_owned()),
        (None, Some((name, value))) if name.starts_with("x-acs-") => (format!("the header `{name}`"), value.to_owned()),
        (None, _) => ("the path or the query".to_owned(), line.to_owned()),
    };
    text.split('\n').enumerate().map(name).collect()
}

/// The two lines of version 3.
fn of_hash(text: &str) -> Vec<Line> {
    let mut lines = text.trim_end().splitn(2, '\n');
    ["the algorithm", "the hash of the canonical request"]
        .map(|name| (name.to_owned(), lines.next().unwrap_or_default().to_owned()))
        .into()
}

fn first_difference(ours: &[Line], theirs: &[Line]) -> Option<String> {
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let (ours, theirs) = (&ours[same..], &theirs[same..]);
    let has = |lines: &[Line], name: &str| lines.iter().any(|(known, _)| known == name);
    match (ours.first(), theirs.first()) {
        (Some((name, _)), Some((theirs, _))) if name == theirs => Some(format!("{name} has another value")),
        // Parameters and headers are sorted by themselves, so what comes first on one side is looked for on the other.
        (Some((name, _)), _) if !has(theirs, name) => Some(format!("{name} did not arrive")),
        (_, Some((name, _))) if is_told(name, ours) => Some(format!("{name} was not sent")),
        (_, Some(_)) => Some("something arrived that was not sent".to_owned()),
        (_, None) => None,
    }
}

/// Returns whether the name of a line that was not sent may be told: what reads `%26` as `&` takes a part of a value for a name.
fn is_told(name: &str, ours: &[Line]) -> bool {
    let name = name.split('`').nth(1).unwrap_or(name);
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    is_plain && !ours.iter().any(|(_, value)| percent_decode_str(value).decode_utf8_lossy().contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(signed: &Signed, theirs: &str) -> Option<String> {
        SignatureMismatch::between(signed, theirs, None).difference
    }

    #[test]
    fn the_same_text_means_another_secret() {
        let text = "GET&%2F&Action%3DA%26TaskId%3Dcanary";
        let mismatch = SignatureMismatch::between(&Signed::V1Rpc(text.to_owned()), text, None);
        assert!(mismatch.is_same_text());
        assert!(mismatch.to_string().contains("the secret is not that of the access key id"), "{mismatch}");
    }

    #[test]
    fn a_parameter_is_named_and_its_value_is_not() {
        let ours = Signed::V1Rpc("GET&%2F&Action%3DA%26TaskId%3Dcanary%26Z%3D1".to_owned());
        for (theirs, expected) in [
            ("POST&%2F&Action%3DA%26TaskId%3Dcanary%26Z%3D1", "the method has another value"),
            ("GET&%2F&Action%3DA%26TaskId%3Dcanary%2520%26Z%3D1", "the parameter `TaskId` has another value"),
            ("GET&%2F&Action%3DA%26Z%3D1", "the parameter `TaskId` did not arrive"),
            ("GET&%2F&Action%3DA%26TaskId%3Dcanary", "the parameter `Z` did not arrive"),
            ("GET&%2F&Action%3DA%26B%3Dcanary%26TaskId%3Dcanary%26Z%3D1", "the parameter `B` was not sent"),
            ("GET&%2F&Action%3DA%26TaskId%3Dcanary%26Z%3D1%26b%3D", "the parameter `b` was not sent"),
        ] {
            assert_eq!(difference(&ours, theirs).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_part_of_a_value_that_arrived_as_a_name_is_not_told() {
        // What is on the way reads `%26` as `&`, or `+` as a space as well.
        for (password, rest) in [("x%269canary", "9canary%3D"), ("x%269can%2Bary", "9can%2520ary%3D")] {
            let ours = Signed::V1Rpc(format!("GET&%2F&Action%3DA%26Password%3D{}", password.replace('%', "%25")));
            let theirs = format!("GET&%2F&{rest}%26Action%3DA%26Password%3Dx");
            assert_eq!(difference(&ours, &theirs).as_deref(), Some("something arrived that was not sent"));
        }
    }

    #[test]
    fn a_line_of_the_headers_is_named() {
        let ours = Signed::V1Roa("GET\na/b\n\n\nnow\nx-acs-action:A\nx-acs-version:1\n/path?a=b".to_owned());
        for (theirs, expected) in [
            ("GET\n*/*\n\n\nnow\nx-acs-action:A\nx-acs-version:1\n/path?a=b", "`accept` has another value"),
            (
                "GET\na/b\n\n\nnow\nx-acs-action:A\nx-acs-version:2\n/path?a=b",
                "the header `x-acs-version` has another value",
            ),
            (
                "GET\na/b\n\n\nnow\nx-acs-action:A\nx-acs-version:1\n/path?a=c",
                "the path or the query has another value",
            ),
        ] {
            assert_eq!(difference(&ours, theirs).as_deref(), Some(expected));
        }
    }

    #[test]
    fn version_3_tells_the_line_that_it_has() {
        let canonical = "GET\n/\na=1&b=2\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nhash".to_owned();
        let ours = Signed::V3 { canonical, text: "ACS3-HMAC-SHA256\naa".to_owned() };
        assert_eq!(difference(&ours, "ACS3-HMAC-SHA256\naa\n"), None);
        let expected = "the hash of the canonical request has another value";
        assert_eq!(difference(&ours, "ACS3-HMAC-SHA256\nbb").as_deref(), Some(expected));
        for (theirs, expected) in [
            ("POST\n/\na=1&b=2\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nhash", "the method has another value"),
            ("GET\n/\na=1&b=3\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nhash", "the parameter `b` has another value"),
            ("GET\n/\na=1\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nhash", "the parameter `b` did not arrive"),
            ("GET\n/\na=1&b=2&z=1\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nhash", "the parameter `z` was not sent"),
            ("GET\n/\na=1&b=2\nhost:h\n\nhost\nhash", "the header `x-acs-date` did not arrive"),
            ("GET\n/\na=1&b=2\nhost:i\nx-acs-date:d\n\nhost;x-acs-date\nhash", "the header `host` has another value"),
            (
                "GET\n/\na=1&b=2\nhost:h\nx-acs-date:d\n\nhost;x-acs-date\nother",
                "the hash of the body has another value",
            ),
        ] {
            let mismatch = SignatureMismatch::between(&ours, "ACS3-HMAC-SHA256\nbb", Some(theirs));
            assert_eq!(mismatch.difference(), Some(expected));
        }
    }
}
