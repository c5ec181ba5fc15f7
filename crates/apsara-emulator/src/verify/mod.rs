//! Verification of signatures, written from the published description of the wire alone.
//!
//! It shares no code with any client, so that a client's mistake cannot hide here.

mod v1;
mod v3;

use crate::ledger::Signature;
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// What a request says about who sent it, not yet believed.
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) security_token: Option<String>,
    pub(crate) timestamp: String,
    pub(crate) nonce: String,
    proof: Proof,
}

enum Proof {
    V1(v1::Proof),
    V3(v3::Proof),
}

/// Tells which signature a request claims to have, if it claims one.
pub(crate) fn claimed_signature(request: &WireRequest) -> Option<Signature> {
    if request.headers.contains_key("authorization") {
        return Some(Signature::V3);
    }
    let claims = ["Signature", "SignatureMethod", "AccessKeyId"].iter().any(|name| request.parameter(name).is_some());
    claims.then_some(Signature::V1)
}

/// The access key id that a request names, whether or not anything else about it is right.
pub(crate) fn claimed_access_key_id(request: &WireRequest) -> Option<String> {
    let in_header = request.header("authorization").and_then(|text| {
        let (_, rest) = text.split_once("Credential=")?;
        rest.split(',').next()
    });
    in_header.or_else(|| request.parameter("AccessKeyId")).map(str::to_owned)
}

/// Reads the credentials of a request that claims to be signed.
pub(crate) fn read_credentials(request: &WireRequest, signature: Signature) -> Result<Credentials, Refusal> {
    match signature {
        Signature::V1 => v1::read_credentials(request),
        Signature::V3 => v3::read_credentials(request),
    }
}

impl Credentials {
    /// Checks that the holder of the secret signed this very request.
    pub(crate) fn verify(&self, request: &WireRequest, secret: &str) -> Result<(), Refusal> {
        match &self.proof {
            Proof::V1(proof) => proof.verify(request, secret),
            Proof::V3(proof) => proof.verify(request, secret),
        }
    }
}
