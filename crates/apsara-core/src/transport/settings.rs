//! What the transport on reqwest can be told.

use std::path::Path;
use std::time::Duration;

use super::RESPONSE_LIMIT;
use super::on_reqwest::ReqwestTransport;
use super::proxies::{Chosen, Proxies};
use super::system::no_tls;
use super::trust::{Source, Trust};
use crate::error::Error;

/// Collects what a [`ReqwestTransport`] is made with.
///
/// ```
/// use apsara_core::transport::ReqwestTransport;
///
/// # fn main() -> Result<(), apsara_core::Error> {
/// let transport = ReqwestTransport::builder()
///     .https_proxy("http://proxy.example.com:3128")
///     .no_proxy("localhost,10.0.0.0/8")
///     .pool_max_idle_per_host(8)
///     .build()?;
/// # let _ = transport;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a transport is made by `build`"]
pub struct ReqwestTransportBuilder {
    proxies: Proxies,
    trust: Trust,
    connect_timeout: Duration,
    max_idle: usize,
    idle_timeout: Option<Duration>,
    keep_alive: Option<Duration>,
    response_limit: usize,
}

/// How long a connection may take to be made, as the official SDKs have it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept that nobody uses.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// How long nothing is sent before the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

impl Default for ReqwestTransportBuilder {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            trust: Trust::default(),
            connect_timeout: CONNECT_TIMEOUT,
            max_idle: usize::MAX,
            idle_timeout: Some(IDLE_TIMEOUT),
            keep_alive: Some(KEEP_ALIVE),
            response_limit: RESPONSE_LIMIT,
        }
    }
}

impl ReqwestTransportBuilder {
    /// Sets the proxy for every endpoint: a URL that begins with `http://`, `https://`, `socks4://`, `socks4a://`, `socks5://` or
    /// `socks5h://` (where the proxy finds the address of the host), with `user:password@` if need be.
    ///
    /// An endpoint with `https` is reached through a tunnel (`CONNECT`), so that the proxy sees its host and nothing else; one
    /// with `http` is asked for by the proxy, which sees everything. Each of the two that is set neither here nor by
    /// [`http_proxy`](Self::http_proxy) and [`https_proxy`](Self::https_proxy) comes from the environment: `HTTPS_PROXY`,
    /// `HTTP_PROXY` (of which only `http_proxy` counts where `REQUEST_METHOD` is set, for then the other may be a header of a request),
    /// else `ALL_PROXY`, in upper or in lower case.
    pub fn proxy(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.http_proxy(url.clone()).https_proxy(url)
    }

    /// Sets the proxy for endpoints that begin with `http://`; see [`proxy`](Self::proxy).
    pub fn http_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxies.http = Some(Chosen::configured(url));
        self
    }

    /// Sets the proxy for endpoints with HTTPS, which are all but those that are configured otherwise; see
    /// [`proxy`](Self::proxy).
    pub fn https_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxies.https = Some(Chosen::configured(url));
        self
    }

    /// Sets which hosts are reached without a proxy, whoever named it: names (which hold for what is below them too), addresses
    /// and networks such as `10.0.0.0/8`, with commas between them, or `*`. Unless set it is what `NO_PROXY` or `no_proxy` says.
    pub fn no_proxy(mut self, hosts: impl Into<String>) -> Self {
        self.proxies.except = Some(hosts.into());
        self
    }

    /// Connects without a proxy, whatever the environment says.
    pub fn without_proxy(mut self) -> Self {
        self.proxies.is_off = true;
        self
    }

    /// Reads the proxies that are not set yet through a function, in the place of the environment.
    pub fn proxies_from_vars(mut self, var: impl Fn(&str) -> Option<String>) -> Self {
        self.proxies = self.proxies.complete(var);
        self
    }

    /// Trusts the authorities of a file too: certificates in PEM, one after another. It is read by [`build`](Self::build).
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.trust.add(Source::File(path.as_ref().to_owned()));
        self
    }

    /// Trusts these authorities too: certificates in PEM, one after another.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust.add(Source::Bytes(pem.into()));
        self
    }

    /// Trusts only the authorities that are given, and none of the system's.
    pub fn without_system_cas(mut self) -> Self {
        self.trust.close();
        self
    }

    /// Sets how long a connection may take to be made, TLS and proxy included; 5 seconds unless set. A call whose connection was
    /// not made was not sent, so it is tried again.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how many connections of each host are kept while nobody uses them; all unless set, none with 0.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle = connections;
        self
    }

    /// Sets how long a connection is kept while nobody uses it; 90 seconds unless set, and for ever with `None`.
    pub fn pool_idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = timeout.into();
        self
    }

    /// Sets after how long without a byte the system asks whether the other side of a connection is still there; 15 seconds
    /// unless set, and never with `None`.
    pub fn tcp_keep_alive(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.keep_alive = after.into();
        self
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB unless set.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Makes the transport, with its own pool of connections.
    ///
    /// # Errors
    ///
    /// Fails when a proxy's URL is none, and when a file of certificates cannot be read or one of them is none. The error names
    /// the file, the certificate by its number, and the variable. The system's certificates are read when the first server shows
    /// its own: what cannot be read fails that connection.
    pub fn build(self) -> Result<ReqwestTransport, Error> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(self.trust.config()?)
            .connect_timeout(self.connect_timeout)
            .pool_max_idle_per_host(self.max_idle)
            .pool_idle_timeout(self.idle_timeout)
            .tcp_keepalive(self.keep_alive)
            // Each is there as soon as anything in a program wants it of reqwest.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        let client = self.proxies.set(client)?;
        let client = client.build().map_err(|error| no_tls(&error))?;
        Ok(ReqwestTransport::with_client(client).response_limit(self.response_limit))
    }
}
