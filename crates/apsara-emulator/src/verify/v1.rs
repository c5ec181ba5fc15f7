//! The RPC signature that says `SignatureVersion=1.0`: HMAC-SHA1 over all parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use super::Credentials;
use crate::refusal::Refusal;
use crate::request::{WireRequest, canonical_query, encode};

pub(super) struct Proof {
    signature: Vec<u8>,
}

pub(super) fn read_credentials(request: &WireRequest) -> Result<Credentials, Refusal> {
    let required = |name: &str| {
        let value = request.parameter(name).filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| Refusal::missing(name))
    };
    let access_key_id = required("AccessKeyId")?;
    let signature = required("Signature")?;
    let method = required("SignatureMethod")?;
    let version = required("SignatureVersion")?;
    let kind = request.parameter("SignatureType").unwrap_or("");
    if method != "HMAC-SHA1" || version != "1.0" || !kind.is_empty() {
        return Err(Refusal::incomplete_signature());
    }
    Ok(Credentials {
        access_key_id,
        security_token: request.parameter("SecurityToken").filter(|token| !token.is_empty()).map(str::to_owned),
        timestamp: required("Timestamp")?,
        nonce: required("SignatureNonce")?,
        proof: super::Proof::V1(Proof {
            // What is no base64 matches nothing; the answer then shows the string that ought to have been signed.
            signature: STANDARD.decode(signature).unwrap_or_default(),
        }),
    })
}

impl Proof {
    pub(super) fn verify(&self, request: &WireRequest, secret: &str) -> Result<(), Refusal> {
        let parameters = request.query.iter().chain(&request.form).map(|(name, value)| (name.as_str(), value.as_str()));
        let string_to_sign = string_to_sign(request.method.as_str(), parameters);
        let matches = mac(secret, &string_to_sign).verify_slice(&self.signature).is_ok();
        if matches { Ok(()) } else { Err(Refusal::signature_does_not_match(&string_to_sign)) }
    }
}

fn string_to_sign<'a>(method: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(parameters.filter(|(name, _)| *name != "Signature"));
    format!("{method}&%2F&{}", encode(&query))
}

fn mac(secret: &str, string_to_sign: &str) -> Hmac<Sha1> {
    let key = format!("{secret}&");
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(string_to_sign.as_bytes());
    mac
}

#[cfg(test)]
#[path = "v1_tests.rs"]
mod tests;
