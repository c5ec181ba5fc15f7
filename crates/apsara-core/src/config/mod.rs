//! What a client is created with.

mod builder;
#[cfg(feature = "rsa")]
mod key_pair;
#[cfg(feature = "reqwest")]
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub use self::builder::ConfigBuilder;
#[cfg(feature = "rsa")]
pub use self::key_pair::KeyPair;
use crate::call::Limit;
use crate::credentials::Source;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::Observer;
use crate::pacing::Pacer;
use crate::retry::{Budget, Retry};
use crate::sensitive::Sensitive;
use crate::transport::Transport;

/// Holds credentials, region and transport. Cheap to clone; clients that are created from the same one share its connections,
/// its retry budget, and what it has learned of the cloud's clock.
///
/// ```
/// use apsara_core::{Config, Credentials};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), apsara_core::Error> {
/// let key = Credentials::new("LTAI-example", "example")?;
/// let config = Config::builder().credentials(key).region("cn-shanghai").deadline(Duration::from_secs(10)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) credentials: Option<Source>,
    #[cfg(feature = "rsa")]
    pub(crate) key_pair: Option<KeyPair>,
    pub(crate) bearer_token: Option<Sensitive<String>>,
    pub(crate) region: Option<(String, &'static str)>,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) signature: Option<SignatureVersion>,
    pub(crate) deadline: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) user_agent: http::HeaderValue,
    pub(crate) retry: Retry,
    pub(crate) budget: Budget,
    /// By how many seconds this machine's clock is behind the cloud's, once a refusal has told it.
    pub(crate) clock_offset: AtomicI64,
    /// What quotas are counted for.
    pub(crate) account: String,
    pub(crate) pacer: Option<Arc<dyn Pacer>>,
    pub(crate) validation: bool,
    pub(crate) observers: Vec<Arc<dyn Observer>>,
    pub(crate) limit: Limit,
    pub(crate) transport: Arc<dyn Transport>,
}

/// Names a version of the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// `ACS3-HMAC-SHA256`, what every product takes.
    #[default]
    V3,
    /// HMAC-SHA1 over the query, or over headers and path, as the product's style is: for parity with older clients.
    V1,
    /// `ACS3-HMAC-SM3`, which hashes and signs by SM3.
    #[cfg(feature = "sm3")]
    V3Sm3,
}

impl Config {
    /// Starts a configuration that knows nothing yet.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Returns this configuration for another region: with the same key, transport, observers and count of quotas, and with a retry
    /// budget and a limit of calls at a time of its own, as other servers answer. An endpoint that is set stays.
    #[must_use]
    pub fn with_region(&self, region: impl Into<String>) -> Self {
        let from = &*self.inner;
        Self {
            inner: Arc::new(Inner {
                credentials: from.credentials.clone(),
                #[cfg(feature = "rsa")]
                key_pair: from.key_pair.clone(),
                bearer_token: from.bearer_token.clone(),
                region: Some((region.into(), "Config::with_region")),
                endpoint: from.endpoint.clone(),
                signature: from.signature,
                deadline: from.deadline,
                attempt_timeout: from.attempt_timeout,
                user_agent: from.user_agent.clone(),
                retry: from.retry,
                budget: Budget::new(),
                clock_offset: AtomicI64::new(from.clock_offset.load(Ordering::Relaxed)),
                account: from.account.clone(),
                pacer: from.pacer.clone(),
                validation: from.validation,
                observers: from.observers.clone(),
                limit: Limit::new(from.limit.most()),
                transport: Arc::clone(&from.transport),
            }),
        }
    }

    /// Returns the id of the access key that calls are signed with, where it is a permanent one, and known without asking anybody.
    #[must_use]
    pub fn permanent_key_id(&self) -> Option<String> {
        #[cfg(feature = "rsa")]
        if let Some(pair) = &self.inner.key_pair {
            return Some(pair.id().to_owned());
        }
        self.inner.credentials.as_ref()?.permanent_key_id()
    }

    /// Returns the account of the role by which calls are made, where it is known without asking anybody.
    #[must_use]
    pub fn role_account(&self) -> Option<String> {
        self.inner.credentials.as_ref()?.account()
    }

    /// Returns whether the parameter `RegionId` of a call says where it goes: neither a region nor an endpoint is set.
    #[must_use]
    pub fn follows_region_id(&self) -> bool {
        self.inner.region.is_none() && self.inner.endpoint.is_none()
    }

