//! What a client is created with.

use std::sync::Arc;
use std::time::Duration;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::Transport;

/// Holds credentials, region and transport. Cheap to clone; clients that are created from the same one share its
/// connections.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) credentials: Option<Credentials>,
    pub(crate) bearer_token: Option<Sensitive<String>>,
    pub(crate) region: Option<(String, &'static str)>,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) signature: Option<SignatureVersion>,
    pub(crate) deadline: Duration,
    pub(crate) attempts: u32,
    pub(crate) transport: Arc<dyn Transport>,
}

/// Names a version of the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// `ACS3-HMAC-SHA256`, what every product takes.
    #[default]
    V3,
    /// HMAC-SHA1 over the query, for parity with older clients; only for products in the RPC style.
    V1,
}

/// Collects what a [`Config`] holds.
#[derive(Debug, Default)]
#[must_use = "a configuration is made by `build`"]
pub struct ConfigBuilder {
    credentials: Option<Credentials>,
    bearer_token: Option<Sensitive<String>>,
    region: Option<(String, &'static str)>,
    endpoint: Option<String>,
    signature: Option<SignatureVersion>,
    deadline: Option<Duration>,
    attempts: Option<u32>,
    transport: Option<Arc<dyn Transport>>,
}

/// How long a call may take in all, unless it says otherwise.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a call is tried that is known not to have been sent.
const ATTEMPTS: u32 = 3;

impl Config {
    /// Starts a configuration that knows nothing yet.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Reads the configuration from the environment.
    ///
    /// | variable | what it gives |
    /// | --- | --- |
    /// | `ALIBABA_CLOUD_ACCESS_KEY_ID` | the id of the access key |
    /// | `ALIBABA_CLOUD_ACCESS_KEY_SECRET` | its secret |
    /// | `ALIBABA_CLOUD_SECURITY_TOKEN` | the token of a temporary key from STS |
    /// | `ALIBABA_CLOUD_REGION_ID` | the region that chooses the endpoint |
    /// | `ALIBABA_CLOUD_ENDPOINT` | a host that is used instead, for example that of an emulator |
    ///
    /// It is async because other sources of credentials need the network.
    ///
    /// # Errors
    ///
    /// Fails when no credentials are set, when only half of them are, and when a variable's value cannot be used.
    #[allow(clippy::unused_async)]
    pub async fn from_env() -> Result<Self, Error> {
        ConfigBuilder::from_vars(|name| std::env::var(name).ok())?.build()
    }
}

impl ConfigBuilder {
    /// Reads the variables of [`Config::from_env`] through a function, so that more can be set before `build`.
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let Some(credentials) = Credentials::from_vars(&var)? else {
            return Err(Error::config(
                "no credentials were found: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            ));
        };
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let mut builder = Self::default().credentials(credentials);
        builder.region = set("ALIBABA_CLOUD_REGION_ID").map(|region| (region, "ALIBABA_CLOUD_REGION_ID"));
        builder.endpoint = set("ALIBABA_CLOUD_ENDPOINT");
        Ok(builder)
    }

    /// Sets what calls are signed with.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets the bearer token of the calls that take one, where there is no access key or they take nothing else. It is sent as
    /// it is, so the transport must be private.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(Sensitive::new(token.into()));
        self
    }

    /// Sets the region that chooses the endpoint. A parameter `Region` never does.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some((region.into(), "ConfigBuilder::region"));
        self
    }

    /// Sets the host that every call goes to, whatever the region; see [`Endpoint::parse`].
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Sets the version of the signature; [`SignatureVersion::V3`] unless set.
    ///
    /// The gateways of a few products (OSS, SLS, PDS) want a signature of their own, which this runtime does not make. Their
    /// calls are refused before they are sent unless a version is set here, for example because an emulator takes it.
    pub fn signature(mut self, signature: SignatureVersion) -> Self {
        self.signature = Some(signature);
        self
    }

    /// Sets how long a call may take in all, attempts and waits included; 60 seconds unless set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how often a call is tried that is known not to have been sent; 3 times unless set, at least once.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Sets the transport; one on reqwest unless set, where the feature `reqwest` is on.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Makes the configuration.
    ///
    /// # Errors
    ///
    /// Fails when the endpoint is none, or when TLS cannot be set up.
    pub fn build(self) -> Result<Config, Error> {
        let endpoint = self.endpoint.as_deref().map(Endpoint::parse).transpose()?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport()?,
        };
        Ok(Config {
            inner: Arc::new(Inner {
                credentials: self.credentials,
                bearer_token: self.bearer_token,
                region: self.region,
                endpoint,
                signature: self.signature,
                deadline: self.deadline.unwrap_or(DEADLINE),
                attempts: self.attempts.unwrap_or(ATTEMPTS).max(1),
                transport,
            }),
        })
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(crate::transport::ReqwestTransport::new()?))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Err(Error::config("there is no transport: turn the feature `reqwest` on or give one to ConfigBuilder::transport"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(vars: &[(&str, &str)]) -> Result<ConfigBuilder, Error> {
        ConfigBuilder::from_vars(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn no_credentials_says_which_variables_to_set() {
        let error = builder(&[]).unwrap_err();
        assert!(error.is_config());
        assert!(
            error.to_string().contains("set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
            "{error}"
        );
    }

    #[test]
    fn region_and_endpoint_come_from_the_environment() {
        let vars = [
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
            ("ALIBABA_CLOUD_REGION_ID", "cn-beijing"),
            ("ALIBABA_CLOUD_ENDPOINT", "http://127.0.0.1:1"),
        ];
        let builder = builder(&vars).unwrap();
        assert_eq!(builder.region, Some(("cn-beijing".to_owned(), "ALIBABA_CLOUD_REGION_ID")));
        assert_eq!(builder.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn a_bad_endpoint_is_refused_when_it_is_built() {
        let error = Config::builder().endpoint("https://host/path").build().unwrap_err();
        assert!(error.to_string().contains("has a path"), "{error}");
    }
}
