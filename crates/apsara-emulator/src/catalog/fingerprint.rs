//! What a call asks for, in 32 bytes: what only says who asks, when and in which language leaves no trace in it.

use sha2::{Digest as _, Sha256};

use super::operation::{Operation, Place};
use crate::request::WireRequest;

/// The parameters that all operations have in common, and the client token: clients draw it at random, and calls with different
/// ones are different calls anyway.
const COMMON: [&str; 13] = [
    "AccessKeyId",
    "Action",
    "BearerToken",
    "ClientToken",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

/// Takes the operation, the path, the parameters and the body together.
pub(crate) fn fingerprint(operation: &Operation, request: &WireRequest) -> [u8; 32] {
    let pairs = request.query.iter().chain(&request.form);
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    let mut sent: Vec<_> = pairs.filter(|(name, _)| !COMMON.contains(name)).collect();
    let in_headers = operation.parameters.iter().filter(|parameter| parameter.place == Place::Header);
    for name in in_headers.map(|parameter| parameter.name.as_str()) {
        let prefix = name.strip_suffix('*');
        let named = request.headers.keys().map(http::HeaderName::as_str).filter(|header| match prefix {
            Some(prefix) => header.starts_with(&prefix.to_ascii_lowercase()),
            None => header.eq_ignore_ascii_case(name),
        });
        sent.extend(named.filter_map(|header| Some((header, request.header(header)?))));
    }
    sent.sort_unstable();
    let mut hash = Sha256::new();
    let texts = sent.into_iter().flat_map(|(name, value)| [name, value]);
    for text in [operation.name.as_str(), request.path.as_str()].into_iter().chain(texts) {
        // With its length, so that no two lists of texts look alike.
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    if request.form.is_empty() {
        hash.update(&request.body);
    }
    hash.finalize().into()
}
