//! The signature of version 3: `ACS3-HMAC-SHA256`, the default, and its two siblings.

#[cfg(feature = "rsa")]
use super::rsa::RsaPrivateKey;
use super::{hmac_sha256_hex, sha256_hex};
#[cfg(feature = "sm3")]
use super::{hmac_sm3_hex, sm3_hex};
use crate::error::Error;

/// Names how a request is hashed and signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA256 with the secret, over SHA-256 hashes: the only one that the documents promise.
    #[default]
    HmacSha256,
    /// HMAC-SM3 with the secret, over SM3 hashes.
    #[cfg(feature = "sm3")]
    HmacSm3,
    /// RSASSA-PKCS1-v1_5 with a private key, over SHA-256 hashes.
    #[cfg(feature = "rsa")]
    RsaSha256,
}

impl Algorithm {
    /// Returns its name, as it stands in the string to sign and in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "ACS3-HMAC-SHA256",
            #[cfg(feature = "sm3")]
            Self::HmacSm3 => "ACS3-HMAC-SM3",
            #[cfg(feature = "rsa")]
            Self::RsaSha256 => "ACS3-RSA-SHA256",
        }
    }

    /// Returns the hash of a body or of a canonical request in lower-case hexadecimal digits.
    #[must_use]
    pub fn hash_hex(self, bytes: &[u8]) -> String {
        match self {
            Self::HmacSha256 => sha256_hex(bytes),
            #[cfg(feature = "sm3")]
            Self::HmacSm3 => sm3_hex(bytes),
            #[cfg(feature = "rsa")]
            Self::RsaSha256 => sha256_hex(bytes),
        }
    }
}

/// Hashes what is not in memory as a whole.
pub(crate) enum Hasher {
    Sha256(sha2::Sha256),
    #[cfg(feature = "sm3")]
    Sm3(sm3::Sm3),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            #[cfg(feature = "sm3")]
            Algorithm::HmacSm3 => Self::Sm3(sha2::Digest::new()),
            _ => Self::Sha256(sha2::Digest::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => sha2::Digest::update(hasher, bytes),
            #[cfg(feature = "sm3")]
            Self::Sm3(hasher) => sha2::Digest::update(hasher, bytes),
        }
    }

    pub(crate) fn hex(self) -> String {
        match self {
            Self::Sha256(hasher) => super::hex(&sha2::Digest::finalize(hasher)),
            #[cfg(feature = "sm3")]
            Self::Sm3(hasher) => super::hex(&sha2::Digest::finalize(hasher)),
        }
    }
}

/// Holds what signs, for the algorithm that it signs by; so none meets a key of another.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Key<'a> {
    /// The secret of an access key.
    HmacSha256(&'a str),
    /// The secret of an access key.
    #[cfg(feature = "sm3")]
    HmacSm3(&'a str),
    /// The private key of a key pair.
    #[cfg(feature = "rsa")]
    RsaSha256(&'a RsaPrivateKey),
}

impl Key<'_> {
    /// Returns the algorithm that it signs by.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::HmacSha256(_) => Algorithm::HmacSha256,
            #[cfg(feature = "sm3")]
            Self::HmacSm3(_) => Algorithm::HmacSm3,
            #[cfg(feature = "rsa")]
            Self::RsaSha256(_) => Algorithm::RsaSha256,
        }
    }
}

impl std::fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({})", self.algorithm().as_str(), crate::sensitive::REDACTED)
    }
}

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
pub fn string_to_sign(algorithm: Algorithm, canonical_request: &str) -> String {
    format!("{}\n{}", algorithm.as_str(), algorithm.hash_hex(canonical_request.as_bytes()))
}

/// Returns the signature in lower-case hexadecimal digits. The key of an HMAC is the bare secret.
///
/// # Errors
///
/// Fails when an RSA key makes no valid signature; an HMAC never does.
pub fn signature(key: Key<'_>, string_to_sign: &str) -> Result<String, Error> {
    match key {
        Key::HmacSha256(secret) => Ok(hmac_sha256_hex(secret.as_bytes(), string_to_sign)),
        #[cfg(feature = "sm3")]
        Key::HmacSm3(secret) => Ok(hmac_sm3_hex(secret.as_bytes(), string_to_sign)),
        #[cfg(feature = "rsa")]
        Key::RsaSha256(key) => key.sign_hex(string_to_sign),
    }
}

/// Returns the value of the `Authorization` header; there is no space behind its commas.
#[must_use]
pub fn authorization(algorithm: Algorithm, access_key_id: &str, signed_headers: &str, signature: &str) -> String {
    let algorithm = algorithm.as_str();
    format!("{algorithm} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}")
}
