//! Collecting what a configuration holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;

#[cfg(feature = "rsa")]
use super::KeyPair;
use super::{Config, Inner, SignatureVersion};
use crate::call::Limit;
use crate::credentials::{Credentials, CredentialsChain, CredentialsProvider, Searcher, Source};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::Observer;
use crate::pacing::{LocalPacer, Pacer, provided_account};
use crate::retry::{Budget, Retry};
use crate::sensitive::Sensitive;
use crate::transport::Transport;

/// Collects what a [`Config`] holds. The configurations of its clones share what gives credentials, so that all are the same caller, whose
/// quota is one.
#[derive(Clone, Debug, Default)]
#[must_use = "a configuration is made by `build`"]
pub struct ConfigBuilder {
    credentials: Option<Source>,
    /// The number of what gives the credentials, by which calls are counted where that knows no account.
    provider: Option<u64>,
    /// What takes its transport from here, and gives the credentials if nothing else does.
    searcher: Option<Arc<dyn Searcher>>,
    #[cfg(feature = "rsa")]
    key_pair: Option<KeyPair>,
    bearer_token: Option<Sensitive<String>>,
    pub(super) region: Option<(String, &'static str)>,
    pub(super) endpoint: Option<String>,
    signature: Option<SignatureVersion>,
    deadline: Option<Duration>,
    retry: Retry,
    account: Option<String>,
    pacing: Pacing,
    without_validation: bool,
    response_limit: Option<usize>,
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "reqwest")]
    pub(super) reqwest: crate::transport::ReqwestTransportBuilder,
    /// The last setting that only the transport on reqwest has.
    pub(super) reqwest_setting: Option<&'static str>,
    attempt_timeout: Option<Duration>,
    concurrency_limit: Option<usize>,
    user_agent: Option<String>,
    observers: Vec<Arc<dyn Observer>>,
}

/// How calls are kept to their quotas.
#[derive(Clone, Debug, Default)]
enum Pacing {
    #[default]
    Local,
    By(Arc<dyn Pacer>),
    Off,
}

/// How many providers have been configured.
static PROVIDERS: AtomicU64 = AtomicU64::new(1);

/// How long a call may take in all, unless it says otherwise.
const DEADLINE: Duration = Duration::from_secs(60);

