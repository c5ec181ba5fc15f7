//! The transport on reqwest and rustls.

use std::cell::RefCell;
use std::str::FromStr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Uri;
use http::uri::Authority;
use reqwest::Url;

use super::streaming::{Incoming, Sent};
use super::{
    Body, BoxFuture, Outgoing, RESPONSE_LIMIT, ReqwestTransportBuilder, Transport, TransportError, say_no_length,
};
use crate::error::Error;

/// Sends requests with reqwest: HTTP/1.1, rustls, the system's certificates, a pool of connections.
///
/// Retries and redirects of the library are off: a signed request is sent once, to the host that it was signed for. Only what a
/// connection of the pool never took, because it was closed before a byte was written, goes out on another one. Nothing is
/// decompressed. An answer has at most 100 headers, and a body of 64 MiB unless [`ReqwestTransport::response_limit`] says
/// otherwise.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    response_limit: usize,
}

/// How long a connection may take to be made to a server next to this machine.
const DIRECT_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

impl ReqwestTransport {
    /// Creates the transport with its own pool, and with the proxies that the environment names; see
    /// [`ReqwestTransport::builder`].
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up, and when a proxy of the environment is none. The system's certificates are read when the
    /// first server shows its own: what cannot be read fails that connection.
    pub fn new() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Creates one that goes through no proxy and gives up soon: for a server next to this machine.
    pub(crate) fn direct() -> Result<Self, Error> {
        Self::builder().without_proxy().connect_timeout(DIRECT_CONNECT_TIMEOUT).build()
    }

    /// Starts to say what the transport is made with: proxies, certificates, timeouts, its pool.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }

    /// Uses a client that was built elsewhere. Its redirects, retries and decompression must be off.
    #[must_use]
    pub fn with_client(client: reqwest::Client) -> Self {
        Self { client, response_limit: RESPONSE_LIMIT }
    }

    /// Sets how many bytes a body may have; a longer one is not read to its end.
    #[must_use]
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Reads a body, unless it is too long.
    async fn read(&self, answer: &mut reqwest::Response) -> Result<Bytes, TransportError> {
        let status = answer.status().as_u16();
        let lost = |error: reqwest::Error| failed(error).answered(status);
        let too_long = || TransportError::beyond(self.response_limit as u64, "the answer").answered(status);
        let announced = answer.content_length().unwrap_or_default();
        if announced > self.response_limit as u64 {
            return Err(too_long());
        }
        let Some(first) = answer.chunk().await.map_err(lost)? else { return Ok(Bytes::new()) };
        // Most answers are one piece, which needs no copy.
        let Some(second) = answer.chunk().await.map_err(lost)? else {
            return if first.len() > self.response_limit { Err(too_long()) } else { Ok(first) };
        };
        // No more is set aside on the server's word alone.
        let mut body = BytesMut::with_capacity(usize::try_from(announced).unwrap_or_default().min(1 << 20));
        let mut next = Some(second);
        body.extend_from_slice(&first);
        while let Some(piece) = next {
            if body.len() + piece.len() > self.response_limit {
                return Err(too_long());
            }
            body.extend_from_slice(&piece);
            next = answer.chunk().await.map_err(lost)?;
        }
        Ok(body.freeze())
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, mut request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        // Nothing of the request is kept here, where it would only be moved about.
        if request.body().is_empty() {
            say_no_length(&mut request);
        }
        let sent = converted(request).map(|request| self.client.execute(request));
        Box::pin(async move {
            let mut answer = sent?.await.map_err(failed)?;
            let mut response = http::Response::new(self.read(&mut answer).await?);
            *response.status_mut() = answer.status();
            *response.headers_mut() = std::mem::take(answer.headers_mut());
            Ok(response)
        })
    }

