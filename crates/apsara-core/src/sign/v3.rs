//! The signature of version 3, `ACS3-HMAC-SHA256`: the default.

use super::{hmac_sha256_hex, sha256_hex};

/// The name of the algorithm, as it stands in the string to sign and in the header.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// Returns the canonical request and the names of the signed headers.
///
/// Signed are `host`, `content-type` and every `x-acs-` header of those given; names in lower case. A header that is
/// given twice counts once, its values sorted and joined by commas.
#[must_use]
pub fn canonical_request(
    method: &str,
    canonical_uri: &str,
    canonical_query: &str,
    headers: &[(&str, &str)],
    hashed_payload: &str,
) -> (String, String) {
    let mut signed: Vec<(String, &str)> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .filter(|(name, _)| name == "host" || name == "content-type" || name.starts_with("x-acs-"))
        .collect();
    signed.sort();
    let mut lines = String::new();
    let mut names = String::new();
    let mut last: Option<String> = None;
    for (name, value) in signed {
        if last.as_deref() == Some(name.as_str()) {
            lines.pop();
            lines.push(',');
        } else {
            if last.is_some() {
                names.push(';');
            }
            names.push_str(&name);
            lines.push_str(&name);
            lines.push(':');
        }
        lines.push_str(value);
        lines.push('\n');
        last = Some(name);
    }
    let request = format!("{method}\n{canonical_uri}\n{canonical_query}\n{lines}\n{names}\n{hashed_payload}");
    (request, names)
}

/// Returns the text that is signed: the algorithm and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", sha256_hex(canonical_request.as_bytes()))
}

/// Returns the signature in lower-case hexadecimal digits. The key is the bare secret.
#[must_use]
pub fn signature(access_key_secret: &str, string_to_sign: &str) -> String {
    hmac_sha256_hex(access_key_secret.as_bytes(), string_to_sign)
}

/// Returns the value of the `Authorization` header; there is no space behind its commas.
#[must_use]
pub fn authorization(access_key_id: &str, signed_headers: &str, signature: &str) -> String {
    format!("{ALGORITHM} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}")
}
