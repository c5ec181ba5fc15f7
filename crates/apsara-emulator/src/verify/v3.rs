//! The signature that the `Authorization` header carries: `ACS3-HMAC-SHA256`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

use super::Credentials;
use crate::random::{from_hex, to_hex};
use crate::refusal::Refusal;
use crate::request::{WireRequest, canonical_query};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

pub(super) struct Proof {
    signed_headers: String,
    signature: Vec<u8>,
}

pub(super) fn read_credentials(request: &WireRequest) -> Result<Credentials, Refusal> {
    let required = |name: &str, common_name: &str| {
        let value = request.header(name).filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| Refusal::missing_header(name, common_name))
    };
    let (access_key_id, proof) =
        read_authorization(request.header("authorization").unwrap_or("")).ok_or_else(Refusal::incomplete_signature)?;
    if !covers_enough(&request.headers, &proof.signed_headers) {
        return Err(Refusal::incomplete_signature());
    }
    Ok(Credentials {
        access_key_id,
        security_token: request.header("x-acs-security-token").filter(|token| !token.is_empty()).map(str::to_owned),
        timestamp: required("x-acs-date", "Timestamp")?,
        nonce: required("x-acs-signature-nonce", "SignatureNonce")?,
        proof: super::Proof::V3(proof),
    })
}

/// Reads `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`, exactly as documented.
fn read_authorization(text: &str) -> Option<(String, Proof)> {
    let fields = text.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let mut fields = fields.split(',');
    let access_key_id = fields.next()?.strip_prefix("Credential=")?;
    let signed_headers = fields.next()?.strip_prefix("SignedHeaders=")?;
    let signature = fields.next()?.strip_prefix("Signature=")?;
    if fields.next().is_some() || access_key_id.is_empty() {
        return None;
    }
    let proof = Proof {
        signed_headers: signed_headers.to_owned(),
        // What is no hexadecimal matches nothing; the answer then shows the string that ought to have been signed.
        signature: from_hex(signature).unwrap_or_default(),
    };
    Some((access_key_id.to_owned(), proof))
}

/// Whether all that is named was sent, and the host and every `x-acs-` header that was sent is named.
fn covers_enough(headers: &HeaderMap, signed_headers: &str) -> bool {
    let named: Vec<&str> = signed_headers.split(';').collect();
    let must_be_named = |name: &str| name == "host" || name.starts_with("x-acs-");
    named.iter().all(|name| headers.contains_key(*name) && !name.bytes().any(|byte| byte.is_ascii_uppercase()))
        && headers.keys().all(|name| !must_be_named(name.as_str()) || named.contains(&name.as_str()))
}

impl Proof {
    pub(super) fn verify(&self, request: &WireRequest, secret: &str) -> Result<(), Refusal> {
        let body_hash = to_hex(&Sha256::digest(&request.body));
        let canonical = canonical_request(
            request.method.as_str(),
            &request.path,
            &canonical_query(request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
            &canonical_headers(&request.headers, &self.signed_headers),
            &self.signed_headers,
            &body_hash,
        );
        let string_to_sign = string_to_sign(&canonical);
        let body_is_the_signed_one = request.header("x-acs-content-sha256") == Some(body_hash.as_str());
        let matches = mac(secret, &string_to_sign).verify_slice(&self.signature).is_ok();
        if matches && body_is_the_signed_one { Ok(()) } else { Err(Refusal::signature_does_not_match(&string_to_sign)) }
    }
}

fn canonical_request(method: &str, path: &str, query: &str, headers: &str, signed: &str, body_hash: &str) -> String {
    // The headers end in a line break of their own, so that an empty line follows them.
    format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{body_hash}")
}

fn canonical_headers(headers: &HeaderMap, signed_headers: &str) -> String {
    let mut lines = String::new();
    for name in signed_headers.split(';') {
        let mut values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
            .collect();
        values.sort_unstable();
        lines.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    lines
}

fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", to_hex(&Sha256::digest(canonical_request.as_bytes())))
}

fn mac(secret: &str, string_to_sign: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(string_to_sign.as_bytes());
    mac
}

#[cfg(test)]
#[path = "v3_tests.rs"]
mod tests;
