//! Which proxy a request goes through.

use crate::error::Error;
use crate::sensitive::{Sensitive, redact_urls};

/// Holds the proxies that were configured. What was not comes from the environment, each by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    pub(super) http: Option<Chosen>,
    pub(super) https: Option<Chosen>,
    /// The hosts that no proxy is for, as `NO_PROXY` lists them.
    pub(super) except: Option<String>,
    pub(super) is_off: bool,
    /// Whether the environment was read already, and is not to be read again.
    pub(super) is_complete: bool,
}

/// A proxy, and where it was said. Its URL may hold a password.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) url: Sensitive<String>,
    pub(super) origin: &'static str,
}

impl Chosen {
    pub(super) fn configured(url: impl Into<String>) -> Self {
        Self { url: Sensitive::new(url.into()), origin: "as configured" }
    }

    fn check(&self) -> Result<(), Error> {
        // What stands before an @ may be a password, with or without a scheme in front.
        let url = self.url.expose();
        let shown = redact_urls(url.rsplit('@').next().unwrap_or_default());
        let refuse = |why: &str| Err(Error::config(format!("the proxy `{shown}` ({}) {why}", self.origin)));
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return refuse(
                "has an unknown scheme; write http://, https://, socks4://, socks4a://, socks5:// or socks5h://",
            );
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() || http::uri::Authority::try_from(host).is_err() {
            return refuse("names no host; write for example http://proxy.example.com:3128");
        }
        Ok(())
    }
}

/// The schemes of proxies that reqwest knows; it would pass over another one, and connect without a proxy.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

impl Proxies {
    /// Fills in what the environment says and nothing else did.
    pub(super) fn complete(mut self, var: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| Some((*name, var(name).filter(|value| !value.trim().is_empty())?)))
        };
        let chosen = |names: &[&'static str]| {
            let (origin, url) = first(names)?;
            Some(Chosen { url: Sensitive::new(url.trim().to_owned()), origin })
        };
        let of_all = || chosen(&["ALL_PROXY", "all_proxy"]);
        // In a program that a web server runs by CGI, HTTP_PROXY may be a header that somebody sent.
        let of_http: &[&'static str] =
            if var("REQUEST_METHOD").is_some() { &["http_proxy"] } else { &["HTTP_PROXY", "http_proxy"] };
        self.http = self.http.or_else(|| chosen(of_http)).or_else(of_all);
        self.https = self.https.or_else(|| chosen(&["HTTPS_PROXY", "https_proxy"])).or_else(of_all);
        self.except = self.except.or_else(|| first(&["NO_PROXY", "no_proxy"]).map(|(_, list)| list));
        self.is_complete = true;
        self
    }

    /// Sets the proxies of a client, and no others.
    pub(super) fn set(self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = builder.no_proxy();
        if self.is_off {
            return Ok(builder);
        }
        let this = if self.is_complete { self } else { self.complete(|name| std::env::var(name).ok()) };
        // The library takes it for all names, but not for addresses.
        if this.except.as_deref().is_some_and(|list| list.split(',').any(|host| host.trim() == "*")) {
            return Ok(builder);
        }
        for (chosen, is_https) in [(this.http, false), (this.https, true)] {
            let Some(chosen) = chosen else { continue };
            chosen.check()?;
            let url = chosen.url.expose().as_str();
            let proxy = if is_https { reqwest::Proxy::https(url) } else { reqwest::Proxy::http(url) };
            // The error would name the URL, and with it the password.
            let proxy = proxy.map_err(|_| Error::config(format!("the proxy ({}) is not a URL", chosen.origin)))?;
            let except = this.except.as_deref().and_then(reqwest::NoProxy::from_string);
            builder = builder.proxy(proxy.no_proxy(except));
        }
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(proxies: Proxies, vars: &[(&str, &str)]) -> Proxies {
        proxies.complete(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    fn url(chosen: Option<&Chosen>) -> Option<(&str, &'static str)> {
        chosen.map(|chosen| (chosen.url.expose().as_str(), chosen.origin))
    }

    #[test]
    fn what_is_not_configured_comes_from_the_environment_in_either_case() {
        let vars = [("http_proxy", "http://lower:1"), ("HTTPS_PROXY", "http://upper:2"), ("no_proxy", "localhost")];
        let proxies = complete(Proxies::default(), &vars);
        assert_eq!(url(proxies.http.as_ref()), Some(("http://lower:1", "http_proxy")));
        assert_eq!(url(proxies.https.as_ref()), Some(("http://upper:2", "HTTPS_PROXY")));
        assert_eq!(proxies.except.as_deref(), Some("localhost"));

        let given = Proxies { https: Some(Chosen::configured("http://mine:3")), ..Proxies::default() };
        let proxies = complete(given, &vars);
        assert_eq!(url(proxies.https.as_ref()), Some(("http://mine:3", "as configured")));
        assert_eq!(url(proxies.http.as_ref()), Some(("http://lower:1", "http_proxy")));

        let proxies = complete(Proxies::default(), &[("ALL_PROXY", "socks5://all:4"), ("HTTP_PROXY", " ")]);
        assert_eq!(url(proxies.http.as_ref()), Some(("socks5://all:4", "ALL_PROXY")));
        assert_eq!(url(proxies.https.as_ref()), Some(("socks5://all:4", "ALL_PROXY")));
    }

    #[test]
    fn a_header_of_a_request_by_cgi_chooses_no_proxy() {
        let proxies = complete(Proxies::default(), &[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil:1")]);
        assert!(proxies.http.is_none());
    }

    #[test]
    fn a_proxy_that_is_none_is_refused_by_where_it_was_said_and_without_its_password() {
        for (url, why) in [
            ("ftp://user:hunter2@host", "the proxy `host` (HTTPS_PROXY) has an unknown scheme"),
            ("http://user:hunter2@", "the proxy `` (HTTPS_PROXY) names no host"),
            ("user:hunter2@ho st:1", "the proxy `ho st:1` (HTTPS_PROXY) names no host"),
            ("http://host:notaport", "(HTTPS_PROXY) is not a URL"),
        ] {
            let proxies = complete(Proxies::default(), &[("HTTPS_PROXY", url)]);
            assert!(!format!("{proxies:?}").contains("hunter2"));
            let error = proxies.set(reqwest::Client::builder()).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
    }
}
