//! One attempt: a request with its own time, nonce and signature.

mod v1;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use crate::config::SignatureVersion;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::operation::{Operation, Style};
use crate::record::{Body, Encoded};
use crate::sensitive::Sensitive;
use crate::sign::{canonical_query, hex, v3};

/// A request that only lacks time, nonce and signature; every attempt signs it anew.
pub(super) struct Unsigned {
    operation: &'static Operation,
    endpoint: Endpoint,
    /// What the header `Host` says.
    host: String,
    path: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    content_type: Option<&'static str>,
    body: Bytes,
}

/// What no log shows.
const SECRET_HEADERS: [&str; 3] = ["authorization", "x-acs-bearer-token", "x-acs-security-token"];

const ACCEPT: &str = "application/json";

/// What a call proves with who it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity<'a> {
    Key(&'a Credentials),
    #[cfg(feature = "rsa")]
    KeyPair(&'a crate::config::KeyPair),
    Bearer(&'a Sensitive<String>),
    Nobody,
}

/// What differs from attempt to attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) time: SystemTime,
    pub(super) nonce: &'a str,
    /// How many attempts there were before, and how long the last of them was ago by intention.
    pub(super) again: Option<(u32, Duration)>,
}

/// The text that was signed, to be compared with the cloud's. It holds the parameters' values, so it has no `Debug`.
pub(crate) enum Signed {
    V1Rpc(String),
    V1Roa(String),
    V3 { canonical: String, text: String },
    Not,
}

/// Headers of a request that is being made.
type Headers<'a> = Vec<(&'a str, &'a str)>;

impl Unsigned {
    pub(super) fn new(operation: &'static Operation, endpoint: Endpoint, encoded: Encoded) -> Self {
        // A server that is reached by its address has no name that could say it, only the header.
        let mut host = endpoint.host().to_owned();
        let mut endpoint = endpoint;
        for (_, name) in encoded.host.iter().rev() {
            host = format!("{name}.{host}");
            endpoint = endpoint.below(name);
        }
        let (content_type, body) = match encoded.body {
            Some(Body::Xml(xml)) => (Some("application/xml"), xml),
            Some(Body::Json(json)) => (Some("application/json; charset=utf-8"), json),
            Some(Body::Bytes(bytes)) => (Some("application/octet-stream"), bytes),
            None if encoded.form.is_empty() => (None, Vec::new()),
            None => (Some("application/x-www-form-urlencoded"), canonical_query(&encoded.form).into_bytes()),
        };
        Self {
            operation,
            endpoint,
            host,
            path: encoded.path,
            query: encoded.query,
            form: encoded.form,
            headers: encoded.headers,
            content_type,
            body: body.into(),
        }
    }

    pub(super) fn sign(
        &self,
        version: SignatureVersion,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
    ) -> Result<(http::Request<Bytes>, Signed), Error> {
        // The official SDKs say by these headers what they repeat.
        let again = stamp.again.map(|(attempts, delay)| (attempts.to_string(), delay.as_millis().to_string()));
        let mut headers: Headers<'_> = vec![("host", &self.host)];
        // A parameter of that name takes the place of ours.
        let ours = [("accept", Some(ACCEPT)), ("content-type", self.content_type)];
        let is_given = |name: &str| self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
        headers.extend(
            ours.into_iter().filter_map(|(name, value)| Some((name, value?))).filter(|(name, _)| !is_given(name)),
        );
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if let Some((attempts, delay)) = &again {
            headers.extend([("x-acs-retry-attempts", attempts.as_str()), ("x-acs-retry-delay", delay.as_str())]);
        }
        match (version, self.operation.product.style) {
            (SignatureVersion::V3, _) => self.sign_v3(v3::Key::HmacSha256, identity, stamp, headers),
            #[cfg(feature = "sm3")]
            #[cfg(feature = "rsa")]
            (SignatureVersion::V3Sm3, _) if matches!(identity, Identity::KeyPair(_)) => Err(v1::key_pair_signs_v3()),
            #[cfg(feature = "sm3")]
            (SignatureVersion::V3Sm3, _) => self.sign_v3(v3::Key::HmacSm3, identity, stamp, headers),
            (SignatureVersion::V1, Style::Rpc) => self.sign_v1_rpc(identity, stamp, &headers),
            (SignatureVersion::V1, Style::Roa) => self.sign_v1_roa(identity, stamp, headers),
        }
    }

    fn sign_v3<'i>(
        &self,
        key_of: fn(&'i str) -> v3::Key<'i>,
        identity: Identity<'i>,
        stamp: Stamp<'_>,
        headers: Headers<'_>,
    ) -> Result<(http::Request<Bytes>, Signed), Error> {
        // Bound anew, so that what is made here can be added.
        let mut headers: Headers<'_> = headers;
        let operation = self.operation;
        let key = match identity {
            Identity::Key(credentials) => {
                Some((credentials.access_key_id(), key_of(credentials.access_key_secret().expose())))
            }
            #[cfg(feature = "rsa")]
            Identity::KeyPair(pair) => Some((pair.id(), v3::Key::RsaSha256(pair.private_key()))),
            Identity::Bearer(_) | Identity::Nobody => None,
        };
        let algorithm = key.map_or_else(v3::Algorithm::default, |(_, key)| key.algorithm());
        let hashed_payload = algorithm.hash_hex(&self.body);
        let time = rfc3339(stamp.time);
        headers.extend([
            ("x-acs-action", operation.name),
            ("x-acs-content-sha256", &hashed_payload),
            ("x-acs-date", &time),
            ("x-acs-signature-nonce", stamp.nonce),
            ("x-acs-version", operation.product.version),
        ]);
        let mut pairs = self.query.clone();
        let is_rpc = operation.product.style == Style::Rpc;
        if let Identity::Key(credentials) = identity {
            push_token(&mut headers, credentials);
        }
        let authorization;
        let mut signed = Signed::Not;
        match (key, identity) {
            (Some((id, key)), _) => {
                let query = canonical_query(&pairs);
                let (canonical, names) =
                    v3::canonical_request(operation.method.as_str(), &self.path, &query, &headers, &hashed_payload);
                let text = v3::string_to_sign(algorithm, &canonical);
                authorization = v3::authorization(algorithm, id, &names, &v3::signature(key, &text)?);
                headers.push(("authorization", &authorization));
                signed = Signed::V3 { canonical, text };
            }
            (None, Identity::Bearer(token)) => {
                headers.push(("x-acs-bearer-token", token.expose()));
                match is_rpc {
                    true => pairs.push(pair("SignatureType", "BEARERTOKEN")),
                    false => headers.push(("x-acs-signature-type", "BEARERTOKEN")),
                }
                // The gateways of those products look there.
                if operation.product.own_signature.is_some() {
                    authorization = format!("Bearer {}", token.expose());
                    headers.push(("authorization", &authorization));
                }
            }
            // Without a signature the gateway answers in XML unless it is asked not to.
            (None, _) if is_rpc => pairs.push(pair("Format", "json")),
            (None, _) => {}
        }
        Ok((self.request(&canonical_query(&pairs), &headers)?, signed))
    }

    fn request(&self, query: &str, headers: &[(&str, &str)]) -> Result<http::Request<Bytes>, Error> {
        let joint = if query.is_empty() { "" } else { "?" };
        let uri = format!("{}{}{joint}{query}", self.endpoint, self.path);
        let mut request = http::Request::new(self.body.clone());
        *request.method_mut() = http::Method::from_bytes(self.operation.method.as_str().as_bytes())
            .map_err(|error| Error::config(error.to_string()))?;
        *request.uri_mut() = uri
            .parse()
            .map_err(|_| Error::config("the parameters make no URL that HTTP can carry; they are too long"))?;
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| Error::config(format!("`{name}` cannot be the name of a header")))?;
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                Error::config(format!("the value of the header {name} holds a character that HTTP forbids"))
            })?;
            value.set_sensitive(SECRET_HEADERS.contains(&name.as_str()));
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Adds what a temporary key is sent with.
fn push_token<'a>(headers: &mut Headers<'a>, credentials: &'a Credentials) {
    if let Some(token) = credentials.security_token() {
        headers.extend([("x-acs-accesskey-id", credentials.access_key_id()), ("x-acs-security-token", token.expose())]);
    }
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Returns 128 random bits in hexadecimal digits: no two attempts share a nonce.
pub(super) fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::config(format!("the system has no random numbers: {error}")))?;
    Ok(hex(&bytes))
}
