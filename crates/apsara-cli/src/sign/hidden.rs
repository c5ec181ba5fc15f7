//! What of a signed text must not be shown: of what was sent, and of what the cloud read in its place.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use apsara_catalog::{Product, Secrets, products};
use apsara_core::redact_urls;
use apsara_core::sign::percent_encode;
use apsara_core::untyped::Parameter;
use percent_encoding::percent_decode_str;

use super::request::Request;

const REDACTED: &str = "[redacted]";

/// What holds a token of the caller, in a query, a form or the headers.
const TOKENS: [&str; 4] = ["x-acs-security-token", "bearertoken", "x-acs-bearer-token", "x-acs-zero-trust-idtoken"];

/// Holds the values of a request that must not be shown, and the names that they stand under.
pub(super) struct Hidden {
    values: Vec<String>,
    names: BTreeSet<String>,
    /// What the documents, or we, say of the operation that the request names: its parameters that hold secrets, in lower case.
    documented: BTreeSet<String>,
}

impl Hidden {
    /// Finds them in a request.
    pub(super) fn of(request: &Request) -> Self {
        let documented = documented(request);
        let pairs = request.query.iter().cloned().chain(request.form()).chain(request.headers.iter().cloned());
        let secret = pairs.filter(|(name, value)| is_secret(name, &documented) || holds_address(value));
        let (names, values): (BTreeSet<_>, Vec<_>) =
            secret.map(|(name, value)| (name.to_ascii_lowercase(), value)).unzip();
        let mut values: Vec<String> = values.into_iter().filter(|value| value.len() >= 4).collect();
        // One may begin by another, of which no rest must be left.
        values.sort_by_key(|value| Reverse(value.len()));
        Self { values, names, documented }
    }

    /// Takes the values out of a text that is made of the request, however they are encoded there.
    pub(super) fn without(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for value in &self.values {
            let once = percent_encode(value);
            let twice = percent_encode(&once);
            for written in [twice, once, value.clone()] {
                out = out.replace(&written, REDACTED);
            }
        }
        out
    }

    /// Takes out of both sides of a difference what is secret on either: the cloud may have read another value than was sent, or have
    /// encoded it in another way. How long it is may be seen.
    pub(super) fn without_either(&self, sides: [Option<&str>; 2]) -> [Option<String>; 2] {
        let mut names = self.names.clone();
        for line in sides.iter().flatten().flat_map(|side| side.split('\n')) {
            let (_, parts) = parts(line);
            let named = parts.into_iter().filter_map(|part| Some((name(part)?, part)));
            names.extend(
                named
                    .filter(|(name, part)| is_secret(name, &self.documented) || holds_address(part))
                    .map(|(name, _)| name),
            );
        }
        let of = |side: &str| side.split('\n').map(|line| line_without(line, &names)).collect::<Vec<_>>().join("\n");
        sides.map(|side| side.map(of))
    }
}

/// Returns a line without the values that stand under some names.
fn line_without(line: &str, names: &BTreeSet<String>) -> String {
    let (between, parts) = parts(line);
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let is_hidden = name(part).map_or_else(|| holds_address(part), |name| names.contains(&name));
        match is_hidden {
            // What follows an address that is not encoded may belong to it.
            true if redact_urls(part) != *part => {
                out.push(without_value(&parts[at..].join(between)));
                break;
            }
            true => out.push(without_value(part)),
            false => out.push((*part).to_owned()),
        }
    }
    out.join(between)
}

/// Takes a line apart where names and values end, and says what stands between: pairs of a query, or a header as it is.
fn parts(line: &str) -> (&'static str, Vec<&str>) {
    let in_whole = line.split('&').nth(1).is_some_and(|path| path.eq_ignore_ascii_case("%2F"));
    match () {
        () if in_whole => ("%26", line.split("%26").collect()),
        () if is_header(line) => ("", vec![line]),
        () => ("&", line.split('&').collect()),
    }
}

fn is_header(line: &str) -> bool {
    let first = line.find(['=', ':', '&', '?']);
    first.is_some_and(|at| line[at..].starts_with(':')) && !line.starts_with('/')
}

/// Returns where a name in front of a value ends, and the value begins.
fn value_at(part: &str) -> Option<(usize, usize)> {
    // A path has no value, but its query has.
    let start = if part.starts_with('/') { part.find('?')? } else { 0 };
    let marks: &[&str] = if is_header(part) { &[":"] } else { &["=", "%3D", "%3d"] };
    let ends = marks.iter().filter_map(|mark| part[start..].find(mark).map(|at| (start + at, start + at + mark.len())));
    ends.min()
}

