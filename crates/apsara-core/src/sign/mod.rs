//! Signatures. Everything here is pure: time, nonce and keys are arguments.

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

mod pieces;
pub mod roa;
#[cfg(feature = "rsa")]
mod rsa;
pub mod v1;
pub mod v3;

pub(crate) use pieces::{Hashed, Pieces};
#[cfg(feature = "rsa")]
pub use rsa::RsaPrivateKey;

/// What stays as it is in a percent-encoded text: `A`–`Z`, `a`–`z`, `0`–`9`, `-`, `_`, `.` and `~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes a text as Alibaba Cloud signs it: a space is `%20`, `*` is `%2A`, `~` stays.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// As [`percent_encode`], into what takes pieces: as few as can be, for each costs something.
pub(crate) fn push_encoded(out: &mut impl Pieces, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if text.bytes().all(stays) {
        return out.push(text);
    }
    let (mut piece, mut length) = ([0; 192], 0);
    for byte in text.bytes() {
        if length + 3 > piece.len() {
            out.push(ascii(&piece[..length]));
            length = 0;
        }
        if stays(byte) {
            piece[length] = byte;
            length += 1;
        } else {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            piece[length..length + 3].copy_from_slice(&[b'%', digits[0], digits[1]]);
            length += 3;
        }
    }
    out.push(ascii(&piece[..length]));
}

/// Returns whether a byte stays as it is.
fn stays(byte: u8) -> bool {
    const STAYS: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            let is_letter_or_digit = (byte as u8).is_ascii_alphanumeric();
            table[byte] = is_letter_or_digit || matches!(byte as u8, b'-' | b'_' | b'.' | b'~');
            byte += 1;
        }
        table
    };
    STAYS[usize::from(byte)]
}

/// Shows bytes of ASCII as a text.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Joins parameters to a canonical query: sorted by the bytes of their names, encoded, `name=` where a value is empty.
#[must_use]
pub fn canonical_query(parameters: &[(String, String)]) -> String {
    let mut sorted: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    sorted.sort_unstable();
    let mut out = String::new();
    push_query(&mut out, sorted);
    out
}

/// As [`canonical_query`], of parameters that are sorted already, into what takes pieces.
pub(crate) fn push_query<'a>(out: &mut impl Pieces, sorted: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push("&");
        }
        push_encoded(out, name);
        out.push("=");
        push_encoded(out, value);
    }
}

/// The HMACs of a secret with the key set, so that only what is signed costs something. They are wiped when they are dropped.
pub(crate) struct Keyed {
    /// Of the secret with `&` behind it, as [`v1`] signs.
    pub(crate) v1: Hmac<Sha1>,
    /// Of the bare secret, as [`v3`] signs.
    pub(crate) v3: Hmac<Sha256>,
}

impl Keyed {
    pub(crate) fn new(access_key_secret: &str) -> Self {
        let with_and = zeroize::Zeroizing::new(format!("{access_key_secret}&"));
        Self { v1: keyed(with_and.as_bytes()), v3: keyed(access_key_secret.as_bytes()) }
    }
}

fn keyed<M: KeyInit>(key: &[u8]) -> M {
    // An HMAC takes a key of any length, so this cannot fail.
    let Ok(mac) = M::new_from_slice(key) else { unreachable!("HMAC takes any key") };
    mac
}

fn hmac_sha1_base64(key: &[u8], text: &str) -> String {
    let mut mac: Hmac<Sha1> = keyed(key);
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn hmac_sha256_hex(key: &[u8], text: &str) -> String {
    let mut mac: Hmac<Sha256> = keyed(key);
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[cfg(feature = "sm3")]
fn hmac_sm3_hex(key: &[u8], text: &str) -> String {
    let mut mac: Hmac<sm3::Sm3> = keyed(key);
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
    let mut out = String::with_capacity(bytes.len() * 2);
    push_hex(&mut out, bytes);
    out
}

/// Appends bytes in lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for chunk in bytes.chunks(digits.len() / 2) {
        for (digits, byte) in digits.chunks_exact_mut(2).zip(chunk) {
            digits.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        out.push_str(ascii(&digits[..chunk.len() * 2]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_in_pieces_is_what_is_encoded_at_once() {
        let every: String = (0..=0x7ff).filter_map(char::from_u32).chain("字😀".chars()).collect();
        for text in
            ["", "az09-_.~", " ", "a/b", &every, &" ".repeat(64), &format!("{}é", "a".repeat(190)), &every.repeat(3)]
        {
            let mut pushed = String::new();
            push_encoded(&mut pushed, text);
            assert_eq!(pushed, percent_encode(text));
        }
    }

    #[test]
    fn bytes_of_any_number_have_two_digits_each() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(hex(&bytes), bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        assert_eq!(hex(&bytes[..33]).len(), 66);
    }
}
