//! What of a request is signed, by the signature that it uses.

use apsara_core::sign::{canonical_query, roa, sha256_hex, v1, v3};

use super::request::Request;
use crate::failure::Failure;

/// Names a signature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    V1Rpc,
    V1Roa,
    V3,
}

/// Holds what is signed.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) kind: Kind,
    /// The canonical request of version 3, the canonical query of version 1; operations by path have none.
    pub(super) canonical: Option<String>,
    pub(super) string_to_sign: String,
    pub(super) access_key_id: Option<String>,
    /// The signature that was sent.
    pub(super) signature: Option<String>,
    /// What is to be known of it.
    pub(super) notes: Vec<String>,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V1Rpc => "version 1.0 in the query: HMAC-SHA1, the key is the secret with & behind it",
            Self::V1Roa => "version 1.0 in the headers: HMAC-SHA1, the key is the secret",
            Self::V3 => "version 3: ACS3-HMAC-SHA256, the key is the secret",
        }
    }
}

impl Signed {
    /// Finds out what is signed.
    pub(super) fn of(request: &Request) -> Result<Self, Failure> {
        match request.header("authorization") {
            Some(value) if value.starts_with("ACS3-HMAC-SHA256") => Ok(Self::v3(request, value)),
            Some(value) if value.starts_with("ACS3-") => {
                let name = value.split(' ').next().unwrap_or_default();
                Err(Failure::usage(format!("{name} is not explained; ACS3-HMAC-SHA256 and both of version 1.0 are")))
            }
            Some(value) if value.starts_with("acs ") => Ok(Self::v1_roa(request, value)),
            _ if request.parameter("AccessKeyId").is_some()
                || request.form().iter().any(|(n, _)| n == "AccessKeyId") =>
            {
                Ok(Self::v1_rpc(request))
            }
            _ => Err(Failure::usage("the request is not signed")
                .with("because", "it has neither an Authorization of ACS3 or acs, nor an AccessKeyId in its query")),
        }
    }

    fn v1_rpc(request: &Request) -> Self {
        let mut pairs = request.query.clone();
        pairs.extend(request.form());
        let mut notes = Vec::new();
        if request.body.is_none() {
            notes.push("the text has no body; a form in it is signed too, and is missing here".to_owned());
        }
        let find = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let (access_key_id, signature) = (find("AccessKeyId"), find("Signature"));
        pairs.retain(|(name, _)| name != "Signature");
        let canonical = canonical_query(&pairs);
        let string_to_sign = v1::string_to_sign(&request.method, &canonical);
        Self { kind: Kind::V1Rpc, canonical: Some(canonical), string_to_sign, access_key_id, signature, notes }
    }

    fn v1_roa(request: &Request, authorization: &str) -> Self {
        let headers: Vec<(&str, &str)> = borrowed(&request.headers);
        let string_to_sign = roa::string_to_sign(&request.method, &headers, &request.path, &request.query);
        let (id, signature) = authorization.trim_start_matches("acs ").split_once(':').unwrap_or_default();
        Self {
            kind: Kind::V1Roa,
            canonical: None,
            string_to_sign,
            access_key_id: Some(id.to_owned()),
            signature: Some(signature.to_owned()),
            notes: Vec::new(),
        }
    }

    fn v3(request: &Request, authorization: &str) -> Self {
        let part = |name: &str| {
            let parts = authorization.split_once(' ').map_or("", |(_, rest)| rest).split(',');
            parts.map(str::trim).find_map(|part| part.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
        };
        let names = part("SignedHeaders").unwrap_or_default();
        let mut notes = Vec::new();
        let told = request.header("x-acs-content-sha256").map(str::to_owned);
        let hash = match (&request.body, told) {
            (Some(body), told) => {
                let hash = sha256_hex(body.as_bytes());
                if told.as_ref().is_some_and(|told| *told != hash) {
                    notes.push("x-acs-content-sha256 is not the hash of the body that is in the text".to_owned());
                }
                told.unwrap_or(hash)
            }
            (None, Some(told)) => told,
            (None, None) => {
                notes.push("the text has no body, and the request no x-acs-content-sha256".to_owned());
                sha256_hex(b"")
            }
        };
        let query = canonical_query(&request.query);
        let wanted: Vec<&str> = names.split(';').filter(|name| !name.is_empty()).collect();
        let named: Vec<(String, String)> =
            request.headers.iter().filter(|(name, _)| wanted.contains(&name.as_str())).cloned().collect();
        let (mut canonical, ours) =
            v3::canonical_request(&request.method, &request.path, &query, &borrowed(&named), &hash);
        if ours != names {
            canonical = by_names(request, &query, &names, &hash);
            note_names(request, &wanted, &mut notes);
        }
        let unsigned = request.headers.iter().map(|(name, _)| name.as_str());
        let unsigned: Vec<&str> =
            unsigned.filter(|name| name.starts_with("x-acs-") && !wanted.contains(name)).collect();
        if !unsigned.is_empty() {
            notes.push(format!("{} came along but is not signed; every x-acs- header has to be", unsigned.join(", ")));
        }
        if authorization.contains(", ") {
            notes.push("there is a space behind a comma of Authorization; the cloud wants none".to_owned());
        }
        Self {
            kind: Kind::V3,
            string_to_sign: v3::string_to_sign(v3::Algorithm::HmacSha256, &canonical),
            canonical: Some(canonical),
            access_key_id: part("Credential"),
            signature: part("Signature"),
            notes,
        }
    }

    /// Returns the signature by a secret.
    pub(super) fn by(&self, secret: &str) -> String {
        match self.kind {
            Kind::V1Rpc => v1::signature(secret, &self.string_to_sign),
            Kind::V1Roa => roa::signature(secret, &self.string_to_sign),
            Kind::V3 => v3::signature(v3::Key::HmacSha256(secret), &self.string_to_sign).unwrap_or_default(),
        }
    }
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Writes the canonical request over the headers that a request itself names, which may be more than have to be signed.
fn by_names(request: &Request, query: &str, names: &str, hash: &str) -> String {
    let line = |name: &str| format!("{name}:{}\n", request.header(name).unwrap_or_default());
    let lines: String = names.split(';').filter(|name| !name.is_empty()).map(line).collect();
    format!("{}\n{}\n{query}\n{lines}\n{names}\n{hash}", request.method, request.path)
}

fn note_names(request: &Request, wanted: &[&str], notes: &mut Vec<String>) {
    let has_to_be = |name: &&str| *name == "host" || *name == "content-type" || name.starts_with("x-acs-");
    let more: Vec<&str> = wanted.iter().copied().filter(|name| !has_to_be(name)).collect();
    if !more.is_empty() {
        notes.push(format!(
            "{} is signed too, which need not be: a proxy that changes it breaks the signature",
            more.join(", ")
        ));
    }
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| request.header(name).is_none()).collect();
    if !missing.is_empty() {
        notes.push(format!("{} is named as signed, but is not in the request", missing.join(", ")));
    }
    if !wanted.is_sorted() {
        notes.push("the names of the signed headers are not sorted".to_owned());
    }
}
