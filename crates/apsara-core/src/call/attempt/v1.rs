//! The signatures of version 1, for parity with older clients.

use bytes::Bytes;

use super::{Headers, Identity, Signed, Stamp, Unsigned, pair, push_token, rfc3339};
use crate::error::Error;
use crate::sign::{canonical_query, percent_encode, roa, v1};

impl Unsigned {
    pub(super) fn sign_v1_rpc(
        &self,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
        headers: &[(&str, &str)],
    ) -> Result<(http::Request<Bytes>, Signed), Error> {
        let operation = self.operation;
        let mut query = self.query.clone();
        let mut add = |name: &str, value: &str| query.push(pair(name, value));
        add("Action", operation.name);
        add("Format", "JSON");
        add("SignatureNonce", stamp.nonce);
        add("Timestamp", &rfc3339(stamp.time));
        add("Version", operation.product.version);
        match identity {
            Identity::Key(credentials) => {
                add("AccessKeyId", credentials.access_key_id());
                add("SignatureMethod", "HMAC-SHA1");
                add("SignatureVersion", "1.0");
                if let Some(token) = credentials.security_token() {
                    add("SecurityToken", token.expose());
                }
            }
            Identity::Bearer(token) => {
                add("BearerToken", token.expose());
                add("SignatureType", "BEARERTOKEN");
            }
            Identity::Nobody => {}
            #[cfg(feature = "rsa")]
            Identity::KeyPair(_) => return Err(key_pair_signs_v3()),
        }
        let mut on_the_wire = canonical_query(&query);
        let mut signed = Signed::Not;
        if let Identity::Key(credentials) = identity {
            // The signature covers the form as well, as if it stood in the query.
            query.extend(self.form.iter().cloned());
            let text = v1::string_to_sign(operation.method.as_str(), &canonical_query(&query));
            let signature = v1::signature(credentials.access_key_secret().expose(), &text);
            on_the_wire.push_str("&Signature=");
            on_the_wire.push_str(&percent_encode(&signature));
            signed = Signed::V1Rpc(text);
        }
        Ok((self.request(&on_the_wire, headers)?, signed))
    }

    pub(super) fn sign_v1_roa(
        &self,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
        headers: Headers<'_>,
    ) -> Result<(http::Request<Bytes>, Signed), Error> {
        let mut headers: Headers<'_> = headers;
        let operation = self.operation;
        let date = httpdate::fmt_http_date(stamp.time);
        headers.extend([
            ("date", date.as_str()),
            ("x-acs-action", operation.name),
            ("x-acs-signature-nonce", stamp.nonce),
            ("x-acs-version", operation.product.version),
        ]);
        let authorization;
        let mut signed = Signed::Not;
        match identity {
            Identity::Key(credentials) => {
                headers.extend([("x-acs-signature-method", "HMAC-SHA1"), ("x-acs-signature-version", "1.0")]);
                push_token(&mut headers, credentials);
                let text = roa::string_to_sign(operation.method.as_str(), &headers, &self.path, &self.query);
                let signature = roa::signature(credentials.access_key_secret().expose(), &text);
                authorization = roa::authorization(credentials.access_key_id(), &signature);
                headers.push(("authorization", &authorization));
                signed = Signed::V1Roa(text);
            }
            Identity::Bearer(token) => {
                headers
                    .extend([("x-acs-bearer-token", token.expose().as_str()), ("x-acs-signature-type", "BEARERTOKEN")]);
            }
            Identity::Nobody => {}
            #[cfg(feature = "rsa")]
            Identity::KeyPair(_) => return Err(key_pair_signs_v3()),
        }
        Ok((self.request(&canonical_query(&self.query), &headers)?, signed))
    }
}

#[cfg(feature = "rsa")]
pub(super) fn key_pair_signs_v3() -> Error {
    Error::config("a key pair signs with SignatureVersion::V3 only")
}
