//! The RPC signature of version 1.0, HMAC-SHA1 over the query: for parity with older clients.

use super::{hmac_sha1_base64, percent_encode};

/// Returns the text that is signed: method, the path `/`, and the canonical query, encoded once more.
#[must_use]
pub fn string_to_sign(method: &str, canonical_query: &str) -> String {
    format!("{method}&%2F&{}", percent_encode(canonical_query))
}

/// Returns the signature in Base64. The key is the secret with `&` behind it.
#[must_use]
pub fn signature(access_key_secret: &str, string_to_sign: &str) -> String {
    hmac_sha1_base64(format!("{access_key_secret}&").as_bytes(), string_to_sign)
}
