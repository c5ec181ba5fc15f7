//! The system's certificates, read when a server first shows one.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::error::Error;

/// Says that there is no TLS, and why.
pub(super) fn no_tls(error: &dyn std::fmt::Display) -> Error {
    Error::config(format!("TLS cannot be set up: {error}"))
}

/// Verifies by the system's authorities, and by those that are given.
///
/// A hundred and more authorities are read and parsed for it, so this waits for the first connection with TLS: a client that only
/// ever talks to an endpoint with `http://` does not pay for what it never uses. What cannot be read fails that connection.
#[derive(Debug)]
pub(super) struct SystemVerifier {
    provider: Arc<CryptoProvider>,
    extra: Vec<CertificateDer<'static>>,
    make: Make,
    verifier: OnceLock<Verifier>,
}

/// Reads the system's authorities, and adds those that are given.
type Make = fn(&[CertificateDer<'static>], Arc<CryptoProvider>) -> Result<Verifier, rustls::Error>;

impl SystemVerifier {
    /// Makes the configuration of TLS.
    pub(super) fn config() -> Result<ClientConfig, rustls::Error> {
        Self::made(Vec::new(), |_, provider| Verifier::new(provider))
    }

    /// Makes the configuration of TLS with authorities of one's own, which must have been read as such.
    #[cfg(feature = "reqwest")]
    pub(super) fn config_with(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, rustls::Error> {
        Self::made(extra, |extra, provider| Verifier::new_with_extra_roots(extra.iter().cloned(), provider))
    }

    fn made(extra: Vec<CertificateDer<'static>>, make: Make) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let verifier = Arc::new(Self { provider, extra, make, verifier: OnceLock::new() });
        // The name says what it is used for: to set another verifier. This one verifies all that there is to verify.
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }

    fn verifier(&self) -> Result<&Verifier, rustls::Error> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(verifier);
        }
        // What cannot be read now, as where too many files are open, can be read for a later connection.
        let made = (self.make)(&self.extra, Arc::clone(&self.provider))?;
        Ok(self.verifier.get_or_init(|| made))
    }

    fn algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.provider.signature_verification_algorithms
    }
}

impl ServerCertVerifier for SystemVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, self.algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, self.algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms().supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn what_could_not_be_read_is_read_again_for_the_next_connection() {
        static TRIES: AtomicU32 = AtomicU32::new(0);
        let make: Make = |_, _| {
            TRIES.fetch_add(1, Ordering::Relaxed);
            Err(rustls::Error::General("too many open files".to_owned()))
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = SystemVerifier { provider, extra: Vec::new(), make, verifier: OnceLock::new() };
        for tries in 1..3 {
            verifier.verifier().unwrap_err();
            assert_eq!(TRIES.load(Ordering::Relaxed), tries);
        }
    }
}
