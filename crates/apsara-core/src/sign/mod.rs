//! Signatures. Everything here is pure: time, nonce and keys are arguments.

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub mod roa;
#[cfg(feature = "rsa")]
mod rsa;
pub mod v1;
pub mod v3;

#[cfg(feature = "rsa")]
pub use rsa::RsaPrivateKey;

/// What stays as it is in a percent-encoded text: `A`–`Z`, `a`–`z`, `0`–`9`, `-`, `_`, `.` and `~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes a text as Alibaba Cloud signs it: a space is `%20`, `*` is `%2A`, `~` stays.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Joins parameters to a canonical query: sorted by the bytes of their names, encoded, `name=` where a value is empty.
#[must_use]
pub fn canonical_query(parameters: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = parameters.iter().collect();
    sorted.sort();
    let mut out = String::new();
    for (name, value) in sorted {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(utf8_percent_encode(name, RESERVED));
        out.push('=');
        out.extend(utf8_percent_encode(value, RESERVED));
    }
    out
}

fn hmac_sha1_base64(key: &[u8], text: &str) -> String {
    // An HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn hmac_sha256_hex(key: &[u8], text: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[cfg(feature = "sm3")]
fn hmac_sm3_hex(key: &[u8], text: &str) -> String {
    let Ok(mut mac) = Hmac::<sm3::Sm3>::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[cfg(feature = "sm3")]
fn sm3_hex(bytes: &[u8]) -> String {
    hex(&sm3::Sm3::digest(bytes))
}

/// Returns the SHA-256 hash of a body in lower-case hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
