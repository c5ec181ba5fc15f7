//! Signatures. Everything here is pure: time, nonce and keys are arguments.

use std::borrow::Cow;
use std::collections::BinaryHeap;

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

/// As [`percent_encode`], into what takes pieces: in few of them, for each costs something.
pub(crate) fn push_encoded(out: &mut impl Pieces, text: &str) {
    const AT_ONCE: usize = 64;
    if text.bytes().all(|byte| ENCODED[usize::from(byte)][3] == 1) {
        return out.push(text);
    }
    let mut piece = [0; AT_ONCE * 3 + 1];
    for bytes in text.as_bytes().chunks(AT_ONCE) {
        let mut length = 0;
        for byte in bytes {
            // Four bytes are copied at once; what is behind those that count is written over by the next.
            let encoded = ENCODED[usize::from(*byte)];
            piece[length..length + 4].copy_from_slice(&encoded);
            length += usize::from(encoded[3]);
        }
        out.push_ascii_bytes(&piece[..length]);
    }
}

/// What each byte is encoded as, itself where it stays, and how many of the first three bytes that is.
static ENCODED: [[u8; 4]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut table = [[0; 4]; 256];
    let mut byte = 0;
    while byte < table.len() {
        let it = byte as u8;
        table[byte] = if it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'~') {
            [it, 0, 0, 1]
        } else {
            [b'%', DIGITS[byte >> 4], DIGITS[byte & 15], 3]
        };
        byte += 1;
    }
    table
};

/// Shows bytes of ASCII as a text.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Joins parameters to a canonical query: sorted by the bytes of their names, encoded, `name=` where a value is empty.
#[must_use]
pub fn canonical_query(parameters: &[(String, String)]) -> String {
    let sorted = sorted(parameters.iter().map(|(name, value)| (&**name, &**value)));
    let mut out = String::new();
    push_query(&mut out, texts(&sorted));
    out
}

/// A name and a value.
pub(crate) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Sorts by the bytes of names, then of values. One function does it for all, by a heap: the code of the library's sorts is seven times
/// as large, and most requests have few parameters or come sorted.
#[inline(never)]
pub(crate) fn sort(pairs: &mut Vec<Pair<'_>>) {
    if !pairs.is_sorted() {
        *pairs = BinaryHeap::from(std::mem::take(pairs)).into_sorted_vec();
    }
}

/// Returns names and values, sorted as by [`sort`].
pub(crate) fn sorted<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Pair<'a>> {
    let mut out: Vec<Pair<'_>> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
    sort(&mut out);
    out
}

/// Shows pairs as texts.
pub(crate) fn texts<'p>(pairs: &'p [Pair<'_>]) -> impl Iterator<Item = (&'p str, &'p str)> + Clone {
    pairs.iter().map(|(name, value)| (&**name, &**value))
}

/// As [`canonical_query`], of parameters that are sorted already, into what takes pieces.
pub(crate) fn push_query<'a>(out: &mut impl Pieces, sorted: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push_ascii(b'&');
        }
        push_encoded(out, name);
        out.push_ascii(b'=');
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
    let mut hash = Sha256::new();
    hash.update(bytes);
    hex(&ended(hash))
}

/// Ends a hash.
// Linked into every program, so that there is one of it.
#[inline(never)]
fn ended(hash: Sha256) -> [u8; 32] {
    hash.finalize().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    push_hex(&mut out, bytes);
    out
}

/// Appends bytes in lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    let mut digits = [[0; 2]; 32];
    for chunk in bytes.chunks(digits.len()) {
        for (digits, byte) in digits.iter_mut().zip(chunk) {
            *digits = hex_digits(*byte);
        }
        out.push_str(ascii(digits[..chunk.len()].as_flattened()));
    }
}

/// Returns a byte in two hexadecimal digits of lower case.
pub(crate) fn hex_digits(byte: u8) -> [u8; 2] {
    static DIGITS: [[u8; 2]; 256] = {
        let digits = b"0123456789abcdef";
        let mut table = [[0; 2]; 256];
        let mut byte = 0;
        while byte < table.len() {
            table[byte] = [digits[byte >> 4], digits[byte & 15]];
            byte += 1;
        }
        table
    };
    DIGITS[usize::from(byte)]
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
