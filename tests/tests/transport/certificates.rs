//! Whom calls trust.

use std::path::PathBuf;

use apsara::Outcome;
use apsara::transport::ReqwestTransport;

use crate::tls::TlsServer;
use crate::{config, restart, restart_by};

/// Writes a file that is gone with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("apsara-{name}-{}.pem", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_beside_or_in_the_place_of_the_systems() {
    let server = TlsServer::start().await;
    let error = restart(config(&server.url())).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.is_connect() && error.to_string().contains("certificate"), "{error}");

    let file = Temporary::new("authority", &server.authority);
    restart(config(&server.url()).ca_file(&file.0)).await.unwrap();
    let pem = || ReqwestTransport::builder().ca_pem(server.authority.clone());
    restart_by(&server.url(), pem()).await.unwrap();
    restart_by(&server.url(), pem().without_system_cas()).await.unwrap();

    // Another authority's certificate proves nothing.
    let other = TlsServer::start().await;
    for transport in [pem(), pem().without_system_cas()] {
        let error = restart_by(&other.url(), transport).await.unwrap_err();
        assert!(error.is_connect() && error.outcome() == Outcome::NotSent, "{error}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_the_certificate_in_it() {
    let sound = TlsServer::start().await.authority.clone();
    let broken = format!("{sound}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let torn = format!("{sound}-----BEGIN CERTIFICATE-----\nAAAA\n");
    let key = "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n".to_owned();
    for (name, content, why) in [
        ("broken", broken, "certificate 2 in"),
        ("torn", torn, "certificate 2 in"),
        ("key", key, "there is no certificate in"),
        ("empty", String::new(), "there is no certificate in"),
    ] {
        let file = Temporary::new(name, &content);
        let error = config("127.0.0.1:1").ca_file(&file.0).build().unwrap_err();
        let text = error.to_string();
        assert!(error.is_config() && text.contains(why) && text.contains(&*file.0.to_string_lossy()), "{text}");
        assert!(!text.contains("Q0FOQVJZ"), "{text}");
    }
    let error = config("127.0.0.1:1").ca_file("/no/such/file.pem").build().unwrap_err().to_string();
    assert!(error.contains("the certificates in `/no/such/file.pem` cannot be read: "), "{error}");
    let error = ReqwestTransport::builder().without_system_cas().build().unwrap_err().to_string();
    assert!(error.contains("no server could be trusted"), "{error}");
    let builder = ReqwestTransport::builder().ca_pem("-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ");
    assert!(!format!("{builder:?}").contains("Q0FOQVJZ"));
}
