//! One attempt: a request with its own time, nonce and signature.

mod lines;
mod nonce;
mod short;
mod v1;

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Uri;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};

use self::lines::{Line, Text, named, shown};
pub(super) use self::nonce::{new_client_token, nonce};
use self::short::rfc3339;
use crate::config::SignatureVersion;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::operation::{Operation, Style};
use crate::record::{Body, Encoded, Meta, Shape};
use crate::sensitive::Sensitive;
use crate::sign::{Keyed, Pair, push_query, sort, texts, v3};
use crate::transport::BoxFuture;
use crate::upload::{Hashed, Upload};

/// A request that only lacks time, nonce and signature; every attempt signs it anew.
pub(super) struct Unsigned<'a> {
    operation: &'static Operation,
    endpoint: Endpoint,
    /// What the header `Host` says, where it is not the endpoint's host.
    host: Option<String>,
    path: Cow<'a, str>,
    /// Sorted, as it is signed and sent.
    query: Vec<Pair<'a>>,
    form: Vec<Pair<'a>>,
    headers: Vec<Pair<'a>>,
    content_type: Option<&'static str>,
    body: Bytes,
    /// What is sent in the place of the body. Few calls have it, and all would be larger for it.
    pub(super) upload: Option<Box<Hashed>>,
}

const JSON: &str = "application/json; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

