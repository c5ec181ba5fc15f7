//! Credentials that come from somewhere, and change.

use std::fmt;
use std::sync::Arc;

use super::Credentials;
use crate::error::Error;
use crate::transport::{BoxFuture, Transport};

/// Gives the credentials of a call, anew for every attempt; an implementation keeps what it has as long as that is valid.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// Gives credentials that are valid now.
    ///
    /// # Errors
    ///
    /// Fails when there are none; nothing is sent then.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>>;

    /// Gives others in the place of some that the cloud calls expired, whatever their end was said to be. A call asks once, even if it may
    /// not be tried again: the next one profits. If it is given the same ones again, it fails with what the cloud said.
    ///
    /// # Errors
    ///
    /// Fails when there are none; the call then fails with what the cloud said.
    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        let _ = expired;
        self.credentials()
    }

    /// Returns what the official SDKs call it, for example `ecs_ram_role` or `cli_profile/static_ak`.
    fn name(&self) -> String {
        "custom".to_owned()
    }

    /// Returns the account that the credentials are of, where it is known without asking anybody: quotas are counted for it.
    fn account(&self) -> Option<String> {
        None
    }

    /// Returns the id of the access key where it is a permanent one, and known without asking anybody: it says who calls.
    fn permanent_key_id(&self) -> Option<String> {
        None
    }
}

impl<P: CredentialsProvider + ?Sized> CredentialsProvider for Arc<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        (**self).credentials()
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        (**self).renew(expired)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn account(&self) -> Option<String> {
        (**self).account()
    }

    fn permanent_key_id(&self) -> Option<String> {
        (**self).permanent_key_id()
    }
}

/// Looks for credentials, by the transport of whoever is configured with it. A configuration knows it by this alone, so that a program
/// that gives a key links none of the code that looks for one.
pub(crate) trait Searcher: CredentialsProvider {
    /// Sets the transport, unless one was set or made already.
    fn use_transport(&self, transport: &Arc<dyn Transport>);
}

/// Where the credentials of a configuration come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// They were given, and stay as they are: no future, nothing to wait for.
    Fixed(Credentials),
    Provided(Arc<dyn CredentialsProvider>),
}

impl Source {
    /// Returns the id of the access key where it is permanent, and known without asking anybody.
    pub(crate) fn permanent_key_id(&self) -> Option<String> {
        match self {
            Self::Fixed(credentials) => credentials.permanent_id(),
            Self::Provided(provider) => provider.permanent_key_id(),
        }
    }

    /// Returns the account, where it is known without asking anybody.
    pub(crate) fn account(&self) -> Option<String> {
        match self {
            Self::Fixed(_) => None,
            Self::Provided(provider) => provider.account(),
        }
    }

    pub(crate) async fn credentials(&self) -> Result<Credentials, Error> {
        match self {
            Self::Fixed(credentials) => Ok(credentials.clone()),
            Self::Provided(provider) => provider.credentials().await,
        }
    }

    /// Gives others than those that the cloud calls expired; nothing where there are no others.
    pub(crate) async fn renewed(&self, expired: &Credentials) -> Option<Credentials> {
        match self {
            Self::Fixed(_) => None,
            Self::Provided(provider) => provider.renew(expired).await.ok().filter(|renewed| renewed != expired),
        }
    }
}
