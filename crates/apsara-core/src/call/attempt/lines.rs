//! The headers of a request that is being made.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;

pub(super) const ACCESS_KEY_ID: HeaderName = HeaderName::from_static("x-acs-accesskey-id");
pub(super) const ACTION: HeaderName = HeaderName::from_static("x-acs-action");
pub(super) const BEARER_TOKEN: HeaderName = HeaderName::from_static("x-acs-bearer-token");
pub(super) const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-acs-content-sha256");
pub(super) const DATE: HeaderName = HeaderName::from_static("x-acs-date");
pub(super) const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
pub(super) const RETRY_ATTEMPTS: HeaderName = HeaderName::from_static("x-acs-retry-attempts");
pub(super) const RETRY_DELAY: HeaderName = HeaderName::from_static("x-acs-retry-delay");
pub(super) const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");
pub(super) const SIGNATURE_METHOD: HeaderName = HeaderName::from_static("x-acs-signature-method");
pub(super) const SIGNATURE_TYPE: HeaderName = HeaderName::from_static("x-acs-signature-type");
pub(super) const SIGNATURE_VERSION: HeaderName = HeaderName::from_static("x-acs-signature-version");
pub(super) const VERSION: HeaderName = HeaderName::from_static("x-acs-version");

/// What no log shows.
const SECRET: [HeaderName; 3] = [http::header::AUTHORIZATION, BEARER_TOKEN, SECURITY_TOKEN];

/// A value that is known when this is compiled, and need not be looked at again.
#[derive(Debug)]
pub(super) struct Known {
    text: &'static str,
    value: HeaderValue,
}

impl Known {
    const fn new(text: &'static str) -> Self {
        Self { text, value: HeaderValue::from_static(text) }
    }
}

pub(super) static JSON: Known = Known::new("application/json");
/// SHA-256 of no bytes, the body of most requests.
pub(super) static SHA256_OF_NOTHING: Known =
    Known::new("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/// A header, before there is a request.
pub(super) type Line<'a> = (HeaderName, Text<'a>);

/// A header's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text<'a> {
    Known(&'static Known),
    /// It lives as long as the program, and is not copied.
    Fixed(&'static str),
    Of(&'a str),
    /// No log shows it.
    Secret(&'a str),
}

impl<'a> Text<'a> {
    pub(super) fn as_str(self) -> &'a str {
        match self {
            Self::Known(known) => known.text,
            Self::Fixed(text) => text,
            Self::Of(text) | Self::Secret(text) => text,
        }
    }
}

/// Returns a header by the name that a parameter has.
pub(super) fn named<'a>(name: &str, value: &'a str) -> Result<Line<'a>, Error> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::config(format!("`{name}` cannot be the name of a header")))?;
    let value = if SECRET.contains(&name) { Text::Secret(value) } else { Text::Of(value) };
    Ok((name, value))
}

/// Shows names and values, as they are signed.
pub(super) fn shown<'l>(lines: &'l [Line<'_>]) -> impl Iterator<Item = (&'l str, &'l str)> + Clone {
    lines.iter().map(signed)
}

fn signed<'l>((name, value): &'l Line<'_>) -> (&'l str, &'l str) {
    (name.as_str(), value.as_str().trim_ascii())
}

/// Sorts headers as they are signed. They are few and come almost sorted, so that each is put where it belongs.
pub(super) fn sort(lines: &mut [Line<'_>]) {
    for end in 1..lines.len() {
        for at in (1..=end).rev() {
            if signed(&lines[at - 1]) <= signed(&lines[at]) {
                break;
            }
            lines.swap(at - 1, at);
        }
    }
}

/// Takes an address, and puts the headers' values behind it: one text holds all that is not fixed. Returns the bytes of the
/// address, and the headers.
pub(super) fn headers(mut address: String, lines: Vec<Line<'_>>) -> Result<(Bytes, HeaderMap), Error> {
    let mut end = address.len();
    for (_, value) in &lines {
        if let Text::Of(text) | Text::Secret(text) = value {
            address.push_str(text);
        }
    }
    let written = Bytes::from(address);
    let uri = written.slice(..end);
    // Two more come behind them, the user agent and that there is no body; and whoever looks whether there is one that he would add has room
    // made for it.
    let mut headers = HeaderMap::with_capacity(lines.len() + 3);
    for (name, value) in lines {
        let mut header = match value {
            Text::Known(known) => known.value.clone(),
            Text::Fixed(text) => HeaderValue::from_static(text),
            Text::Of(text) | Text::Secret(text) => {
                let start = end;
                end += text.len();
                // A header's value could hold other bytes than those of ASCII; not all that it passes take them.
                let bytes = text.is_ascii().then(|| written.slice(start..end));
                let value = bytes.and_then(|bytes| HeaderValue::from_maybe_shared(bytes).ok());
                value.ok_or_else(|| {
                    Error::config(format!("the value of the header {name} holds a character that HTTP forbids"))
                })?
            }
        };
        header.set_sensitive(matches!(value, Text::Secret(_)));
        headers.append(name, header);
    }
    Ok((uri, headers))
}
