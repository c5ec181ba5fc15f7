//! Verification of signatures, written from the published description of the wire alone.
//!
//! It shares no code with any client, so that a client's mistake cannot hide here.

mod bearer;
mod roa;
mod rsa;
mod v1;
mod v3;

use hmac::{KeyInit, Mac};

pub(crate) use self::bearer::bearer_token;
pub(crate) use self::rsa::PublicKey;
use crate::ledger::Signature;
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// What a request says about who sent it, not yet believed.
pub(crate) struct Credentials<'r> {
    pub(crate) access_key_id: &'r str,
    pub(crate) security_token: Option<&'r str>,
    pub(crate) timestamp: &'r str,
    /// Nothing in V1 with a path by the older Python core.
    pub(crate) nonce: Option<&'r str>,
    proof: Proof<'r>,
}

/// What a signature is verified with.
#[derive(Clone, Copy)]
pub(crate) enum Key<'a> {
    /// The secret of an access key.
    Secret(&'a str),
    /// The public half of a key pair.
    Public(&'a PublicKey),
}

enum Proof<'r> {
    V1(v1::Proof),
    Roa(roa::Proof),
    V3(v3::Proof<'r>),
}

/// Tells which signature a request claims to have, if it claims one.
pub(crate) fn claimed_signature(request: &WireRequest) -> Option<Signature> {
    if bearer::is_claimed(request) {
        return Some(Signature::Bearer);
    }
    if request.headers.contains_key("authorization") {
        let text = request.header("authorization").unwrap_or("");
        return Some(if text.starts_with(roa::SCHEME) { Signature::V1Roa } else { v3::claimed(text) });
    }
    let claims = ["Signature", "SignatureMethod", "AccessKeyId"].iter().any(|name| request.parameter(name).is_some());
    claims.then_some(Signature::V1)
}

/// The access key id that a request names, whether or not anything else about it is right.
pub(crate) fn claimed_access_key_id(request: &WireRequest) -> Option<String> {
    let in_header = request.header("authorization").and_then(|text| match text.strip_prefix(roa::SCHEME) {
        Some(rest) => rest.split(':').next(),
        None => text.split_once("Credential=")?.1.split(',').next(),
    });
    in_header.or_else(|| request.parameter("AccessKeyId")).map(str::to_owned)
}

/// Reads the credentials of a request that claims to be signed; a bearer of a token has none.
pub(crate) fn read_credentials(request: &WireRequest, signature: Signature) -> Result<Credentials<'_>, Refusal> {
    match signature {
        Signature::V1 | Signature::Bearer => v1::read_credentials(request),
        Signature::V1Roa => roa::read_credentials(request),
        Signature::V3 | Signature::V3Sm3 | Signature::V3Rsa => v3::read_credentials(request),
    }
}

impl Credentials<'_> {
    /// Checks that the holder of the key signed this very request.
    pub(crate) fn verify(&self, request: &WireRequest, key: Key<'_>) -> Result<(), Refusal> {
        match &self.proof {
            Proof::V1(proof) => proof.verify(request, key),
            Proof::Roa(proof) => proof.verify(request, key),
            Proof::V3(proof) => proof.verify(request, key),
        }
    }
}

/// A header of a request that must be there and say something.
///
/// The code names the common parameter that the header stands for, the message what is to be sent.
fn required_header<'r>(request: &'r WireRequest, name: &str, parameter: &str) -> Result<&'r str, Refusal> {
    request.header(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing_header(name, parameter))
}

/// The time that a header tells; its absence has a code of its own.
fn dated<'r>(request: &'r WireRequest, name: &str) -> Result<&'r str, Refusal> {
    request.header(name).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::timestamp_missing(name))
}

/// A token that came with a temporary key, in the header that both header signatures use.
fn token_header(request: &WireRequest) -> Option<&str> {
    request.header("x-acs-security-token").filter(|token| !token.is_empty())
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac
}
