//! The signature that older SDKs put on operations with a path: `authorization: acs ID:SIGNATURE`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use super::{Credentials, Key};
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// What the header begins with.
pub(super) const SCHEME: &str = "acs ";

pub(super) struct Proof {
    signature: Vec<u8>,
}

pub(super) fn read_credentials(request: &WireRequest) -> Result<Credentials<'_>, Refusal> {
    let text = request.header("authorization").unwrap_or("");
    let named = text.strip_prefix(SCHEME).and_then(|named| named.split_once(':'));
    let (access_key_id, signature) =
        named.filter(|(id, _)| !id.is_empty()).ok_or_else(Refusal::incomplete_signature)?;
    let method = super::required_header(request, "x-acs-signature-method", "SignatureMethod")?;
    let version = super::required_header(request, "x-acs-signature-version", "SignatureVersion")?;
    if method != "HMAC-SHA1" || version != "1.0" {
        return Err(Refusal::incomplete_signature());
    }
    Ok(Credentials {
        access_key_id,
        security_token: super::token_header(request),
        timestamp: super::dated(request, "date")?,
        nonce: request.header("x-acs-signature-nonce").filter(|nonce| !nonce.is_empty()),
        // What is no base64 matches nothing; the answer then shows the string that ought to have been signed.
        proof: super::Proof::Roa(Proof { signature: STANDARD.decode(signature).unwrap_or_default() }),
    })
}

impl Proof {
    pub(super) fn verify(&self, request: &WireRequest, key: Key<'_>) -> Result<(), Refusal> {
        let Key::Secret(secret) = key else {
            return Err(Refusal::incomplete_signature());
        };
        let is_of =
            |text: &str| super::mac::<Hmac<Sha1>>(secret.as_bytes(), text).verify_slice(&self.signature).is_ok();
        let documented = string_to_sign(request, "");
        // The older cores for Node and Python write an equals sign after the name of an empty value.
        if is_of(&documented) || is_of(&string_to_sign(request, "=")) {
            return Ok(());
        }
        Err(Refusal::signature_does_not_match(&documented))
    }
}

/// Writes the method and four headers, each a line even if it is absent; every `x-acs-` header; path and query, in which
/// `without_value` follows the name of an empty value.
fn string_to_sign(request: &WireRequest, without_value: &str) -> String {
    let mut text = request.method.as_str().to_owned();
    for name in ["accept", "content-md5", "content-type", "date"] {
        text.push('\n');
        text.push_str(request.header(name).unwrap_or(""));
    }
    text.push('\n');
    let mut names: Vec<&str> =
        request.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-acs-")).collect();
    names.sort_unstable();
    for name in names {
        text.push_str(&format!("{name}:{}\n", request.header(name).unwrap_or("")));
    }
    text.push_str(&request.path);
    let mut pairs: Vec<_> = request.query.iter().collect();
    // By name alone: the order of a name's values is that in which they were sent.
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        text.push(if at == 0 { '?' } else { '&' });
        text.push_str(name);
        if value.is_empty() {
            text.push_str(without_value);
        } else {
            text.push('=');
            text.push_str(value);
        }
    }
    text
}

#[cfg(test)]
#[path = "roa_tests.rs"]
mod tests;
