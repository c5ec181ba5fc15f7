//! The transports that tests of the wire are run on.

use apsara::ConfigBuilder;
use apsara::transport::HyperTransport;

/// Sets the transport that the path of a test's module asks for, and how long its bodies may be: the one on hyper-util in
/// `on_hyper`, else the one that is there.
///
/// # Panics
///
/// Panics if TLS cannot be set up.
pub fn on_transport(config: ConfigBuilder, module: &str, limit: Option<usize>) -> ConfigBuilder {
    if !module.starts_with("on_hyper") {
        return match limit {
            Some(bytes) => config.response_limit(bytes),
            None => config,
        };
    }
    let transport = HyperTransport::new().unwrap();
    config.transport(match limit {
        Some(bytes) => transport.response_limit(bytes),
        None => transport,
    })
}
