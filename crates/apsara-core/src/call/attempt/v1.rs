//! The signatures of version 1, for parity with older clients.

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};

use super::lines::{Line, NONCE, Text, shown};
use super::{Identity, Signed, Stamp, Unsigned, lines, push_token, rfc3339};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::{Pair, push_encoded, push_query, roa, sorted, texts, v1};

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
        let (key, bearer) = match identity {
            Identity::Key(credentials) => (Some(credentials), None),
            Identity::Bearer(token) => (None, Some(token.expose().as_str())),
            Identity::Nobody => (None, None),
            #[cfg(feature = "rsa")]
            Identity::KeyPair(_) => return Err(key_pair_signs_v3()),
        };
        let token = key.and_then(Credentials::security_token).map(|token| token.expose().as_str());
        // Those of the call are in order already, and so are these.
        let ours = [
            ("AccessKeyId", key.map(Credentials::access_key_id)),
            ("Action", Some(operation.name)),
            ("BearerToken", bearer),
            ("Format", Some("JSON")),
            ("SecurityToken", token),
            ("SignatureMethod", key.map(|_| "HMAC-SHA1")),
            ("SignatureNonce", Some(stamp.nonce)),
            ("SignatureType", bearer.map(|_| "BEARERTOKEN")),
            ("SignatureVersion", key.map(|_| "1.0")),
            ("Timestamp", Some(time.as_str())),
            ("Version", Some(operation.product.version)),
        ];
        let sent = merged(&self.query, &ours);
        let (mut on_the_wire, query) = self.address(sent.clone());
        if let Identity::Key(credentials) = identity {
            let with_form;
            let canonical = if self.form.is_empty() {
                &on_the_wire[query]
            } else {
                // The signature covers the form as well, as if it stood in the query.
                let mut text = String::new();
                push_query(&mut text, texts(&sorted(sent.chain(texts(&self.form)))));
                with_form = text;
                &with_form
            };
            let method = operation.method.as_str();
            if let Some(keep) = keep {
                *keep = Signed::V1Rpc(v1::string_to_sign(method, canonical));
            }
            let signature = v1::keyed_signature(credentials.keyed(), method, canonical);
            on_the_wire.push_str("&Signature=");
            push_encoded(&mut on_the_wire, signature.as_str());
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
                lines.push((AUTHORIZATION, Text::Secret(&authorization)));
                if let Some(keep) = keep {
                    *keep = Signed::V1Roa(text);
                }
            }
            Identity::Bearer(token) => {
                lines.extend([
                    (lines::BEARER_TOKEN, Text::Secret(token.expose())),
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

/// Goes through two lists that are sorted as if they were one, and leaves out what has no value.
fn merged<'p>(
    given: &'p [Pair<'_>],
    ours: &'p [(&'p str, Option<&'p str>)],
) -> impl Iterator<Item = (&'p str, &'p str)> + Clone {
    let ours = ours.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let (mut given, mut ours) = (texts(given).peekable(), ours.peekable());
    std::iter::from_fn(move || match (given.peek(), ours.peek()) {
        (Some(one), Some(other)) if other < one => ours.next(),
        (Some(_), _) => given.next(),
        (None, _) => ours.next(),
    })
}

#[cfg(feature = "rsa")]
pub(super) fn key_pair_signs_v3() -> Error {
    Error::config("a key pair signs with SignatureVersion::V3 only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sorted_lists_are_gone_through_as_one() {
        let given: Vec<Pair<'_>> = [("B", "1"), ("B", "3"), ("T", "")].map(|(n, v)| (n.into(), v.into())).into();
        let ours = [("A", Some("9")), ("AA", None), ("B", Some("2")), ("U", Some(""))];
        let all: Vec<_> = merged(&given, &ours).collect();
        assert_eq!(all, [("A", "9"), ("B", "1"), ("B", "2"), ("B", "3"), ("T", ""), ("U", "")]);
        assert_eq!(merged(&[], &ours).count() + merged(&given, &[]).count(), 6);
    }
}
