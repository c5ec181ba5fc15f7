//! What a request asks for, apart from who asks, when, and with which signature.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sign::sha256_hex;

/// An operation, and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) version: String,
    pub(super) method: String,
    pub(super) path: String,
    /// Those of the query, the form and the headers by their names; a body is under [`BODY`].
    pub(super) parameters: BTreeMap<String, Value>,
}

/// Where the body stands among the parameters, if it is no form.
pub(super) const BODY: &str = "(body)";

/// The headers that every request has, or may have.
const COMMON: [&str; 9] = [
    "accept",
    "authorization",
    "content-length",
    "content-type",
    "date",
    "host",
    "traceparent",
    "tracestate",
    "user-agent",
];
const COMMON_ACS: [&str; 14] = [
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-bearer-token",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-retry-attempts",
    "x-acs-retry-delay",
    "x-acs-security-token",
    "x-acs-signature-method",
    "x-acs-signature-nonce",
    "x-acs-signature-type",
    "x-acs-signature-version",
    "x-acs-version",
    "x-acs-credentials-provider",
];

/// What stands in the query of a request that is signed by version 1.
const COMMON_V1: [&str; 12] = [
    "AccessKeyId",
    "Action",
    "BearerToken",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

impl Asked {
    pub(super) fn read(request: &http::Request<Bytes>) -> Self {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let mut query = pairs(request.uri().query().unwrap_or_default());
        let mut take = |name: &str| query.remove(name).unwrap_or_default();
        let (operation, version) = match header("x-acs-action") {
            Some(operation) => (operation.to_owned(), header("x-acs-version").unwrap_or_default().to_owned()),
            None => {
                let named = (take("Action"), take("Version"));
                for name in COMMON_V1 {
                    take(name);
                }
                named
            }
        };
        let mut parameters: BTreeMap<String, Value> = query.into_iter().map(|(n, v)| (n, Value::String(v))).collect();
        let content_type = header("content-type").unwrap_or_default();
        let body = request.body();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            let form = pairs(&String::from_utf8_lossy(body));
            parameters.extend(form.into_iter().map(|(name, value)| (name, Value::String(value))));
        } else if !body.is_empty() {
            let text = || std::str::from_utf8(body).ok().map(|text| Value::String(text.to_owned()));
            let binary = || Value::String(format!("{} bytes, SHA-256 {}", body.len(), sha256_hex(body)));
            let is_binary = content_type.starts_with("application/octet-stream");
            let value = serde_json::from_slice(body).ok().or_else(text).filter(|_| !is_binary).unwrap_or_else(binary);
            parameters.insert(BODY.to_owned(), value);
        }
        for (name, value) in request.headers() {
            if !COMMON.contains(&name.as_str()) && !COMMON_ACS.contains(&name.as_str()) {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                parameters.insert(name.as_str().to_owned(), Value::String(value));
            }
        }
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        Self { operation, version, method, path, parameters }
    }

    /// Returns a parameter, which may be a property of the body.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let found = self.parameters.get(name).or_else(|| self.parameters.get(BODY)?.get(name));
        found.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        let path = Some(self.path.as_str()).filter(|path| *path != "/");
        let shown = path.map(|path| ("path", format!("{path:?}"))).into_iter();
        let parameters = self.parameters.iter().map(|(name, value)| (name.as_str(), value.to_string()));
        for (index, (name, value)) in shown.chain(parameters).enumerate() {
            write!(f, "{}{name}={value}", if index == 0 { " with " } else { ", " })?;
        }
        Ok(())
    }
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect()
}
