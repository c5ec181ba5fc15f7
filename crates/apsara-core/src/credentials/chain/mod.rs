//! The places where credentials are looked for, one after the other.

#[cfg(test)]
mod cases;
mod explain;
mod search;

use std::sync::Arc;

use tokio::sync::Mutex;

pub use self::explain::{Explanation, Step, StepEnd};
use self::search::{Sources, nothing};
use super::profile::Surroundings;
use super::variables::Variables;
use super::{Credentials, CredentialsProvider, Searcher};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::{BoxFuture, Transport};

/// Looks for credentials where the official SDKs do, in their order.
///
/// 1. the environment: `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`
/// 2. a role by a token: `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` and `ALIBABA_CLOUD_OIDC_TOKEN_FILE`; see [`OidcRole`](super::OidcRole)
/// 3. a profile of the official CLI, see [`CliProfile`](super::CliProfile)
/// 4. a profile of the official SDKs, see [`IniProfile`](super::IniProfile)
/// 5. the role of the ECS instance, unless `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is `true`; see [`EcsRamRole`](super::EcsRamRole)
/// 6. the server that `ALIBABA_CLOUD_CREDENTIALS_URI` names, see [`CredentialsUri`](super::CredentialsUri)
///
/// The first one that is set up is used. Where the official SDKs go on after one that is set up and fails, such as a file
/// that is broken or a role that may not be assumed, this search ends with its error, lest a program acts as somebody else
/// than it was told to. For the same reason it ends where `ALIBABA_CLOUD_PROFILE` names a profile that is in no file.
/// So it does where `ALIBABA_CLOUD_CONFIG_FILE` or `ALIBABA_CLOUD_CREDENTIALS_FILE` names a file that is not there. It goes
/// on only after the metadata service, of which nobody knows beforehand whether it is there.
///
/// Nothing is asked before the first call. A search that fails is made again by the next call. Once one has succeeded, only
/// what it found is asked, so that a program stays who it is; clones share it.
#[derive(Clone, Debug)]
pub struct CredentialsChain {
    sources: Arc<Sources>,
    chosen: Arc<Mutex<Option<Chosen>>>,
}

/// What a search has found, and the steps that led there.
#[derive(Clone, Debug)]
struct Chosen {
    provider: Arc<dyn CredentialsProvider>,
    steps: Vec<Step>,
}

/// What is known without a network.
pub(crate) struct Peek {
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) bearer_token: Option<Sensitive<String>>,
    pub(crate) anonymous: bool,
    pub(crate) account: Option<String>,
    pub(crate) permanent_key_id: Option<String>,
}

impl CredentialsChain {
    /// Reads the variables of this program.
    ///
    /// # Errors
    ///
    /// Fails where [`Credentials::from_vars`] does.
    pub fn new() -> Result<Self, Error> {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// Reads the variables through a function that looks one up, `HOME` (on Windows `USERPROFILE`) among them.
    ///
    /// # Errors
    ///
    /// As [`CredentialsChain::new`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self::of(Surroundings::of(Variables::read(var)?)))
    }

    fn of(surroundings: Surroundings) -> Self {
        Self { sources: Arc::new(Sources::of(surroundings)), chosen: Arc::default() }
    }

    /// Sets the address of the metadata service, `http://100.100.100.200` unless set: for tests.
    #[must_use]
    pub fn metadata_endpoint(self, url: impl Into<String>) -> Self {
        let mut surroundings = self.sources.surroundings.clone();
        surroundings.metadata = Some(url.into());
        Self::of(surroundings)
    }

    /// Sets the transport of everything but the metadata service; one on reqwest unless set.
    #[must_use]
    pub fn transport(self, transport: impl Transport + 'static) -> Self {
        let mut surroundings = self.sources.surroundings.clone();
        surroundings.wire = super::wire::Wire::by(Arc::new(transport));
        Self::of(surroundings)
    }

    /// Explains the search: who was asked in which order, what was found, and whose credentials are used. It makes the search
    /// if no call has made it yet, and asks the network if need be.
    pub async fn explain(&self) -> Explanation {
        let mut chosen = self.chosen.lock().await;
        let Some(Chosen { provider, mut steps }) = chosen.clone() else {
            let (steps, found) = self.sources.search().await;
            if let Ok((provider, _)) = found {
                *chosen = Some(Chosen { provider, steps: steps.clone() });
            }
            return Explanation { steps };
        };
        // It may have another key by now, or none.
        if let Some(step) = steps.iter_mut().find(|step| step.end == StepEnd::Used) {
            match provider.credentials().await {
                Ok(key) => step.access_key_id = Some(key.access_key_id().to_owned()),
                Err(error) => (step.end, step.reason) = (StepEnd::Failed, Some(error.to_string())),
            }
        }
        Explanation { steps }
    }

    /// Looks without a network what the search will come to; nothing where only the network can tell.
    pub(crate) fn peek(&self) -> Result<Option<Peek>, Error> {
        let sources = &self.sources;
        let plain = |provider: &dyn CredentialsProvider| Peek {
            region: None,
            endpoint: None,
            bearer_token: None,
            anonymous: false,
            account: provider.account(),
            permanent_key_id: provider.permanent_key_id(),
        };
        if sources.environment.is_set() {
            return Ok(Some(plain(&sources.environment)));
        }
        if let Ok(oidc) = &sources.oidc {
            return Ok(Some(plain(oidc)));
        }
        let mut steps = vec![sources.no_key(), sources.no_oidc()];
        match sources.profile(&mut steps)? {
            Some((_, found)) => Ok(Some(Peek {
                account: found.provider.account(),
                permanent_key_id: found.provider.permanent_key_id(),
                region: found.region,
                endpoint: found.endpoint,
                bearer_token: found.bearer_token,
                anonymous: found.anonymous,
            })),
            None if sources.ecs.is_some() || sources.uri.is_some() => Ok(None),
            None => {
                steps.extend([sources.no_ecs(), sources.no_uri()]);
                Err(nothing(&steps))
            }
        }
    }
}

impl Searcher for CredentialsChain {
    /// Where no other transport could be made, the metadata service is asked by it too.
    fn use_transport(&self, transport: &Arc<dyn Transport>) {
        self.sources.surroundings.wire.set(Arc::clone(transport));
        if cfg!(not(feature = "reqwest")) {
            self.sources.surroundings.direct.set(Arc::clone(transport));
        }
    }
}

impl CredentialsProvider for CredentialsChain {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let mut chosen = self.chosen.lock().await;
            if let Some(Chosen { provider, .. }) = &*chosen {
                let provider = Arc::clone(provider);
                drop(chosen);
                return provider.credentials().await;
            }
            let (steps, found) = self.sources.search().await;
            let (provider, key) = found?;
            *chosen = Some(Chosen { provider, steps });
            Ok(key)
        })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async move {
            let provider = self.chosen.lock().await.as_ref().map(|chosen| Arc::clone(&chosen.provider));
            match provider {
                Some(provider) => provider.renew(expired).await,
                None => self.credentials().await,
            }
        })
    }

    fn name(&self) -> String {
        let used = self.chosen.try_lock().ok().and_then(|chosen| {
            let used = chosen.as_ref()?.steps.iter().find(|step| step.end == StepEnd::Used)?;
            Some(used.name.clone())
        });
        used.unwrap_or_else(|| "default".to_owned())
    }

    fn account(&self) -> Option<String> {
        self.peek().ok()??.account
    }

    fn permanent_key_id(&self) -> Option<String> {
        self.peek().ok()??.permanent_key_id
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
