//! Public keys of key pairs, and signatures made with their private halves.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// The algorithm of an RSA key as `SubjectPublicKeyInfo` names it: `rsaEncryption`, without parameters.
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// The public half of an RSA key pair of 2048 to 8192 bits.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    /// A DER-encoded `RSAPublicKey`.
    der: Vec<u8>,
}

impl PublicKey {
    /// Reads a DER-encoded key, either the bare `RSAPublicKey` or wrapped in a `SubjectPublicKeyInfo`.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let (inside, []) = element(der, SEQUENCE)? else {
            return None;
        };
        let der = match inside.strip_prefix(RSA_ENCRYPTION) {
            // A string of bits begins with the number of those that do not count.
            Some(wrapped) => match element(wrapped, BIT_STRING)? {
                ([0, bare @ ..], []) => bare,
                _ => return None,
            },
            None => der,
        };
        let (numbers, []) = element(der, SEQUENCE)? else {
            return None;
        };
        let (modulus, rest) = element(numbers, INTEGER)?;
        let (_, []) = element(rest, INTEGER)? else {
            return None;
        };
        let bits = modulus.strip_prefix(&[0]).unwrap_or(modulus).len() * 8;
        (2048..=8192).contains(&bits).then(|| Self { der: der.to_owned() })
    }

    /// Checks an RSASSA-PKCS1-v1_5 signature over the SHA-256 of a text.
    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(text.as_bytes(), signature).is_ok()
    }
}

/// Takes one DER element of a kind off: what is in it, and what follows it.
fn element(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes.strip_prefix(&[kind])? {
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
#[path = "rsa_tests.rs"]
pub(super) mod tests;
