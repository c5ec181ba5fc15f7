//! The server as its clients see it.

use std::path::PathBuf;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::Failure;

/// Where the server is: a host with its port, which speaks TLS where there is a file with the certificate that it shows.
#[derive(Clone, Debug)]
pub struct Server {
    /// The host with its port.
    pub host: String,
    /// The file, in PEM.
    pub certificate: Option<PathBuf>,
}

impl Server {
    /// Returns its address, without a path.
    #[must_use]
    pub fn address(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    /// Makes a configuration of TLS that trusts its certificate and no other; one that trusts nobody where it speaks none.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn tls(&self) -> Result<ClientConfig, Failure> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = &self.certificate {
            roots.add(CertificateDer::from_pem_file(file)?)?;
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
    }

    /// Makes what connects to it as a client does that may be given any endpoint: with TLS or without.
    ///
    /// # Errors
    ///
    /// As [`Server::tls`].
    pub fn connector(&self) -> Result<HttpsConnector<HttpConnector>, Failure> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let builder = HttpsConnectorBuilder::new().with_tls_config(self.tls()?);
        Ok(builder.https_or_http().enable_http1().wrap_connector(tcp))
    }
}

/// Lets this process have as many connections as the system allows.
///
/// # Errors
///
/// Fails where the system does not tell how many that is.
pub fn raise_descriptor_limit() -> Result<(), Failure> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    Ok(())
}
