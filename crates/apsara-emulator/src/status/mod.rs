//! The page that a browser gets to see: what the emulator holds, and what it was asked for of late.

mod html;
mod page;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response};
use http_body_util::Full;
use sha2::{Digest as _, Sha256};

use crate::request::WireRequest;
use crate::server::Shared;

const STYLE: &str = include_str!("style.css");

/// Whether a browser asks, and not a client of the cloud.
pub(crate) fn is_asked(request: &WireRequest) -> bool {
    let is_call = ["authorization", "x-acs-action"].iter().any(|name| request.headers.contains_key(*name));
    request.method == Method::GET
        && request.path == "/"
        && request.query.is_empty()
        && !is_call
        && request.header("accept").is_some_and(|accept| accept.contains("text/html"))
}

/// Shows the page. Nothing in it is fetched from anywhere, and nothing in it is run.
pub(crate) fn respond(shared: &Shared, host: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(page::write(shared, host, STYLE))));
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
