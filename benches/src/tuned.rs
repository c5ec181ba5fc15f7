//! Signatures as one would write them by hand for this one call: the parameters' order is known, nothing is sorted, what does not
//! change is written once, and the states of the HMACs are kept.

use std::fmt::Write as _;
use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Request, Uri};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::server::Server;
use crate::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Failure};

const ACTION: HeaderName = HeaderName::from_static("x-acs-action");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-acs-content-sha256");
const DATE: HeaderName = HeaderName::from_static("x-acs-date");
const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
const VERSION: HeaderName = HeaderName::from_static("x-acs-version");
const SIGNED: &str = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
/// SHA-256 of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Signs one call of one server.
#[derive(Clone)]
pub struct Signer {
    address: String,
    host: String,
    host_value: HeaderValue,
    v1: Hmac<Sha1>,
    v3: Hmac<Sha256>,
}

/// What is written anew for each call; who keeps it allocates nothing for it.
#[derive(Default)]
pub struct Buffers {
    text: String,
    second: String,
}

impl Signer {
    /// Creates the signer of a server.
    ///
    /// # Errors
    ///
    /// Fails where the host cannot be the value of a header.
    pub fn new(server: &Server) -> Result<Self, Failure> {
        Ok(Self {
            address: server.address(),
            host: server.host.clone(),
            host_value: HeaderValue::from_str(&server.host)?,
            v1: Hmac::new_from_slice(format!("{ACCESS_KEY_SECRET}&").as_bytes())?,
            v3: Hmac::new_from_slice(ACCESS_KEY_SECRET.as_bytes())?,
        })
    }

    /// Signs with version 1: everything is in the query.
    ///
    /// # Errors
    ///
    /// Fails where the system has no random numbers.
    pub fn v1(&self, region: &str, task: &str, buffers: &mut Buffers) -> Result<String, Failure> {
        let (query, text) = (&mut buffers.text, &mut buffers.second);
        query.clear();
        text.clear();
        write!(
            query,
            "AccessKeyId={ACCESS_KEY_ID}&Action=RestartLivePullToPush&Format=JSON&Region={region}\
             &SignatureMethod=HMAC-SHA1&SignatureNonce="
        )?;
        push_hex(query, &nonce()?);
        write!(query, "&SignatureVersion=1.0&TaskId={task}&Timestamp=")?;
        let start = query.len();
        write!(query, "{}", humantime::format_rfc3339_seconds(SystemTime::now()))?;
        // The time's colons, twice: `2026-01-01T00%3A00%3A00Z`.
        query.replace_range(start + 16..start + 17, "%3A");
        query.replace_range(start + 13..start + 14, "%3A");
        query.push_str("&Version=2016-11-01");
        text.push_str("GET&%2F&");
        push_encoded(text, query);
        let mut mac = self.v1.clone();
        mac.update(text.as_bytes());
        let mut signature = [0; 28];
        let length = BASE64_STANDARD.encode_slice(mac.finalize().into_bytes(), &mut signature)?;
        let mut uri = String::with_capacity(self.address.len() + query.len() + 64);
        write!(uri, "{}/?{query}&Signature=", self.address)?;
        push_encoded(&mut uri, std::str::from_utf8(&signature[..length])?);
        Ok(uri)
    }

    /// Signs with version 3: the signature is a header.
    ///
    /// # Errors
    ///
    /// Fails where the system has no random numbers.
    pub fn v3(&self, region: &str, task: &str, buffers: &mut Buffers) -> Result<(String, HeaderMap), Failure> {
        let (text, second) = (&mut buffers.text, &mut buffers.second);
        let mut bytes = [0; 64];
        let nonce = HeaderValue::from_str(hex(&nonce()?, &mut bytes))?;
        second.clear();
        write!(second, "{}", humantime::format_rfc3339_seconds(SystemTime::now()))?;
        let date = HeaderValue::from_str(second)?;
        text.clear();
        write!(
            text,
            "GET\n/\nRegion={region}&TaskId={task}\nhost:{}\nx-acs-action:RestartLivePullToPush\nx-acs-content-sha256:{NOTHING}\n\
             x-acs-date:{second}\nx-acs-signature-nonce:{}\nx-acs-version:2016-11-01\n\n{SIGNED}\n{NOTHING}",
            self.host,
            nonce.to_str()?
        )?;
        let mut mac = self.v3.clone();
        mac.update(b"ACS3-HMAC-SHA256\n");
        mac.update(hex(&Sha256::digest(text.as_bytes()), &mut bytes).as_bytes());
        second.clear();
        write!(second, "ACS3-HMAC-SHA256 Credential={ACCESS_KEY_ID},SignedHeaders={SIGNED},Signature=")?;
        second.push_str(hex(&mac.finalize().into_bytes(), &mut bytes));
        let mut headers = HeaderMap::with_capacity(9);
        headers.insert(HOST, self.host_value.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static("by-hand"));
        headers.insert(ACTION, HeaderValue::from_static("RestartLivePullToPush"));
        headers.insert(CONTENT_SHA256, HeaderValue::from_static(NOTHING));
        headers.insert(DATE, date);
        headers.insert(NONCE, nonce);
        headers.insert(VERSION, HeaderValue::from_static("2016-11-01"));
        headers.insert(AUTHORIZATION, HeaderValue::from_str(second)?);
        let mut uri = String::with_capacity(self.address.len() + 96);
        write!(uri, "{}/?Region={region}&TaskId={task}", self.address)?;
        Ok((uri, headers))
    }
}

/// Puts a signed call together.
///
/// # Errors
///
/// Fails where the address is none.
pub fn request<B: Default>(address: String, headers: HeaderMap) -> Result<Request<B>, Failure> {
    let mut request = Request::new(B::default());
    *request.uri_mut() = Uri::from_maybe_shared(Bytes::from(address))?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn nonce() -> Result<[u8; 16], Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex<'a>(from: &[u8], to: &'a mut [u8; 64]) -> &'a str {
    for (byte, to) in from.iter().zip(to.chunks_exact_mut(2)) {
        to.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    std::str::from_utf8(&to[..from.len() * 2]).unwrap_or_default()
}

fn push_hex(to: &mut String, from: &[u8]) {
    to.push_str(hex(from, &mut [0; 64]));
}

/// Percent-encodes a text of ASCII.
fn push_encoded(to: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            to.push(char::from(byte));
        } else {
            to.push('%');
            for digit in [byte >> 4, byte & 15] {
                to.push(char::from(DIGITS[usize::from(digit)].to_ascii_uppercase()));
            }
        }
    }
}
