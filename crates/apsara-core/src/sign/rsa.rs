//! Private keys for `ACS3-RSA-SHA256`.

use std::fmt;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use super::hex;
use crate::error::Error;
use crate::sensitive::REDACTED;

/// Holds an RSA key that signs; it prints as `[redacted]`.
///
/// What was read to make it is wiped. The key itself is memory of `ring`, which does not wipe it.
#[derive(Clone)]
pub struct RsaPrivateKey(Arc<RsaKeyPair>);

impl RsaPrivateKey {
    /// Reads a key of 2048 to 4096 bits in PKCS#8: PEM, or the Base64 between its lines.
    ///
    /// # Errors
    ///
    /// Fails when it is anything else; the message says what, and nothing of the key.
    pub fn from_pkcs8(text: &str) -> Result<Self, Error> {
        if text.contains("BEGIN RSA PRIVATE KEY") {
            return Err(refused("it is PKCS#1; `openssl pkcs8 -topk8 -nocrypt` makes PKCS#8 of it"));
        }
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
            return Err(refused("it is encrypted; `openssl pkcs8 -topk8 -nocrypt` decrypts it"));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
        // A text that grows leaves copies of itself behind; this one never does.
        let mut base64 = Zeroizing::new(String::with_capacity(text.len()));
        lines.for_each(|line| base64.push_str(line));
        let der = BASE64_STANDARD.decode(base64.as_bytes()).map(Zeroizing::new);
        Self::from_pkcs8_der(&der.map_err(|_| refused("it is neither PEM nor Base64"))?)
    }

    /// Reads a key of 2048 to 4096 bits in PKCS#8, as DER.
    ///
    /// # Errors
    ///
    /// As [`RsaPrivateKey::from_pkcs8`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, Error> {
        let pair = RsaKeyPair::from_pkcs8(der).map_err(|error| refused(&error.to_string()))?;
        Ok(Self(Arc::new(pair)))
    }

    /// Signs a text by RSASSA-PKCS1-v1_5 over its SHA-256 hash; returns lower-case hexadecimal digits.
    pub(super) fn sign_hex(&self, text: &str) -> Result<String, Error> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        // The random numbers blind the computation; the signature does not depend on them.
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Error::config("the RSA key makes no valid signature"))?;
        Ok(hex(&signature))
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

fn refused(why: &str) -> Error {
    Error::config(format!("the RSA private key is not PKCS#8 that can be used: {why}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PEM: &str = include_str!("../../tests/signatures/rsa-throw-away-key.pem");

    fn body() -> String {
        PEM.lines().filter(|line| !line.starts_with("-----")).collect()
    }

    fn refusal(text: &str) -> String {
        RsaPrivateKey::from_pkcs8(text).unwrap_err().to_string()
    }

    #[test]
    fn pem_base64_and_der_are_the_same_key() {
        let der = BASE64_STANDARD.decode(body()).unwrap();
        let keys = [
            RsaPrivateKey::from_pkcs8(PEM).unwrap(),
            RsaPrivateKey::from_pkcs8(&PEM.replace('\n', "\r\n")).unwrap(),
            RsaPrivateKey::from_pkcs8(&body()).unwrap(),
            RsaPrivateKey::from_pkcs8_der(&der).unwrap(),
        ];
        let signatures: Vec<String> = keys.iter().map(|key| key.sign_hex("source").unwrap()).collect();
        assert!(signatures.iter().all(|signature| *signature == signatures[0]), "{signatures:?}");
    }

    #[test]
    fn a_key_that_cannot_be_used_says_why_and_shows_nothing() {
        let pkcs1 = refusal(&PEM.replace("PRIVATE KEY", "RSA PRIVATE KEY"));
        assert!(pkcs1.contains("it is PKCS#1; `openssl pkcs8"), "{pkcs1}");
        let encrypted = refusal(&PEM.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        assert!(encrypted.contains("it is encrypted"), "{encrypted}");
        let text = refusal("no key at all");
        assert!(text.contains("neither PEM nor Base64"), "{text}");
        // Whole lines go, so that it still is Base64.
        let cut = refusal(&body()[..640]);
        assert!(cut.starts_with("the RSA private key is not PKCS#8 that can be used: "), "{cut}");
        let shown = format!("{:?}", RsaPrivateKey::from_pkcs8(PEM).unwrap());
        assert_eq!(shown, "[redacted]");
        for seen in [pkcs1, encrypted, cut] {
            assert!(
                !body().as_bytes().windows(16).any(|part| seen.contains(&*String::from_utf8_lossy(part))),
                "{seen}"
            );
        }
    }
}
