//! The signature that the `Authorization` header carries: `ACS3-HMAC-SHA256` and its siblings.

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use super::{Credentials, Key};
use crate::ledger::Signature;
use crate::random::{from_hex, to_hex};
use crate::refusal::Refusal;
use crate::request::{WireRequest, write_canonical_query};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    HmacSha256,
    HmacSm3,
    RsaSha256,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::HmacSha256, Self::HmacSm3, Self::RsaSha256];

    fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "ACS3-HMAC-SHA256",
            Self::HmacSm3 => "ACS3-HMAC-SM3",
            Self::RsaSha256 => "ACS3-RSA-SHA256",
        }
    }

    /// Hashes a body, or a canonical request.
    fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::HmacSha256 | Self::RsaSha256 => to_hex(&Sha256::digest(bytes)),
            Self::HmacSm3 => to_hex(&Sm3::digest(bytes)),
        }
    }

    /// Whether a signature is that of the key's holder; nothing if such a key makes no such signatures.
    fn verifies(self, key: Key<'_>, text: &str, signature: &[u8]) -> Option<bool> {
        match (self, key) {
            (Self::HmacSha256, Key::Secret(secret)) => {
                Some(super::mac::<Hmac<Sha256>>(secret.as_bytes(), text).verify_slice(signature).is_ok())
            }
            (Self::HmacSm3, Key::Secret(secret)) => {
                Some(super::mac::<Hmac<Sm3>>(secret.as_bytes(), text).verify_slice(signature).is_ok())
            }
            (Self::RsaSha256, Key::Public(key)) => Some(key.verifies(text, signature)),
            _ => None,
        }
    }
}

pub(super) struct Proof<'r> {
    algorithm: Algorithm,
    signed_headers: &'r str,
    signature: Vec<u8>,
}

/// Tells which of the siblings a header means; what is none of them counts as the usual one, and is refused as that.
pub(super) fn claimed(authorization: &str) -> Signature {
    match read_algorithm(authorization) {
        Some((Algorithm::HmacSm3, _)) => Signature::V3Sm3,
        Some((Algorithm::RsaSha256, _)) => Signature::V3Rsa,
        _ => Signature::V3,
    }
}

pub(super) fn read_credentials(request: &WireRequest) -> Result<Credentials<'_>, Refusal> {
    let (access_key_id, proof) =
        read_authorization(request.header("authorization").unwrap_or("")).ok_or_else(Refusal::incomplete_signature)?;
    if !covers_enough(&request.headers, proof.signed_headers) {
        return Err(Refusal::incomplete_signature());
    }
    Ok(Credentials {
        access_key_id,
        security_token: super::token_header(request),
        timestamp: super::dated(request, "x-acs-date")?,
        nonce: Some(super::required_header(request, "x-acs-signature-nonce", "SignatureNonce")?),
        proof: super::Proof::V3(proof),
    })
}

fn read_algorithm(text: &str) -> Option<(Algorithm, &str)> {
    let (name, fields) = text.split_once(' ')?;
    Some((Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)?, fields))
}

/// Reads `ALGORITHM Credential=…,SignedHeaders=…,Signature=…`, exactly as documented.
fn read_authorization(text: &str) -> Option<(&str, Proof<'_>)> {
    let (algorithm, fields) = read_algorithm(text)?;
    let mut fields = fields.split(',');
    let access_key_id = fields.next()?.strip_prefix("Credential=")?;
    let signed_headers = fields.next()?.strip_prefix("SignedHeaders=")?;
    let signature = fields.next()?.strip_prefix("Signature=")?;
    if fields.next().is_some() || access_key_id.is_empty() {
        return None;
    }
    // What is no hexadecimal matches nothing; the answer then shows the string that ought to have been signed.
    let signature = from_hex(signature).unwrap_or_default();
    Some((access_key_id, Proof { algorithm, signed_headers, signature }))
}

/// Whether all that is named was sent, and the host and every `x-acs-` header that was sent is named.
fn covers_enough(headers: &HeaderMap, signed_headers: &str) -> bool {
    let named: Vec<&str> = signed_headers.split(';').collect();
    let must_be_named = |name: &str| name == "host" || name.starts_with("x-acs-");
    named.iter().all(|name| headers.contains_key(*name) && !name.bytes().any(|byte| byte.is_ascii_uppercase()))
        && headers.keys().all(|name| !must_be_named(name.as_str()) || named.contains(&name.as_str()))
}

impl Proof<'_> {
    pub(super) fn verify(&self, request: &WireRequest, key: Key<'_>) -> Result<(), Refusal> {
        let body_hash = self.algorithm.hash(&request.body);
        let canonical = canonical_request(request, self.signed_headers, &body_hash);
        let string_to_sign = string_to_sign(self.algorithm, &canonical);
        let body_is_the_signed_one = request.header("x-acs-content-sha256") == Some(body_hash.as_str());
        let matches = self.algorithm.verifies(key, &string_to_sign, &self.signature);
        if matches.ok_or_else(Refusal::incomplete_signature)? && body_is_the_signed_one {
            Ok(())
        } else {
            Err(Refusal::signature_does_not_match(&string_to_sign))
        }
    }
}

fn canonical_request(request: &WireRequest, signed: &str, body_hash: &str) -> String {
    let mut text = String::with_capacity(1024);
    text.push_str(request.method.as_str());
    text.push('\n');
    text.push_str(&request.path);
    text.push('\n');
    write_canonical_query(&mut text, request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    text.push('\n');
    write_canonical_headers(&mut text, &request.headers, signed);
    // The headers end in a line break of their own, so that an empty line follows them.
    for line in [signed, body_hash] {
        text.push('\n');
        text.push_str(line);
    }
    text
}

fn write_canonical_headers(text: &mut String, headers: &HeaderMap, signed: &str) {
    for name in signed.split(';') {
        text.push_str(name);
        let mut values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii())).collect();
        values.sort_unstable();
        for (at, value) in values.iter().enumerate() {
            text.push(if at == 0 { ':' } else { ',' });
            text.push_str(value);
        }
        text.push('\n');
    }
}

fn string_to_sign(algorithm: Algorithm, canonical_request: &str) -> String {
    format!("{}\n{}", algorithm.name(), algorithm.hash(canonical_request.as_bytes()))
}

#[cfg(test)]
#[path = "v3_tests.rs"]
mod tests;
