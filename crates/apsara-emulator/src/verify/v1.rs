//! The RPC signature that says `SignatureVersion=1.0`: HMAC-SHA1, or RSA, over all parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use super::{Credentials, Key};
use crate::refusal::Refusal;
use crate::request::{WireRequest, canonical_query, encode};

pub(super) struct Proof {
    method: Method,
    signature: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    HmacSha1,
    RsaSha256,
}

pub(super) fn read_credentials(request: &WireRequest) -> Result<Credentials<'_>, Refusal> {
    let required = |name: &str| {
        let value = request.parameter(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| Refusal::missing(name))
    };
    let access_key_id = required("AccessKeyId")?;
    let signature = required("Signature")?;
    let method = required("SignatureMethod")?;
    let version = required("SignatureVersion")?;
    let kind = request.parameter("SignatureType").unwrap_or("");
    let method = match (method, version, kind) {
        ("HMAC-SHA1", "1.0", "") => Method::HmacSha1,
        ("SHA256withRSA", "1.0", "PRIVATEKEY") => Method::RsaSha256,
        _ => return Err(Refusal::incomplete_signature()),
    };
    Ok(Credentials {
        access_key_id,
        security_token: request.parameter("SecurityToken").filter(|token| !token.is_empty()),
        timestamp: required("Timestamp")?,
        nonce: Some(required("SignatureNonce")?),
        proof: super::Proof::V1(Proof {
            method,
            // What is no base64 matches nothing; the answer then shows the string that ought to have been signed.
            signature: STANDARD.decode(signature).unwrap_or_default(),
        }),
    })
}

impl Proof {
    pub(super) fn verify(&self, request: &WireRequest, key: Key<'_>) -> Result<(), Refusal> {
        let parameters = request.query.iter().chain(&request.form).map(|(name, value)| (name.as_str(), value.as_str()));
        let string_to_sign = string_to_sign(request.method.as_str(), parameters);
        let matches = match (self.method, key) {
            (Method::HmacSha1, Key::Secret(secret)) => {
                mac(secret, &string_to_sign).verify_slice(&self.signature).is_ok()
            }
            (Method::RsaSha256, Key::Public(key)) => key.verifies(&string_to_sign, &self.signature),
            _ => return Err(Refusal::incomplete_signature()),
        };
        if matches { Ok(()) } else { Err(Refusal::signature_does_not_match(&string_to_sign)) }
    }
}

fn string_to_sign<'a>(method: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(parameters.filter(|(name, _)| *name != "Signature"));
    format!("{method}&%2F&{}", encode(&query))
}

fn mac(secret: &str, string_to_sign: &str) -> Hmac<Sha1> {
    super::mac(format!("{secret}&").as_bytes(), string_to_sign)
}

#[cfg(test)]
#[path = "v1_tests.rs"]
mod tests;
