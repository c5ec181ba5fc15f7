//! A key pair, which signs in the place of an access key.

use std::fmt;

use crate::sign::RsaPrivateKey;

/// Holds the id of an RSA key pair, and its private key.
#[derive(Clone)]
pub struct KeyPair {
    id: String,
    private_key: RsaPrivateKey,
}

impl KeyPair {
    /// Takes the id that the cloud gave to the public key, and the private key.
    pub fn new(id: impl Into<String>, private_key: RsaPrivateKey) -> Self {
        Self { id: id.into(), private_key }
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn private_key(&self) -> &RsaPrivateKey {
        &self.private_key
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("id", &self.id).field("private_key", &self.private_key).finish()
    }
}
