//! Who is answered: the page that this program serves, in the browser to which the token was given.
//!
//! Other pages in the same browser can send requests here too, and can give this address a name of their own. They are
//! recognised by three headers that no page can forge, and none of them knows the token.

use http::header::{HOST, HeaderMap, ORIGIN};
use http::{Method, Uri};

use crate::token::Token;

/// The header that the token comes in. A page of another origin cannot set it without asking first, and is not allowed to.
pub(crate) const TOKEN: &str = "x-apsara-token";

/// Knows who is answered.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) port: u16,
    pub(crate) token: Token,
}

impl Guard {
    /// Refuses a request that is not the page's own; the text says why.
    pub(crate) fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), &'static str> {
        let host = one(headers, HOST.as_str()).ok_or("the header Host is missing, or there are several")?;
        if !self.is_own(host) || uri.authority().is_some_and(|authority| !self.is_own(authority.as_str())) {
            return Err("the header Host names another host than 127.0.0.1 or localhost with this port");
        }
        if headers.contains_key(ORIGIN) {
            let origin = one(headers, ORIGIN.as_str()).and_then(|origin| origin.strip_prefix("http://"));
            // `localhost` and `127.0.0.1` are two origins, and a page of one has no business with the other.
            if origin != Some(host) {
                return Err("pages of other origins are not answered");
            }
        }
        let is_api = uri.path().starts_with("/api/");
        if let Some(site) = headers.get("sec-fetch-site") {
            let is_own = site == "same-origin" || site == "none";
            // A link of another page may lead here: what it opens knows nothing yet.
            let is_link =
                !is_api && *method == Method::GET && headers.get("sec-fetch-dest").is_some_and(|to| to == "document");
            if !is_own && !is_link {
                return Err("pages of other sites are not answered");
            }
        }
        let knows = || headers.get(TOKEN).is_some_and(|given| self.token.is(given.as_bytes()));
        if is_api && !knows() {
            return Err("the token is missing or wrong; open the address that `apsara explorer` printed");
        }
        Ok(())
    }

    fn is_own(&self, host: &str) -> bool {
        let is_port = |rest: &str| match rest.strip_prefix(':') {
            Some(port) => port == self.port.to_string(),
            // Browsers leave out the port that the scheme implies.
            None => rest.is_empty() && self.port == 80,
        };
        ["127.0.0.1", "localhost"].iter().any(|name| host.strip_prefix(name).is_some_and(is_port))
    }
}

/// Returns a header that is there once.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(path: &str, headers: &[(&'static str, &str)]) -> Result<(), &'static str> {
        check_at(4711, path, headers)
    }

    fn check_at(port: u16, path: &str, headers: &[(&'static str, &str)]) -> Result<(), &'static str> {
        let guard = Guard { port, token: Token::random().unwrap() };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = if *value == "TOKEN" { guard.token.as_str() } else { value };
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        guard.check(&Method::GET, &path.parse().unwrap(), &map)
    }

    const OWN: (&str, &str) = ("host", "127.0.0.1:4711");
    const KNOWN: (&str, &str) = (TOKEN, "TOKEN");

    #[test]
    fn the_page_itself_is_answered() {
        for (path, headers) in [
            ("/", vec![OWN]),
            ("/", vec![("host", "localhost:4711")]),
            ("/main.js", vec![OWN, ("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "script")]),
            ("/", vec![OWN, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document")]),
            ("/api/status", vec![OWN, KNOWN, ("origin", "http://127.0.0.1:4711"), ("sec-fetch-site", "same-origin")]),
        ] {
            assert_eq!(check(path, &headers), Ok(()), "{path} {headers:?}");
        }
    }

    #[test]
    fn the_page_at_port_80_is_answered_without_it() {
        for host in ["127.0.0.1", "127.0.0.1:80", "localhost"] {
            let origin = format!("http://{host}");
            let headers = [("host", host), KNOWN, ("origin", origin.as_str())];
            assert_eq!(check_at(80, "/api/status", &headers), Ok(()), "{host}");
        }
        for host in ["127.0.0.1:", "127.0.0.1:4711", "127.0.0.12", "localhost.example.com", "example.com"] {
            assert!(check_at(80, "/", &[("host", host)]).is_err(), "{host}");
        }
    }

    #[test]
    fn nobody_else_is() {
        for (path, headers) in [
            ("/", vec![]),
            ("/", vec![("host", "127.0.0.1")]),
            ("/", vec![("host", "127.0.0.1:4712")]),
            ("/", vec![("host", "127.0.0.1:+4711")]),
            ("/", vec![("host", "127.0.0.1:04711")]),
            ("/", vec![("host", "127.0.0.1.example.com:4711")]),
            ("/", vec![("host", "rebound.example.com:4711")]),
            ("/", vec![OWN, ("host", "rebound.example.com:4711")]),
            ("http://rebound.example.com:4711/", vec![OWN]),
            ("/", vec![OWN, ("origin", "https://example.com")]),
            ("/", vec![OWN, ("origin", "null")]),
            ("/", vec![OWN, ("origin", "http://localhost:4711")]),
            ("/main.js", vec![OWN, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "script")]),
            ("/api/status", vec![OWN]),
            ("/api/status", vec![OWN, (TOKEN, "wrong")]),
            ("/api/status", vec![OWN, KNOWN, ("origin", "https://example.com")]),
            ("/api/status", vec![OWN, KNOWN, ("origin", "http://127.0.0.1:4712")]),
            ("/api/status", vec![OWN, KNOWN, ("sec-fetch-site", "same-site")]),
            ("/api/status", vec![OWN, KNOWN, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document")]),
            ("/api/status", vec![("host", "rebound.example.com:4711"), KNOWN]),
        ] {
            assert!(check(path, &headers).is_err(), "{path} {headers:?}");
        }
    }
}
