//! The signature of version 3: `ACS3-HMAC-SHA256`, the default, and its two siblings.

use hmac::Mac;
use sha2::{Digest, Sha256};

#[cfg(feature = "rsa")]
use super::rsa::RsaPrivateKey;
use super::{Hashed, Keyed, Pieces, ended, hmac_sha256_hex, push_hex, sha256_hex, sorted, texts};
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
    Sha256(Sha256),
    #[cfg(feature = "sm3")]
    Sm3(sm3::Sm3),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            #[cfg(feature = "sm3")]
            Algorithm::HmacSm3 => Self::Sm3(Digest::new()),
            _ => Self::Sha256(Digest::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => Digest::update(hasher, bytes),
            #[cfg(feature = "sm3")]
            Self::Sm3(hasher) => Digest::update(hasher, bytes),
        }
    }

    pub(crate) fn hex(self) -> String {
        match self {
            Self::Sha256(hasher) => super::hex(&ended(hasher)),
            #[cfg(feature = "sm3")]
            Self::Sm3(hasher) => super::hex(&Digest::finalize(hasher)),
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
    let lower: Vec<(String, &str)> =
        headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim())).collect();
    let sorted = sorted(lower.iter().map(|(name, value)| (name.as_str(), *value)));
    let headers = texts(&sorted);
    let canonical = Canonical { method, uri: canonical_uri, query: canonical_query, headers, hashed_payload };
    let (mut request, mut names) = (String::new(), String::new());
    canonical.push(&mut request, &mut names);
    (request, names)
}

/// A canonical request in its parts.
pub(crate) struct Canonical<'a, H> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) query: &'a str,
    /// Sorted by names, which are in lower case, and by values, which have no white space around them. Some are not signed.
    pub(crate) headers: H,
    pub(crate) hashed_payload: &'a str,
}

impl<'a, H: Iterator<Item = (&'a str, &'a str)>> Canonical<'a, H> {
    /// Writes the request, and appends the names of the signed headers to another text.
    pub(crate) fn push(self, out: &mut impl Pieces, names: &mut String) {
        for line in [self.method, self.uri, self.query] {
            out.push(line);
            out.push_ascii(b'\n');
        }
        let start = names.len();
        let mut last = None;
        let is_signed = |name: &str| name.starts_with("x-acs-") || name == "host" || name == "content-type";
        for (name, value) in self.headers.filter(|(name, _)| is_signed(name)) {
            if last == Some(name) {
                out.push_ascii(b',');
            } else {
                if last.is_some() {
                    out.push_ascii(b'\n');
                    names.push(';');
                }
                names.push_str(name);
                out.push(name);
                out.push_ascii(b':');
            }
            out.push(value);
            last = Some(name);
        }
        if last.is_some() {
            out.push_ascii(b'\n');
        }
        out.push_ascii(b'\n');
        out.push(&names[start..]);
        out.push_ascii(b'\n');
        out.push(self.hashed_payload);
    }
}

/// Appends the value of the `Authorization` header, signed by a secret whose key is set. The canonical request is not put together.
pub(crate) fn push_authorization<'a>(
    out: &mut String,
    keyed: &Keyed,
    access_key_id: &str,
    canonical: Canonical<'a, impl Iterator<Item = (&'a str, &'a str)>>,
) {
    let algorithm = Algorithm::HmacSha256.as_str();
    out.extend([algorithm, " Credential=", access_key_id, ",SignedHeaders="]);
    let mut hash = Sha256::new();
    let mut text = Hashed::new(&mut hash);
    canonical.push(&mut text, out);
    text.end();
    out.push_str(",Signature=");
    let mut mac = keyed.v3.clone();
    // What is signed stands where the signature will, so that it needs no text of its own.
    let start = out.len();
    out.extend([algorithm, "\n"]);
    push_hex(out, &ended(hash));
    mac.update(&out.as_bytes()[start..]);
    out.truncate(start);
    push_hex(out, &mac.finalize().into_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_that_is_appended_is_the_one_of_the_texts() {
        let headers = [("accept", "*/*"), ("content-type", "a/b"), ("host", "h"), ("x-acs-a", "1"), ("x-acs-a", "2")];
        let (text, names) = canonical_request("GET", "/", "A=1", &headers, "hash");
        let to_sign = string_to_sign(Algorithm::HmacSha256, &text);
        let Ok(signature) = signature(Key::HmacSha256("secret"), &to_sign) else { panic!("an HMAC fails") };
        let headers = headers.into_iter();
        let canonical = Canonical { method: "GET", uri: "/", query: "A=1", headers, hashed_payload: "hash" };
        let mut appended = String::new();
        push_authorization(&mut appended, &Keyed::new("secret"), "id", canonical);
        assert_eq!(appended, authorization(Algorithm::HmacSha256, "id", &names, &signature));
        assert!(names.ends_with("host;x-acs-a") && text.contains("x-acs-a:1,2\n"), "{text}");
    }

    #[test]
    fn a_key_shows_its_algorithm_and_no_secret() {
        assert_eq!(format!("{:?}", Key::HmacSha256("hunter2")), "ACS3-HMAC-SHA256([redacted])");
    }
}
