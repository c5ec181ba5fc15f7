//! Who calls, and what proves it.

use super::attempt::Identity;
use crate::config::{Inner, SignatureVersion};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::operation::{Operation, Security};

/// Returns what a call proves with who it is.
pub(super) fn identity<'a>(
    config: &'a Inner,
    operation: &Operation,
    credentials: Option<&'a Credentials>,
) -> Result<Identity<'a>, Error> {
    let key = credentials.map(Identity::Key);
    #[cfg(feature = "rsa")]
    let key = config.key_pair.as_ref().map(Identity::KeyPair).or(key);
    let bearer = config.bearer_token.as_ref().map(Identity::Bearer);
    let (identity, missing) = match operation.security {
        Security::Anonymous => return Ok(Identity::Nobody),
        Security::AccessKey => (key, "no credentials: give some to ConfigBuilder::credentials or use Config::from_env"),
        Security::AccessKeyOrBearer => {
            (key.or(bearer), "no credentials: give some to ConfigBuilder::credentials or ::bearer_token")
        }
        Security::Bearer => (bearer, "this operation takes a bearer token: give one to ConfigBuilder::bearer_token"),
    };
    identity.ok_or_else(|| Error::config(missing))
}

/// Returns the signature that a call is made with.
pub(super) fn signature_version(
    config: &Inner,
    operation: &Operation,
    identity: Identity<'_>,
) -> Result<SignatureVersion, Error> {
    match (config.signature, operation.product.own_signature, identity) {
        (None, Some(_), Identity::Bearer(_) | Identity::Nobody) => Ok(SignatureVersion::default()),
        (None, Some(own), _) => Err(Error::config(format!(
            "the gateway of {} wants {own} signatures, which this runtime does not make; to sign with another one, for \
             example for an emulator, set ConfigBuilder::signature",
            operation.product.name
        ))),
        (signature, ..) => Ok(signature.unwrap_or_default()),
    }
}