    fn open(
        &self,
        mut request: http::Request<Outgoing>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let length = request.body().length();
            if length == 0 {
                say_no_length(&mut request);
            }
            let request = request.map(|pieces| reqwest::Body::wrap(Sent { left: length, pieces }));
            let answer = self.client.execute(converted(request)?).await.map_err(failed)?;
            let answer = http::Response::from(answer);
            let status = answer.status().as_u16();
            Ok(answer.map(|body| Body::new(Incoming { body, status, failed })))
        })
    }

    fn response_limit(&self) -> usize {
        self.response_limit
    }
}

/// The longest query that an address has room for in a copy; longer ones make room of their own.
const ROOM: usize = 2048;

thread_local! {
    /// The last address, without its query but, if there were several, with room for one: most differ from the one before in the query
    /// alone.
    static KNOWN: RefCell<Option<Url>> = const { RefCell::new(None) };
}

/// Makes a request of reqwest.
fn converted(request: http::Request<impl Into<reqwest::Body>>) -> Result<reqwest::Request, TransportError> {
    let (parts, body) = request.into_parts();
    let malformed = |error| TransportError::new("the request is malformed").malformed().with_source(error);
    let url = KNOWN.with_borrow_mut(|known| address(known, &parts.uri)).map_err(malformed)?;
    let mut converted = reqwest::Request::new(parts.method, url);
    *converted.headers_mut() = parts.headers;
    *converted.body_mut() = Some(body.into());
    Ok(converted)
}

/// Turns an address into one of reqwest's. Where all but the query is that of the known one, only the query is parsed: parsing the host
/// costs the most.
fn address(known: &mut Option<Url>, uri: &Uri) -> Result<Url, <Url as FromStr>::Err> {
    let longest = uri.query().map_or(0, str::len).min(ROOM);
    let same = known.as_ref().filter(|known| {
        Some(known.scheme()) == uri.scheme_str()
            && Some(known.authority()) == uri.authority().map(Authority::as_str)
            && known.path() == uri.path()
    });
    let Some(same) = same else {
        let url = Url::parse(&uri.to_string())?;
        // What a query says is not kept.
        let mut bare = url.clone();
        bare.set_query(None);
        *known = Some(bare);
        return Ok(url);
    };
    let mut url = same.clone();
    if same.query().map_or(0, str::len) < longest {
        url.set_query(Some(&"0".repeat(longest)));
        *known = Some(url.clone());
    }
    url.set_query(uri.query());
    Ok(url)
}

pub(super) fn failed(error: reqwest::Error) -> TransportError {
    let timeout = error.is_timeout();
    // Only a connection that was never made proves that nothing was sent.
    let failed = if error.is_connect() {
        // A region or a product that is spelt otherwise makes a host that there is not.
        let host = error.url().and_then(Url::host_str).unwrap_or_default();
        TransportError::new(format!("no connection to {host}")).not_sent()
    } else {
        TransportError::new("the connection broke")
    };
    let failed = failed.with_source(error.without_url());
    if timeout { failed.timed_out() } else { failed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_it_is_parsed_to_whatever_came_before_it() {
        let servers =
            ["https://h", "https://h:443", "http://h", "http://h:8080", "http://u@h", "https://H", "https://[::1]:9"];
        let paths = ["", "/", "/a/../b", "/a%20b", "/a"];
        let queries = ["", "?", "?a=b&c=%2F", "?a='b&d", "?a=b?c", "?a=b&c=%2F&much=longer"];
        let all: Vec<String> = servers
            .iter()
            .flat_map(|server| paths.iter().map(move |path| format!("{server}{path}")))
            .flat_map(|start| queries.iter().map(move |query| format!("{start}{query}")))
            .collect();
        let uris: Vec<Uri> = all.iter().filter_map(|text| text.parse().ok()).collect();
        assert_eq!(uris.len(), all.len());
        // Each behind each, so that every one meets every known one.
        let mut known = None;
        for first in &uris {
            for second in &uris {
                for uri in [first, second] {
                    let expected = Url::parse(&uri.to_string()).ok();
                    assert_eq!(address(&mut known, uri).ok(), expected, "{uri} behind {known:?}");
                }
            }
        }
    }
}
