//! Keys that stay as they are.

use super::variables::Variables;
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::transport::BoxFuture;

/// Gives the key of the environment: `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for a temporary key,
/// `ALIBABA_CLOUD_SECURITY_TOKEN`, as they were when the provider was made.
#[derive(Clone, Debug)]
pub struct Environment {
    key: Option<Credentials>,
}

impl Environment {
    /// Reads the variables of this program.
    ///
    /// # Errors
    ///
    /// Fails when only one of id and secret is set, and where [`Credentials::new`] does.
    pub fn new() -> Result<Self, Error> {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// Reads the variables through a function that looks one up.
    ///
    /// # Errors
    ///
    /// As [`Environment::new`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self { key: Credentials::from_vars(var)? })
    }

    pub(super) fn of(variables: &Variables) -> Self {
        Self { key: variables.key.clone() }
    }

    pub(super) fn is_set(&self) -> bool {
        self.key.is_some()
    }
}

impl CredentialsProvider for Environment {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        let key = self.key.clone();
        Box::pin(async { key.ok_or_else(|| Error::config("ALIBABA_CLOUD_ACCESS_KEY_ID is not set")) })
    }

    fn name(&self) -> String {
        "env".to_owned()
    }

    fn permanent_key_id(&self) -> Option<String> {
        self.key.as_ref()?.permanent_id()
    }
}

/// A key that was read somewhere, or why what was read there is none.
#[derive(Clone, Debug)]
pub(super) enum Fixed {
    Key(Credentials),
    NoKey(&'static str, String),
}

impl CredentialsProvider for Fixed {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        let result = match self {
            Self::Key(key) => Ok(key.clone()),
            Self::NoKey(_, why) => Err(Error::config(why)),
        };
        Box::pin(async { result })
    }

    fn name(&self) -> String {
        match self {
            Self::Key(key) if key.security_token().is_some() => "static_sts".to_owned(),
            Self::Key(_) => "static_ak".to_owned(),
            Self::NoKey(name, _) => (*name).to_owned(),
        }
    }

    fn permanent_key_id(&self) -> Option<String> {
        match self {
            Self::Key(key) => key.permanent_id(),
            Self::NoKey(..) => None,
        }
    }
}