impl ConfigBuilder {
    /// Reads what [`Config::from_env`] does through a function that looks a variable up, so that more can be set before
    /// `build`. The home folder is the variable `HOME`, on Windows `USERPROFILE`.
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let mut builder = Self::default();
        let mut profile = None;
        match Credentials::from_vars(&var)? {
            Some(credentials) => builder = builder.credentials(credentials),
            None => {
                let chain = CredentialsChain::from_vars(&var)?;
                profile = chain.peek()?;
                let has_no_key = profile.as_ref().is_some_and(|peek| peek.anonymous || peek.bearer_token.is_some());
                if !has_no_key {
                    builder.searcher = Some(Arc::new(chain));
                    builder.provider = Some(PROVIDERS.fetch_add(1, Ordering::Relaxed));
                }
            }
        }
        if let Some(peek) = profile {
            builder.region = peek.region.map(|region| (region, "the profile's region_id"));
            builder.endpoint = peek.endpoint;
            builder.bearer_token = peek.bearer_token;
        }
        if let Some(region) = set("ALIBABA_CLOUD_REGION_ID") {
            builder.region = Some((region, "ALIBABA_CLOUD_REGION_ID"));
        }
        builder.endpoint = set("ALIBABA_CLOUD_ENDPOINT").or(builder.endpoint);
        builder.user_agent = set("ALIBABA_CLOUD_USER_AGENT");
        Ok(builder)
    }

    /// Sets what calls are signed with.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(Source::Fixed(credentials));
        self
    }

    /// Sets what gives the credentials that calls are signed with.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Source::Provided(Arc::new(provider)));
        self.provider = Some(PROVIDERS.fetch_add(1, Ordering::Relaxed));
        self
    }

    /// Sets a key pair that calls are signed with in the place of an access key, by `ACS3-RSA-SHA256`.
    #[cfg(feature = "rsa")]
    pub fn key_pair(mut self, pair: KeyPair) -> Self {
        self.key_pair = Some(pair);
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

    /// Sets how long one attempt may take, from the request to the end of the answer, or to its head where the body is given as it
    /// comes; as long as the call may unless set. What became of an attempt that ran out of time is
    /// [`Outcome::Unknown`](crate::Outcome::Unknown), so that it is made again only where the operation may be executed twice.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how many attempts of the clients of this configuration may be under way at a time, however slow they are. The others wait in
    /// the order in which they came; one whose turn does not come before its deadline fails. No attempt's time begins before its turn.
    /// `usize::MAX` is no limit.
    ///
    /// Unless set, 128 go out at once and others when one of these ends, but an attempt that has taken 0.1 to 0.2 seconds counts no
    /// more, and where many have, twice as many go out. Calls that are answered soon then take turns on few connections, and those
    /// that are not have one each, which costs about 45 to 60 KiB (more with TLS) and an open file; a system that is not told
    /// otherwise often allows a program 1,024 of these.
    ///
    /// An answer that is read as it comes counts until it begins. Under a limit, a call that was begun and is not polled any more, as in a
    /// `select!` that goes on without it, keeps its turn until it is dropped; `tokio::spawn` lets it go on.
    pub fn concurrency_limit(mut self, attempts: usize) -> Self {
        self.concurrency_limit = Some(attempts);
        self
    }

    /// Sets what stands behind the SDK's own name in the header `User-Agent`, for example `billing-job/1.4`. Unless set,
    /// [`Config::from_env`] takes it from `ALIBABA_CLOUD_USER_AGENT`.
    pub fn user_agent(mut self, addition: impl Into<String>) -> Self {
        self.user_agent = Some(addition.into());
        self
    }

    /// Sets how often calls are tried, and how long they wait in between; see [`Retry`].
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the account that quotas are counted for. All its users and roles share them, so that clients with several access
    /// keys of one account need it, and those with a provider of keys that change. Else the id of the access key stands for the
    /// account, be it given or a permanent one of a profile; a provider of keys that change counts for the account of the role
    /// that it assumes, or for itself.
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets what keeps calls to their quotas, in the place of a [`LocalPacer`].
    pub fn pacer(mut self, pacer: impl Pacer + 'static) -> Self {
        self.pacing = Pacing::By(Arc::new(pacer));
        self
    }

    /// Lets calls go out whatever their quotas are: what is too much is throttled by the cloud.
    pub fn without_pacing(mut self) -> Self {
        self.pacing = Pacing::Off;
        self
    }

    /// Lets requests go out without a look at what their parameters must be: where a spec is stricter than the cloud.
    pub fn without_validation(mut self) -> Self {
        self.without_validation = true;
        self
    }

    /// Adds what hears of every call, after those that were added before; see [`Observer`].
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Sends the context of the current trace with each attempt; see [`TraceContext`](crate::observe::TraceContext).
    #[cfg(feature = "opentelemetry")]
    pub fn trace_context(self) -> Self {
        self.observer(crate::observe::TraceContext)
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB unless set. It holds for the transport that is there unless
    /// another is given.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = Some(bytes);
        self
    }

    /// Sets the transport; unless set, it is one on reqwest where the feature `reqwest` is on, and else one on hyper-util where the
    /// feature `hyper` is on.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Makes the configuration.
    ///
    /// # Errors
    ///
    /// Fails when the endpoint is none, when the limit of attempts is 0, when TLS cannot be set up, when a proxy, a file of
    /// certificates or the addition to the user agent cannot be used, when a setting of the transport on reqwest stands beside another
    /// transport, and when there is no transport.
    pub fn build(self) -> Result<Config, Error> {
        let endpoint = self.endpoint.as_deref().map(Endpoint::parse).transpose()?;
        let user_agent = user_agent(self.user_agent.as_deref())?;
        let transport = match (self.transport, self.reqwest_setting) {
            (Some(_), Some(setting)) => {
                return Err(Error::config(format!(
                    "ConfigBuilder::{setting} has no effect on the transport that is given; say it where that is made, \
                     for example by ReqwestTransport::builder"
                )));
            }
            (Some(transport), None) => transport,
            #[cfg(feature = "reqwest")]
            (None, _) => default_transport(self.reqwest, self.response_limit)?,
            #[cfg(all(feature = "hyper", not(feature = "reqwest")))]
            (None, _) => on_hyper(self.response_limit)?,
            #[cfg(not(any(feature = "hyper", feature = "reqwest")))]
            (None, _) => {
                return Err(Error::config(
                    "there is no transport: turn the feature `reqwest` or `hyper` on or give one to ConfigBuilder::transport",
                ));
            }
        };
        if self.concurrency_limit == Some(0) {
            return Err(Error::config(
                "ConfigBuilder::concurrency_limit is 0, so that no call could be made; at least 1 is needed",
            ));
        }
        let pacer: Option<Arc<dyn Pacer>> = match self.pacing {
            Pacing::By(pacer) => Some(pacer),
            Pacing::Off => None,
            // What was configured may be another cloud, an emulator for example, with quotas of its own.
            Pacing::Local if endpoint.is_some() => Some(Arc::new(LocalPacer::new())),
            Pacing::Local => Some(LocalPacer::shared()),
        };
        let credentials = self.credentials.or_else(|| {
            let searcher = self.searcher?;
            searcher.use_transport(&transport);
            Some(Source::Provided(searcher))
        });
        let account = match (self.account, &credentials) {
            (Some(account), _) => account,
            #[cfg(feature = "rsa")]
            (None, _) if self.key_pair.is_some() => {
                self.key_pair.as_ref().map(|pair| pair.id().to_owned()).unwrap_or_default()
            }
            (None, Some(Source::Fixed(key))) => key.access_key_id().to_owned(),
            // Its keys may change, and a new one is no new quota.
            (None, Some(Source::Provided(provider))) => provider
                .account()
                .or_else(|| provider.permanent_key_id())
                .unwrap_or_else(|| provided_account(self.provider.unwrap_or_default())),
            (None, None) => String::new(),
        };
        Ok(Config {
            inner: Arc::new(Inner {
                credentials,
                #[cfg(feature = "rsa")]
                key_pair: self.key_pair,
                bearer_token: self.bearer_token,
                region: self.region,
                endpoint,
                signature: self.signature,
                deadline: self.deadline.unwrap_or(DEADLINE),
                attempt_timeout: self.attempt_timeout,
                user_agent,
                retry: self.retry,
                budget: Budget::new(),
                clock_offset: AtomicI64::new(0),
                account,
                pacer,
                validation: !self.without_validation,
                observers: self.observers,
                limit: Limit::new(self.concurrency_limit),
                transport,
            }),
        })
    }
}

