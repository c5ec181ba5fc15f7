//! One attempt: a request with its own time, nonce and signature.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use crate::config::SignatureVersion;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::operation::{Operation, Style};
use crate::record::{Body, Encoded};
use crate::sensitive::Sensitive;
use crate::sign::{canonical_query, hex, percent_encode, sha256_hex, v1, v3};

/// A request that only lacks time, nonce and signature; every attempt signs it anew.
#[derive(Debug)]
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

const USER_AGENT: &str = concat!("Apsara/", env!("CARGO_PKG_VERSION"), " (Rust)");

/// What a call proves with who it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity<'a> {
    Key(&'a Credentials),
    Bearer(&'a Sensitive<String>),
    Nobody,
}

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
        time: SystemTime,
        nonce: &str,
    ) -> Result<http::Request<Bytes>, Error> {
        let time = humantime::format_rfc3339_seconds(time).to_string();
        match (version, self.operation.product.style) {
            (SignatureVersion::V3, _) => self.sign_v3(identity, &time, nonce),
            (SignatureVersion::V1, Style::Rpc) => self.sign_v1(identity, &time, nonce),
            (SignatureVersion::V1, Style::Roa) => {
                Err(Error::config("SignatureVersion::V1 is only for products in the RPC style; use V3"))
            }
        }
    }

    fn sign_v3(&self, identity: Identity<'_>, time: &str, nonce: &str) -> Result<http::Request<Bytes>, Error> {
        let operation = self.operation;
        let hashed_payload = sha256_hex(&self.body);
        let mut headers: Vec<(&str, &str)> = vec![
            ("host", &self.host),
            ("x-acs-action", operation.name),
            ("x-acs-content-sha256", &hashed_payload),
            ("x-acs-date", time),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-version", operation.product.version),
        ];
        headers.extend(self.content_type.map(|value| ("content-type", value)));
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut pairs = self.query.clone();
        let is_rpc = operation.product.style == Style::Rpc;
        let authorization;
        match identity {
            Identity::Key(credentials) => {
                if let Some(token) = credentials.security_token() {
                    headers.push(("x-acs-accesskey-id", credentials.access_key_id()));
                    headers.push(("x-acs-security-token", token.expose()));
                }
                let query = canonical_query(&pairs);
                let (canonical, signed) =
                    v3::canonical_request(operation.method.as_str(), &self.path, &query, &headers, &hashed_payload);
                let secret = credentials.access_key_secret().expose();
                let key = v3::Key::HmacSha256(secret);
                let signature = v3::signature(key, &v3::string_to_sign(key.algorithm(), &canonical))?;
                authorization = v3::authorization(key.algorithm(), credentials.access_key_id(), &signed, &signature);
                headers.push(("authorization", &authorization));
            }
            Identity::Bearer(token) => {
                headers.push(("x-acs-bearer-token", token.expose()));
                match is_rpc {
                    true => pairs.push(("SignatureType".to_owned(), "BEARERTOKEN".to_owned())),
                    false => headers.push(("x-acs-signature-type", "BEARERTOKEN")),
                }
                // The gateways of those products look there.
                if operation.product.own_signature.is_some() {
                    authorization = format!("Bearer {}", token.expose());
                    headers.push(("authorization", &authorization));
                }
            }
            // Without a signature the gateway answers in XML unless it is asked not to.
            Identity::Nobody if is_rpc => pairs.push(("Format".to_owned(), "json".to_owned())),
            Identity::Nobody => {}
        }
        self.request(&canonical_query(&pairs), &headers)
    }

    fn sign_v1(&self, identity: Identity<'_>, time: &str, nonce: &str) -> Result<http::Request<Bytes>, Error> {
        let operation = self.operation;
        let mut query = self.query.clone();
        let mut add = |name: &str, value: &str| query.push((name.to_owned(), value.to_owned()));
        add("Action", operation.name);
        add("Format", "JSON");
        add("SignatureNonce", nonce);
        add("Timestamp", time);
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
        }
        let mut on_the_wire = canonical_query(&query);
        if let Identity::Key(credentials) = identity {
            // The signature covers the form as well, as if it stood in the query.
            query.extend(self.form.iter().cloned());
            let text = v1::string_to_sign(operation.method.as_str(), &canonical_query(&query));
            let signature = v1::signature(credentials.access_key_secret().expose(), &text);
            on_the_wire.push_str("&Signature=");
            on_the_wire.push_str(&percent_encode(&signature));
        }
        let mut headers = vec![("host", self.host.as_str())];
        headers.extend(self.content_type.map(|value| ("content-type", value)));
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.request(&on_the_wire, &headers)
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
        request.headers_mut().insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(http::header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        Ok(request)
    }
}

/// Returns 128 random bits in hexadecimal digits: no two attempts share a nonce.
pub(super) fn nonce() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::config(format!("the system has no random numbers: {error}")))?;
    Ok(hex(&bytes))
}