    /// Reads the configuration from the environment, and from the files that it leads to.
    ///
    /// | variable | what it gives |
    /// | --- | --- |
    /// | `ALIBABA_CLOUD_ACCESS_KEY_ID` | the id of the access key |
    /// | `ALIBABA_CLOUD_ACCESS_KEY_SECRET` | its secret |
    /// | `ALIBABA_CLOUD_SECURITY_TOKEN` | the token of a temporary key from STS |
    /// | `ALIBABA_CLOUD_REGION_ID` | the region that chooses the endpoint; else the `region_id` of the profile that is used |
    /// | `ALIBABA_CLOUD_ENDPOINT` | a host that is used instead, for example that of an emulator; else the `endpoint` of the profile |
    /// | `ALIBABA_CLOUD_USER_AGENT` | what stands behind the SDK's name in the header `User-Agent` |
    /// | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | the proxies of the transport on reqwest, in upper or lower case |
    ///
    /// Where no access key is set, a [`CredentialsChain`](crate::credentials::CredentialsChain) looks for one, by these
    /// variables:
    ///
    /// | variable | what it says |
    /// | --- | --- |
    /// | `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`, `ALIBABA_CLOUD_OIDC_TOKEN_FILE` | a role, and the file with the token that it is assumed with |
    /// | `ALIBABA_CLOUD_ROLE_SESSION_NAME`, `ALIBABA_CLOUD_EXTERNAL_ID` | what roles are assumed with, where a profile does not say it |
    /// | `ALIBABA_CLOUD_PROFILE` | the profile, in both kinds of files |
    /// | `ALIBABA_CLOUD_CONFIG_FILE` | the official CLI's file, `~/.aliyun/config.json` unless set |
    /// | `ALIBABA_CLOUD_CLI_PROFILE_DISABLED` | `true`: that file is not read |
    /// | `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` | `true` or `1`: no program is started that a profile names |
    /// | `ALIBABA_CLOUD_CREDENTIALS_FILE` | the official SDKs' file, `~/.alibabacloud/credentials` or `credentials.ini` unless set |
    /// | `ALIBABA_CLOUD_ECS_METADATA` | the name of the ECS instance's role, which saves the question for it |
    /// | `ALIBABA_CLOUD_ECS_METADATA_DISABLED` | `true`: the metadata service is not asked |
    /// | `ALIBABA_CLOUD_IMDSV1_DISABLED` | `true`: it is not asked without a token |
    /// | `ALIBABA_CLOUD_CREDENTIALS_URI` | a server that gives keys |
    /// | `ALIBABA_CLOUD_STS_REGION`, `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED`, `ALIBABA_CLOUD_STS_ENDPOINT` | where the token service is |
    ///
    /// No network is needed here. Files are read, so that a file that is broken is told at once; whoever is asked over the
    /// network for keys is asked by the first call that needs one. It is async so that this can change.
    ///
    /// # Errors
    ///
    /// Fails when half an access key is set, when a variable's value cannot be used, when a file or the profile in it is
    /// broken, when `ALIBABA_CLOUD_PROFILE` names a profile that is nowhere,
    /// when `ALIBABA_CLOUD_CONFIG_FILE` or `ALIBABA_CLOUD_CREDENTIALS_FILE` names a file that is not there,
    /// and when there is nowhere to look: without a
    /// profile, with the metadata service disabled and no server named. Where only the metadata service is left, which cannot be known to be there, the first
    /// call fails if it is not, within two seconds.
    #[allow(clippy::unused_async)]
    pub async fn from_env() -> Result<Self, Error> {
        ConfigBuilder::from_vars(|name| std::env::var(name).ok())?.build()
    }

