//! Whose certificates a server may show.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::system::{SystemVerifier, no_tls};
use crate::error::Error;

type Read = fn(&Trust) -> Result<ClientConfig, Error>;

/// Holds the authorities that are trusted: the system's, and those that were given.
#[derive(Clone, Default)]
pub(super) struct Trust {
    sources: Vec<Source>,
    /// Whether only those count, and the system's do not.
    is_closed: bool,
    /// What reads them, once something was said: a program that says nothing is linked without it.
    read: Option<Read>,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust").field("sources", &self.sources).field("is_closed", &self.is_closed).finish()
    }
}

/// Where certificates are read from, in PEM.
#[derive(Clone)]
pub(super) enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Somebody may have given a key by mistake.
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File(path) => write!(f, "{path:?}"),
        }
    }
}

impl Source {
    /// Reads the certificates; at least one, and all of them sound.
    fn read(&self, roots: &mut RootCertStore, found: &mut Vec<CertificateDer<'static>>) -> Result<(), Error> {
        let name = match self {
            Self::Bytes(_) => "the given PEM".to_owned(),
            Self::File(path) => format!("`{}`", path.display()),
        };
        let pem = match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(path) => std::fs::read(path).map(Cow::Owned),
        };
        let pem = pem.map_err(|error| Error::config(format!("the certificates in {name} cannot be read: {error}")))?;
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            count += 1;
            let refuse = |error: &dyn std::fmt::Display| {
                Error::config(format!("certificate {count} in {name} is none: {error}"))
            };
            let certificate = certificate.map_err(|error| refuse(&error))?;
            roots.add(certificate.clone()).map_err(|error| refuse(&error))?;
            found.push(certificate);
        }
        if count == 0 {
            return Err(Error::config(format!(
                "there is no certificate in {name}: it must hold some in PEM, from `-----BEGIN CERTIFICATE-----` on"
            )));
        }
        Ok(())
    }
}

impl Trust {
    /// Trusts these too.
    pub(super) fn add(&mut self, source: Source) {
        self.sources.push(source);
        self.read = Some(Self::read);
    }

    /// Trusts none of the system's.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.read = Some(Self::read);
    }

    /// Makes the configuration of TLS.
    pub(super) fn config(&self) -> Result<ClientConfig, Error> {
        match self.read {
            Some(read) => read(self),
            None => SystemVerifier::config().map_err(|error| no_tls(&error)),
        }
    }

    fn read(&self) -> Result<ClientConfig, Error> {
        let (mut roots, mut found) = (RootCertStore::empty(), Vec::new());
        for source in &self.sources {
            source.read(&mut roots, &mut found)?;
        }
        if self.is_closed {
            if found.is_empty() {
                return Err(Error::config(
                    "no server could be trusted: without the system's certificates, give some of your own",
                ));
            }
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let builder = builder.map_err(|error| no_tls(&error))?;
            return Ok(builder.with_root_certificates(roots).with_no_client_auth());
        }
        SystemVerifier::config_with(found).map_err(|error| no_tls(&error))
    }
}
