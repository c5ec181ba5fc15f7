//! The RPC signature of version 1.0, HMAC-SHA1 over the query: for parity with older clients.

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::Mac;

use super::{Hashed, Keyed, Pieces, hmac_sha1_base64, percent_encode, push_encoded};

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

/// The signature in Base64: 20 bytes are 28 characters.
pub(crate) struct Base64([u8; 28]);

impl Base64 {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// As [`signature`] of a [`string_to_sign`], which is not put together.
pub(crate) fn keyed_signature(keyed: &Keyed, method: &str, canonical_query: &str) -> Base64 {
    let mut mac = keyed.v1.clone();
    let mut text = Hashed::new(&mut mac);
    for piece in [method, "&%2F&"] {
        text.push(piece);
    }
    push_encoded(&mut text, canonical_query);
    text.end();
    let mut base64 = [0; 28];
    // There is room for it, so this cannot fail.
    let _ = BASE64_STANDARD.encode_slice(mac.finalize().into_bytes(), &mut base64);
    Base64(base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_by_a_key_that_is_set_is_the_one_of_the_text() {
        let query = "A=1%202&B=".repeat(40);
        let keyed = keyed_signature(&Keyed::new("secret"), "GET", &query);
        assert_eq!(keyed.as_str(), signature("secret", &string_to_sign("GET", &query)));
    }
}
