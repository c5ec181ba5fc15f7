//! The steps of a call one by one, for `cargo xtask bench micro`. It is hidden, and no part of what semver covers.

use std::time::SystemTime;

use bytes::Bytes;

use crate::call::{Client, Request, measured};
use crate::config::SignatureVersion;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::record::{self, Record};

/// Encodes a request; returns how many parameters are in its query.
///
/// # Errors
///
/// Fails as a call would.
pub fn encode<R: Request>(request: &R) -> Result<usize, Error> {
    let encoded = record::encode(request, R::OPERATION.path, None);
    encoded.map(|encoded| encoded.query.len()).map_err(|(name, reason)| Error::config(format!("{name} {reason}")))
}

/// Does all that a call does before it is sent: validates, encodes, finds the endpoint, makes a nonce, and signs.
///
/// # Errors
///
/// Fails as a call would.
pub fn sign<R: Request>(
    client: &Client,
    request: &R,
    credentials: &Credentials,
    version: SignatureVersion,
) -> Result<http::Request<Bytes>, Error> {
    measured(client, R::OPERATION, request, credentials, version, SystemTime::now())
}

/// Decodes an answer.
///
/// # Errors
///
/// Fails as a call would.
pub fn decode<R: Record>(body: &[u8]) -> Result<R, serde_json::Error> {
    let mut response = R::default();
    record::decode(body, &mut response)?;
    Ok(response)
}