/// Returns the name in front of a value, in lower case.
fn name(part: &str) -> Option<String> {
    let (end, _) = value_at(part)?;
    let name = part[..end].rsplit(['?', '&']).next().unwrap_or_default();
    Some(decoded(name).pop().unwrap_or_default().to_ascii_lowercase())
}

/// Returns a part without its value, of which only the length may be seen.
fn without_value(part: &str) -> String {
    let at = value_at(part).map_or(0, |(_, at)| at);
    format!("{}{REDACTED}, {} characters", &part[..at], part[at..].chars().count())
}

/// Returns a text as it is and as it is decoded, once and again.
fn decoded(text: &str) -> Vec<String> {
    /// As a client and the cloud encode a value, and once more by mistake on both sides.
    const TIMES: usize = 4;
    let mut out = vec![text.to_owned()];
    while out.len() <= TIMES {
        let last = &out[out.len() - 1];
        let next = percent_decode_str(last).decode_utf8_lossy().into_owned();
        if next == *last {
            break;
        }
        out.push(next);
    }
    out
}

/// Returns whether what stands under a name must not be shown. A part of a list or an object is as secret as the whole.
fn is_secret(name: &str, documented: &BTreeSet<String>) -> bool {
    let name = name.to_ascii_lowercase();
    let is_part = |part: &str| documented.contains(part) || Parameter::new(part).is_sensitive();
    TOKENS.contains(&name.as_str()) || name.split('.').any(is_part)
}

/// Collects the names of the secret parameters of the operation that a request names, where it is one that is shipped.
fn documented(request: &Request) -> BTreeSet<String> {
    let form = request.form();
    let said = |parameter: &str, header: &str| {
        let in_form = form.iter().find(|(name, _)| name == parameter).map(|(_, value)| value.as_str());
        request.parameter(parameter).or(in_form).or_else(|| request.header(header)).map(str::to_owned)
    };
    let Some((action, version)) = said("Action", "x-acs-action").zip(said("Version", "x-acs-version")) else {
        return BTreeSet::new();
    };
    let described = products().filter(|known| known.version() == version).filter_map(|known| {
        let description = Product::from(known).decode(&action).ok()?.describe().ok()?;
        Some(Secrets::of_request(&description).names().map(str::to_owned).collect::<Vec<_>>())
    });
    described.flatten().collect()
}

/// Returns whether a text has an address that carries a key, so that it is cut when it is shown, however it is encoded.
fn holds_address(text: &str) -> bool {
    decoded(text).iter().any(|text| redact_urls(text) != *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(ours: &str, theirs: &str) -> [String; 2] {
        let hidden = Hidden { values: Vec::new(), names: BTreeSet::new(), documented: BTreeSet::new() };
        hidden.without_either([Some(ours), Some(theirs)]).map(Option::unwrap_or_default)
    }

    #[test]
    fn pairs_of_a_query_are_hidden_one_by_one_and_a_header_as_a_whole() {
        let query = "Action=A&DstUrl=rtmp%3A%2F%2Fh%2Fapp%2Fcanary%3Fa%3D1%26b%3Dcanary&SecurityToken=canary&Z=1";
        let shown = "Action=A&DstUrl=[redacted], 50 characters&SecurityToken=[redacted], 6 characters&Z=1";
        assert_eq!(both(query, query)[0], shown);
        let header = "x-acs-security-token:canary=a&canary";
        assert_eq!(both(header, "")[0], "x-acs-security-token:[redacted], 15 characters");
        let path = "/a:b?Password=canary&Url=rtmp://h/app/canary?x=canary&y=canary";
        let shown = "/a:b?Password=[redacted], 6 characters&Url=[redacted], 37 characters";
        assert_eq!(both("", path)[1], shown);
        let whole = "GET&%2F&A%3D1%26SecurityToken%3Dcanary%252B%26Url%3Drtmp%253a%252f%252fh%252fapp%252fcanary";
        let shown = "GET&%2F&A%3D1%26SecurityToken%3D[redacted], 11 characters%26Url%3D[redacted], 39 characters";
        assert_eq!(both(&format!("{whole}\n"), whole), [format!("{shown}\n"), shown.to_owned()]);
        for plain in ["GET", "/", "host;x-acs-security-token", "x-acs-action:A", "A=1&B=2", "Thu, 01 Jan 2026 01:00:00"]
        {
            assert_eq!(both(plain, plain)[0], plain);
        }
    }

    #[test]
    fn what_is_secret_on_one_side_is_hidden_on_the_other() {
        let [ours, theirs] = both("DstUrl=rtmp%3A%2F%2Fh%2Fapp%2Fcanary", "DstUrl=rtmp/h/app/canary");
        assert_eq!(ours, "DstUrl=[redacted], 29 characters");
        assert_eq!(theirs, "DstUrl=[redacted], 17 characters");
    }
}
