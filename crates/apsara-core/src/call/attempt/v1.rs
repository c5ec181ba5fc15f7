//! The signatures of version 1, for parity with older clients.

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};

use super::lines::{Line, NONCE, Text, shown};
use super::{Identity, Signed, Stamp, Unsigned, lines, push_token, rfc3339, texts};
use crate::error::Error;
use crate::sign::{push_query, roa, v1};

impl Unsigned<'_> {
    pub(super) fn sign_v1_rpc(
        &self,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
        lines: Vec<Line<'_>>,
        keep: Option<&mut Signed>,
    ) -> Result<http::Request<Bytes>, Error> {
        let operation = self.operation;
        let time = rfc3339(stamp.time);
        let mut query: Vec<(&str, &str)> = Vec::with_capacity(self.query.len() + self.form.len() + 9);
        query.extend(texts(&self.query));
        let mut add = |name, value| query.push((name, value));
        add("Action", operation.name);
        add("Format", "JSON");
        add("SignatureNonce", stamp.nonce);
        add("Timestamp", time.as_str());
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
        query.sort_unstable();
        let (mut on_the_wire, sent) = self.address(query.iter().copied());
        if let Identity::Key(credentials) = identity {
            let with_form;
            let canonical = if self.form.is_empty() {
                &on_the_wire[sent]
            } else {
                // The signature covers the form as well, as if it stood in the query.
                query.extend(texts(&self.form));
                query.sort_unstable();
                let mut text = String::new();
                push_query(&mut text, query);
                with_form = text;
                &with_form
            };
            let method = operation.method.as_str();
            if let Some(keep) = keep {
                *keep = Signed::V1Rpc(v1::string_to_sign(method, canonical));
            }
            let mut signature = String::with_capacity(40);
            v1::push_signature(&mut signature, credentials.keyed(), method, canonical);
            on_the_wire.push_str("&Signature=");
            on_the_wire.push_str(&signature);
        }
        self.request(on_the_wire, lines)
    }

    pub(super) fn sign_v1_roa<'l>(
        &'l self,
        identity: Identity<'l>,
        stamp: Stamp<'l>,
        lines: Vec<Line<'l>>,
        keep: Option<&mut Signed>,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut lines: Vec<Line<'_>> = lines;
        let operation = self.operation;
        let date = httpdate::fmt_http_date(stamp.time);
        lines.extend([
            (DATE, Text::Of(date.as_str())),
            (lines::ACTION, Text::Fixed(operation.name)),
            (NONCE, Text::Of(stamp.nonce)),
            (lines::VERSION, Text::Fixed(operation.product.version)),
        ]);
        let authorization;
        match identity {
            Identity::Key(credentials) => {
                lines.extend([
                    (lines::SIGNATURE_METHOD, Text::Fixed("HMAC-SHA1")),
                    (lines::SIGNATURE_VERSION, Text::Fixed("1.0")),
                ]);
                push_token(&mut lines, credentials);
                let headers: Vec<(&str, &str)> = shown(&lines).collect();
                let query: Vec<(String, String)> =
                    texts(&self.query).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                let text = roa::string_to_sign(operation.method.as_str(), &headers, &self.path, &query);
                let signature = roa::signature(credentials.access_key_secret().expose(), &text);
                authorization = roa::authorization(credentials.access_key_id(), &signature);
                lines.push((AUTHORIZATION, Text::Of(&authorization)));
                if let Some(keep) = keep {
                    *keep = Signed::V1Roa(text);
                }
            }
            Identity::Bearer(token) => {
                lines.extend([
                    (lines::BEARER_TOKEN, Text::Of(token.expose())),
                    (lines::SIGNATURE_TYPE, Text::Fixed("BEARERTOKEN")),
                ]);
            }
            Identity::Nobody => {}
            #[cfg(feature = "rsa")]
            Identity::KeyPair(_) => return Err(key_pair_signs_v3()),
        }
        self.request(self.address(texts(&self.query)).0, lines)
    }
}

#[cfg(feature = "rsa")]
pub(super) fn key_pair_signs_v3() -> Error {
    Error::config("a key pair signs with SignatureVersion::V3 only")
}