#[cfg(all(feature = "hyper", not(feature = "reqwest")))]
fn on_hyper(response_limit: Option<usize>) -> Result<Arc<dyn Transport>, Error> {
    let transport = crate::transport::HyperTransport::new()?;
    Ok(Arc::new(match response_limit {
        Some(bytes) => transport.response_limit(bytes),
        None => transport,
    }))
}

#[cfg(feature = "reqwest")]
fn default_transport(
    settings: crate::transport::ReqwestTransportBuilder,
    response_limit: Option<usize>,
) -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(match response_limit {
        Some(bytes) => settings.response_limit(bytes).build()?,
        None => settings.build()?,
    }))
}

/// Returns what the header `User-Agent` says.
fn user_agent(addition: Option<&str>) -> Result<HeaderValue, Error> {
    const OURS: &str = concat!("Apsara/", env!("CARGO_PKG_VERSION"), " (Rust)");
    let Some(addition) = addition.map(str::trim).filter(|addition| !addition.is_empty()) else {
        return Ok(HeaderValue::from_static(OURS));
    };
    HeaderValue::from_str(&format!("{OURS} {addition}")).map_err(|_| {
        Error::config(
            "the addition to the user agent (ConfigBuilder::user_agent or ALIBABA_CLOUD_USER_AGENT) holds a \
                       character that HTTP forbids in a header",
        )
    })
}