/// What a call proves with who it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Identity<'a> {
    Key(&'a Credentials),
    #[cfg(feature = "rsa")]
    KeyPair(&'a crate::config::KeyPair),
    Bearer(&'a Sensitive<String>),
    Nobody,
}

impl<'a> Identity<'a> {
    /// Returns what proves it: the secret of a key, its token. The cloud has repeated tokens that it did not take.
    pub(super) fn secrets(self) -> impl Iterator<Item = &'a str> {
        let (first, second) = match self {
            Self::Key(key) => (Some(key.access_key_secret()), key.security_token()),
            Self::Bearer(token) => (Some(token), None),
            _ => (None, None),
        };
        // Those that the cloud issues are longer; a short one, for an emulator, may be a word that messages have.
        let secrets = first.into_iter().chain(second).map(|secret| secret.expose().as_str());
        secrets.filter(|secret| secret.len() >= 16)
    }
}

/// What differs from attempt to attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) time: SystemTime,
    pub(super) nonce: &'a str,
    /// The hash of a body that is not in memory.
    pub(super) payload: Option<&'a str>,
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

/// What version 3 signs with.
#[derive(Clone, Copy)]
enum Signer<'a> {
    /// Keys that are set already.
    Keyed(&'a Keyed),
    /// Those of the algorithms that few use.
    #[cfg(any(feature = "rsa", feature = "sm3"))]
    By(v3::Key<'a>),
}

impl Signer<'_> {
    fn algorithm(self) -> v3::Algorithm {
        match self {
            Self::Keyed(_) => v3::Algorithm::HmacSha256,
            #[cfg(any(feature = "rsa", feature = "sm3"))]
            Self::By(key) => key.algorithm(),
        }
    }
}

impl<'a> Unsigned<'a> {
    /// Takes a request apart whose query and form are sorted. A file is sent for the parameter that is the body.
    pub(super) fn new(
        operation: &'static Operation,
        endpoint: Endpoint,
        encoded: Encoded<'a>,
        file: Option<(&Upload, &Meta<'_>)>,
    ) -> Self {
        // A server that is reached by its address has no name that could say it, only the header.
        let mut host = None;
        let mut endpoint = endpoint;
        for (_, name) in encoded.host.iter().rev() {
            host = Some(format!("{name}.{}", host.as_deref().unwrap_or(endpoint.host())));
            endpoint = endpoint.below(name);
        }
        let Encoded { path, query, form, headers, body, .. } = encoded;
        let (content_type, body) = match body {
            Some(Body::Xml(xml)) => (Some("application/xml"), xml),
            Some(Body::Json(json)) => (Some(JSON), json),
            Some(Body::Bytes(bytes)) => (Some(OCTETS), bytes),
            None if form.is_empty() => (None, Vec::new()),
            None => {
                let mut text = String::new();
                push_query(&mut text, texts(&form));
                (Some("application/x-www-form-urlencoded"), text.into_bytes())
            }
        };
        let (content_type, upload) = match file {
            Some((upload, field)) => {
                (Some(if field.shape == Shape::Json { JSON } else { OCTETS }), Some(upload.begin()))
            }
            None => (content_type, None),
        };
        Self { operation, endpoint, host, path, query, form, headers, content_type, body: body.into(), upload }
    }

    /// Takes the hash of what is sent in the place of the body, as it is signed; nothing where nothing is.
    pub(super) fn hashed_payload(
        &self,
        version: SignatureVersion,
        identity: Identity<'_>,
    ) -> Option<BoxFuture<'_, Result<String, Error>>> {
        let upload = self.upload.as_ref()?;
        let algorithm = match (version, identity) {
            #[cfg(feature = "sm3")]
            (SignatureVersion::V3Sm3, Identity::Key(_)) => v3::Algorithm::HmacSm3,
            _ => v3::Algorithm::default(),
        };
        Some(upload.hash(algorithm))
    }

    /// Makes the request of an attempt.
    pub(super) fn sign(
        &self,
        version: SignatureVersion,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
    ) -> Result<http::Request<Bytes>, Error> {
        self.sign_and_keep(version, identity, stamp, None)
    }

    /// Returns the text that was signed for an attempt. No attempt keeps it: few are refused for it.
    pub(super) fn signed(&self, version: SignatureVersion, identity: Identity<'_>, stamp: Stamp<'_>) -> Signed {
        let mut signed = Signed::Not;
        // It was signed once already, so that it can be.
        let _ = self.sign_and_keep(version, identity, stamp, Some(&mut signed));
        signed
    }

    fn sign_and_keep(
        &self,
        version: SignatureVersion,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
        keep: Option<&mut Signed>,
    ) -> Result<http::Request<Bytes>, Error> {
        // The official SDKs say by these headers what they repeat.
        let again = stamp.again.map(|(attempts, delay)| (attempts.to_string(), delay.as_millis().to_string()));
        // As far as possible they are in the order in which they are signed, so that there is little to be sorted.
        let mut lines: Vec<Line<'_>> = Vec::with_capacity(12 + self.headers.len());
        let content_type = self.content_type.map(Text::Fixed);
        for (name, value) in [(ACCEPT, Some(Text::Known(&lines::JSON))), (CONTENT_TYPE, content_type)] {
            // A parameter of that name takes the place of ours.
            if let Some(value) = value
                && !self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name.as_str()))
            {
                lines.push((name, value));
            }
        }
        lines.push((HOST, Text::Of(self.host.as_deref().unwrap_or(self.endpoint.host()))));
        for (name, value) in &self.headers {
            lines.push(named(name, value)?);
        }
        if let Some((attempts, delay)) = &again {
            lines.extend([(lines::RETRY_ATTEMPTS, Text::Of(attempts)), (lines::RETRY_DELAY, Text::Of(delay))]);
        }
        match (version, self.operation.product.style) {
            (SignatureVersion::V3, _) => {
                let signer = match identity {
                    Identity::Key(key) => Some((key.access_key_id(), Signer::Keyed(key.keyed()))),
                    #[cfg(feature = "rsa")]
                    Identity::KeyPair(pair) => Some((pair.id(), Signer::By(v3::Key::RsaSha256(pair.private_key())))),
                    Identity::Bearer(_) | Identity::Nobody => None,
                };
                self.sign_v3(signer, identity, stamp, lines, keep)
            }
            #[cfg(feature = "sm3")]
            (SignatureVersion::V3Sm3, _) => {
                let signer = match identity {
                    Identity::Key(key) => {
                        Some((key.access_key_id(), Signer::By(v3::Key::HmacSm3(key.access_key_secret().expose()))))
                    }
                    #[cfg(feature = "rsa")]
                    Identity::KeyPair(_) => return Err(v1::key_pair_signs_v3()),
                    Identity::Bearer(_) | Identity::Nobody => None,
                };
                self.sign_v3(signer, identity, stamp, lines, keep)
            }
            (SignatureVersion::V1, Style::Rpc) => self.sign_v1_rpc(identity, stamp, lines, keep),
            (SignatureVersion::V1, Style::Roa) => self.sign_v1_roa(identity, stamp, lines, keep),
        }
    }

    fn sign_v3<'l>(
        &'l self,
        signer: Option<(&str, Signer<'_>)>,
        identity: Identity<'l>,
        stamp: Stamp<'l>,
        lines: Vec<Line<'l>>,
        keep: Option<&mut Signed>,
    ) -> Result<http::Request<Bytes>, Error> {
        // Bound anew, so that what is made here can be added.
        let mut lines: Vec<Line<'_>> = lines;
        let operation = self.operation;
        let algorithm = signer.map_or_else(v3::Algorithm::default, |(_, signer)| signer.algorithm());
        let hash;
        let hashed_payload = match stamp.payload {
            Some(payload) => Text::Of(payload),
            None if self.body.is_empty() && algorithm == v3::Algorithm::HmacSha256 => {
                Text::Known(&lines::SHA256_OF_NOTHING)
            }
            None => {
                hash = algorithm.hash_hex(&self.body);
                Text::Of(&hash)
            }
        };
        let time = rfc3339(stamp.time);
        lines.extend([
            (lines::ACTION, Text::Fixed(operation.name)),
            (lines::CONTENT_SHA256, hashed_payload),
            (lines::DATE, Text::Of(time.as_str())),
            (lines::NONCE, Text::Of(stamp.nonce)),
            (lines::VERSION, Text::Fixed(operation.product.version)),
        ]);
        let is_rpc = operation.product.style == Style::Rpc;
        if let Identity::Key(credentials) = identity {
            push_token(&mut lines, credentials);
        }
        let mut pairs = Cow::Borrowed(&self.query);
        let mut add = |name: &'static str, value: &'static str| {
            pairs.to_mut().push((name.into(), value.into()));
            sort(pairs.to_mut());
        };
        let authorization;
        match (signer, identity) {
            (Some((id, signer)), _) => {
                let (address, query) = self.address(texts(&pairs));
                lines::sort(&mut lines);
                authorization =
                    self.authorization_v3(id, signer, &address[query], &lines, hashed_payload.as_str(), keep)?;
                lines.push((AUTHORIZATION, Text::Secret(&authorization)));
                return self.request(address, lines);
            }
            (None, Identity::Bearer(token)) => {
                lines.push((lines::BEARER_TOKEN, Text::Secret(token.expose())));
                match is_rpc {
                    true => add("SignatureType", "BEARERTOKEN"),
                    false => lines.push((lines::SIGNATURE_TYPE, Text::Fixed("BEARERTOKEN"))),
                }
                // The gateways of those products look there.
                if operation.product.own_signature.is_some() {
                    authorization = format!("Bearer {}", token.expose());
                    lines.push((AUTHORIZATION, Text::Secret(&authorization)));
                }
            }
            // Without a signature the gateway answers in XML unless it is asked not to.
            (None, _) if is_rpc => add("Format", "json"),
            (None, _) => {}
        }
        self.request(self.address(texts(&pairs)).0, lines)
    }

    /// Signs by version 3: returns the value of the header `Authorization`. The headers are sorted.
    fn authorization_v3(
        &self,
        id: &str,
        signer: Signer<'_>,
        query: &str,
        lines: &[Line<'_>],
        hashed_payload: &str,
        keep: Option<&mut Signed>,
    ) -> Result<String, Error> {
        let method = self.operation.method.as_str();
        let canonical = || v3::Canonical { method, uri: &self.path, query, headers: shown(lines), hashed_payload };
        let texts = || {
            let (mut whole, mut names) = (String::new(), String::new());
            canonical().push(&mut whole, &mut names);
            (v3::string_to_sign(signer.algorithm(), &whole), whole, names)
        };
        if let Some(keep) = keep {
            let (text, canonical, _) = texts();
            *keep = Signed::V3 { canonical, text };
        }
        match signer {
            Signer::Keyed(keyed) => {
                let mut out = String::with_capacity(320);
                v3::push_authorization(&mut out, keyed, id, canonical());
                Ok(out)
            }
            #[cfg(any(feature = "rsa", feature = "sm3"))]
            Signer::By(key) => {
                let (text, _, names) = texts();
                Ok(v3::authorization(key.algorithm(), id, &names, &v3::signature(key, &text)?))
            }
        }
    }

    /// Writes the address, with a sorted query; returns where the query begins as well. There is room behind it for headers.
    // Linked into every program, so that there is one of it for each kind of query, and not for each place that needs it.
    #[inline(never)]
    fn address<'q>(
        &self,
        sorted: impl Iterator<Item = (&'q str, &'q str)> + Clone,
    ) -> (String, std::ops::RangeFrom<usize>) {
        let query: usize = sorted.clone().map(|(name, value)| name.len() + value.len() + 2).sum();
        let (scheme, host) = (self.endpoint.scheme(), self.endpoint.host());
        let mut out = String::with_capacity(scheme.len() + host.len() + self.path.len() + query + 512);
        out.extend([scheme, "://", host, &self.path, "?"]);
        let start = out.len();
        push_query(&mut out, sorted);
        if out.len() == start {
            out.pop();
            return (out, start - 1..);
        }
        (out, start..)
    }

    fn request(&self, address: String, lines: Vec<Line<'_>>) -> Result<http::Request<Bytes>, Error> {
        let (uri, headers) = lines::headers(address, lines)?;
        let mut request = http::Request::new(self.body.clone());
        *request.method_mut() = self.operation.method.to_http();
        *request.uri_mut() = Uri::from_maybe_shared(uri)
            .map_err(|_| Error::config("the parameters make no URL that HTTP can carry; they are too long"))?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// Adds what a temporary key is sent with.
#[inline(never)]
fn push_token<'a>(lines: &mut Vec<Line<'a>>, credentials: &'a Credentials) {
    if let Some(token) = credentials.security_token() {
        lines.extend([
            (lines::ACCESS_KEY_ID, Text::Of(credentials.access_key_id())),
            (lines::SECURITY_TOKEN, Text::Secret(token.expose())),
        ]);
    }
}
