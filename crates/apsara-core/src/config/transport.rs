//! What is said most often of the transport that is there unless another is given.

use std::path::Path;
use std::time::Duration;

use super::ConfigBuilder;
use crate::transport::ReqwestTransportBuilder;

/// The settings of the transport on reqwest that most need; [`ReqwestTransport::builder`] has the others. A configuration for
/// which another transport is given is refused with any of them.
///
/// [`ReqwestTransport::builder`]: crate::transport::ReqwestTransport::builder
impl ConfigBuilder {
    /// Sets the proxy that every call goes through; see [`ReqwestTransportBuilder::proxy`]. Unless set it comes from the
    /// environment.
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.on_reqwest("proxy", |settings| settings.proxy(url))
    }

    /// Sets which hosts are called without a proxy; see [`ReqwestTransportBuilder::no_proxy`].
    pub fn no_proxy(self, hosts: impl Into<String>) -> Self {
        self.on_reqwest("no_proxy", |settings| settings.no_proxy(hosts))
    }

    /// Makes calls without a proxy, whatever the environment says.
    pub fn without_proxy(self) -> Self {
        self.on_reqwest("without_proxy", ReqwestTransportBuilder::without_proxy)
    }

    /// Trusts the authorities of a file beside the system's: certificates in PEM, one after another.
    pub fn ca_file(self, path: impl AsRef<Path>) -> Self {
        self.on_reqwest("ca_file", |settings| settings.ca_file(path))
    }

    /// Sets how long a connection may take to be made; 5 seconds unless set.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.on_reqwest("connect_timeout", |settings| settings.connect_timeout(timeout))
    }

    fn on_reqwest(
        mut self,
        name: &'static str,
        set: impl FnOnce(ReqwestTransportBuilder) -> ReqwestTransportBuilder,
    ) -> Self {
        self.reqwest = set(self.reqwest);
        self.reqwest_setting = Some(name);
        self
    }
}