    /// Reads the configuration from the environment, as [`Config::from_env`] does, for code that is not async.
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`], and inside of an async runtime.
    #[cfg(feature = "blocking")]
    pub fn from_env_blocking() -> Result<Self, Error> {
        crate::blocking::run(Self::from_env())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(vars: &[(&str, &str)]) -> Result<ConfigBuilder, Error> {
        ConfigBuilder::from_vars(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn no_credentials_says_which_variables_to_set() {
        let error = builder(&[("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")]).unwrap_err();
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
    fn the_user_agent_names_the_sdk_and_then_what_was_added() {
        let agent = |builder: ConfigBuilder| builder.build().map(|config| config.inner.user_agent.clone());
        let vars = [
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
            ("ALIBABA_CLOUD_USER_AGENT", "job/1"),
        ];
        let ours = concat!("Apsara/", env!("CARGO_PKG_VERSION"), " (Rust)");
        assert_eq!(agent(Config::builder()).unwrap(), ours);
        assert_eq!(agent(builder(&vars).unwrap()).unwrap(), format!("{ours} job/1"));
        assert_eq!(agent(builder(&vars).unwrap().user_agent("mine/2")).unwrap(), format!("{ours} mine/2"));
        let error = agent(Config::builder().user_agent("two\r\nlines: 1")).unwrap_err();
        assert!(error.to_string().contains("ALIBABA_CLOUD_USER_AGENT"), "{error}");
    }

    #[test]
    fn a_configuration_for_another_region_shares_what_is_not_of_a_region() {
        let key = crate::Credentials::new("id", "secret").unwrap();
        let builder = Config::builder().credentials(key).region("cn-shanghai").account("1").concurrency_limit(3);
        let first = builder.build().unwrap();
        first.inner.clock_offset.store(7, Ordering::Relaxed);
        let second = first.with_region("cn-beijing");
        assert_eq!(second.inner.region, Some(("cn-beijing".to_owned(), "Config::with_region")));
        assert_eq!(first.inner.region, Some(("cn-shanghai".to_owned(), "ConfigBuilder::region")));
        assert!(Arc::ptr_eq(&first.inner.transport, &second.inner.transport));
        let pacers = (first.inner.pacer.as_ref().unwrap(), second.inner.pacer.as_ref().unwrap());
        assert!(Arc::ptr_eq(pacers.0, pacers.1));
        assert_eq!((second.inner.account.as_str(), second.inner.limit.most()), ("1", Some(3)));
        assert_eq!(second.inner.clock_offset.load(Ordering::Relaxed), 7);
        assert_eq!(second.permanent_key_id().as_deref(), Some("id"));
    }

    #[test]
    fn a_key_that_stays_and_an_open_region_are_known_without_asking_anybody() {
        let folder = tempfile::tempdir().unwrap();
        let (cli, ini) = (folder.path().join("config.json"), folder.path().join("credentials"));
        let profile = |name: &str, rest: &str| {
            format!("{{\"name\":\"{name}\",\"access_key_id\":\"LTAI-{name}\",\"access_key_secret\":\"s\",{rest}}}")
        };
        let profiles = [
            profile("plain", "\"mode\":\"AK\""),
            profile("short", "\"mode\":\"StsToken\",\"sts_token\":\"t\""),
            profile("role", "\"mode\":\"RamRoleArn\",\"ram_role_arn\":\"acs:ram::123456:role/r\""),
        ];
        std::fs::write(&cli, format!("{{\"current\":\"plain\",\"profiles\":[{}]}}", profiles.join(","))).unwrap();
        let section = "[old]\ntype = access_key\naccess_key_id = LTAI-old\naccess_key_secret = s\n";
        std::fs::write(&ini, section).unwrap();
        let built = |vars: &[(&str, &str)]| {
            let (cli, ini) = (cli.to_str().unwrap(), ini.to_str().unwrap());
            let files = [("ALIBABA_CLOUD_CONFIG_FILE", cli), ("ALIBABA_CLOUD_CREDENTIALS_FILE", ini)];
            builder(&[vars, &files].concat()).unwrap().build().unwrap()
        };
        let of = |vars: &[(&str, &str)]| {
            let config = built(vars);
            let (key, account) = (config.permanent_key_id(), config.role_account());
            (key.unwrap_or_default(), account.unwrap_or_default(), config.follows_region_id())
        };
        let found = |key: &str, account: &str, follows: bool| (key.to_owned(), account.to_owned(), follows);
        let profile = |name| [("ALIBABA_CLOUD_PROFILE", name)];
        assert_eq!(of(&[]), found("LTAI-plain", "", true));
        assert_eq!(of(&profile("short")), found("", "", true));
        assert_eq!(of(&profile("role")), found("", "123456", true));
        assert_eq!(of(&profile("old")), found("LTAI-old", "", true));
        let key = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s")];
        let with = |name, value| of(&[&key[..], &[(name, value)]].concat());
        assert_eq!(with("ALIBABA_CLOUD_REGION_ID", "cn-beijing"), found("LTAI-env", "", false));
        assert_eq!(with("ALIBABA_CLOUD_ENDPOINT", "http://127.0.0.1:1"), found("LTAI-env", "", false));
        assert_eq!(with("ALIBABA_CLOUD_SECURITY_TOKEN", "t"), found("", "", true));
        // So is whose quota it is.
        let counted = |vars: &[(&str, &str)]| built(vars).inner.account.clone();
        assert_eq!([counted(&[]), counted(&profile("old"))], ["LTAI-plain", "LTAI-old"]);
        assert_eq!([counted(&profile("role")), counted(&key)], ["123456", "LTAI-env"]);
        assert_ne!(counted(&profile("short")), counted(&profile("short")), "a key that changes is no account");
    }

    #[test]
    fn a_setting_that_would_have_no_effect_is_refused() {
        let transport = crate::transport::ReqwestTransport::new().unwrap();
        let error = Config::builder().proxy("http://proxy:1").transport(transport).build().unwrap_err();
        assert!(error.to_string().contains("ConfigBuilder::proxy has no effect on the transport"), "{error}");
    }

    #[test]
    fn a_bad_endpoint_is_refused_when_it_is_built() {
        let error = Config::builder().endpoint("https://host/path").build().unwrap_err();
        assert!(error.to_string().contains("has a path"), "{error}");
    }
}
