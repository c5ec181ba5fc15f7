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

/// As [`signature`] of a [`string_to_sign`], which is not put together; appended, and encoded for a query.
pub(crate) fn push_signature(out: &mut String, keyed: &Keyed, method: &str, canonical_query: &str) {
    let mut mac = keyed.v1.clone();
    let mut text = Hashed::new(&mut mac);
    for piece in [method, "&%2F&"] {
        text.push(piece);
    }
    push_encoded(&mut text, canonical_query);
    text.end();
    // 20 bytes are 28 characters of Base64.
    let mut base64 = [0; 28];
    let length = BASE64_STANDARD.encode_slice(mac.finalize().into_bytes(), &mut base64).unwrap_or_default();
    push_encoded(out, std::str::from_utf8(&base64[..length]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_that_is_appended_is_the_one_of_the_text() {
        let query = "A=1%202&B=".repeat(40);
        let mut appended = String::new();
        push_signature(&mut appended, &Keyed::new("secret"), "GET", &query);
        assert_eq!(appended, percent_encode(&signature("secret", &string_to_sign("GET", &query))));
    }
}
