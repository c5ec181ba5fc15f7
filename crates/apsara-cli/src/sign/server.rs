//! What the cloud says that it signed.

use serde_json::Value;

/// Holds the texts that came with a `SignatureDoesNotMatch`.
#[derive(Debug, PartialEq)]
pub(super) struct Server {
    pub(super) string_to_sign: String,
    pub(super) canonical_request: Option<String>,
}

const STRING_TO_SIGN: [&str; 2] = ["server string to sign is", "server StringToSign is"];
const CANONICAL_REQUEST: [&str; 1] = ["server CanonicalRequest is"];

impl Server {
    /// Finds them in a text: in the message of an answer in JSON, or as they stand there.
    pub(super) fn find(text: &str) -> Option<Self> {
        let message = message(text);
        let whole = message.as_deref().unwrap_or(text);
        Some(Self {
            string_to_sign: behind(whole, &STRING_TO_SIGN)?,
            canonical_request: behind(whole, &CANONICAL_REQUEST),
        })
    }
}

/// Finds the message of an answer in JSON, so that its line breaks are line breaks.
fn message(text: &str) -> Option<String> {
    text.match_indices('{').find_map(|(at, _)| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        let answer = values.next()?.ok()?;
        let message = answer.get("Message").or_else(|| answer.get("message"))?.as_str()?;
        STRING_TO_SIGN.iter().any(|mark| message.contains(mark)).then(|| message.to_owned())
    })
}

/// Returns what stands behind a mark, up to the next one, without the brackets around it.
fn behind(text: &str, marks: &[&str]) -> Option<String> {
    let first = |text: &str, marks: &[&str]| {
        marks.iter().filter_map(|mark| text.find(mark).map(|at| (at, at + mark.len()))).min()
    };
    let (_, start) = first(text, marks)?;
    let rest = &text[start..];
    let end = first(rest, &[STRING_TO_SIGN.as_slice(), &CANONICAL_REQUEST].concat()).map_or(rest.len(), |(at, _)| at);
    let found = rest[..end].trim_start_matches([':', ' ']);
    let found = match found.strip_prefix('[') {
        Some(bracketed) => &bracketed[..bracketed.rfind(']')?],
        None => found,
    };
    Some(found.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_found_in_json_and_as_it_stands() {
        let text = "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&A%3D1";
        let expected = Some(Server { string_to_sign: "GET&%2F&A%3D1".to_owned(), canonical_request: None });
        assert_eq!(Server::find(text), expected);
        let json = format!("< x: {{1}}\n{}\n* done", serde_json::json!({ "Code": "C", "Message": text }));
        assert_eq!(Server::find(&json), expected);
        assert_eq!(Server::find("{\"Message\": \"other\"}"), None);
    }

    #[test]
    fn version_3_may_tell_the_canonical_request_too() {
        let text = "no match. server StringToSign is [ACS3-HMAC-SHA256\nab] server CanonicalRequest is [GET\n/\n]";
        let json = serde_json::json!({ "message": text }).to_string();
        let found = Server::find(&json).map(|server| (server.string_to_sign, server.canonical_request));
        assert_eq!(found, Some(("ACS3-HMAC-SHA256\nab".to_owned(), Some("GET\n/".to_owned()))));
    }
}
