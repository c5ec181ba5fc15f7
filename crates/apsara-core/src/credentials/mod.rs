//! What a call is signed with, and where it comes from.
//!
//! [`Config::from_env`](crate::Config::from_env) looks in all the usual places; whoever wants a certain one gives its
//! provider to [`ConfigBuilder::credentials_provider`](crate::ConfigBuilder::credentials_provider).
//!
//! Keys that have an end are kept and renewed: in the background when a quarter of an hour is left, so that no call waits,
//! and at the latest when three minutes are left, when calls wait for it: five seconds at most while the old one is valid. Of what is issued for a shorter time these
//! margins are at most a third and a sixth. However many calls want a key, one asks for it. A key is given
//! out as long as it is valid, whether or not another one can be had; after a failure there is a pause, a second at first and
//! then up to a minute, in which nobody is asked. Without a valid key calls fail with what went wrong, and the pause is at
//! most five seconds. A key that the cloud calls expired is renewed once for all calls, whatever its end, and is no key even if it
//! is issued again.

mod cache;
mod chain;
mod cloud_sso;
mod ecs;
mod external;
mod fixed;
mod locked_file;
mod oauth;
mod profile;
mod provider;
mod sts;
#[cfg(test)]
mod testing;
mod uri;
mod variables;
mod wire;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use self::chain::{CredentialsChain, Explanation, Step, StepEnd};
pub use self::cloud_sso::CloudSso;
pub use self::ecs::EcsRamRole;
pub use self::external::ExternalProcess;
pub use self::fixed::Environment;
pub use self::oauth::OAuth;
pub use self::profile::{CliProfile, IniProfile};
pub use self::provider::CredentialsProvider;
pub(crate) use self::provider::{Searcher, Source};
pub use self::sts::{AssumeRole, OidcRole};
pub use self::uri::CredentialsUri;
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::sign::Keyed;

/// Holds an access key: its id, its secret and, for a temporary key from STS, its security token. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    key: Arc<Key>,
}

struct Key {
    access_key_id: String,
    access_key_secret: Sensitive<String>,
    security_token: Option<Sensitive<String>>,
    /// What signs by the secret, made when it is first asked for.
    keyed: OnceLock<Keyed>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let Self { access_key_id, access_key_secret, security_token, keyed: _ } = other;
        self.access_key_id == *access_key_id
            && self.access_key_secret == *access_key_secret
            && self.security_token == *security_token
    }
}

impl Eq for Key {}

impl Credentials {
    /// Creates credentials from a permanent access key.
    ///
    /// # Errors
    ///
    /// Fails when a part is empty or begins or ends with white space, which is a frequent cause of
    /// `SignatureDoesNotMatch`.
    pub fn new(access_key_id: impl Into<String>, access_key_secret: impl Into<String>) -> Result<Self, Error> {
        Self::checked(access_key_id.into(), access_key_secret.into(), None)
    }

    /// Creates credentials from a temporary access key and its security token, as STS issues them.
    ///
    /// # Errors
    ///
    /// As [`Credentials::new`].
    pub fn temporary(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: impl Into<String>,
    ) -> Result<Self, Error> {
        Self::checked(access_key_id.into(), access_key_secret.into(), Some(security_token.into()))
    }

    fn checked(id: String, secret: String, token: Option<String>) -> Result<Self, Error> {
        check_part("access key id", &id)?;
        check_part("access key secret", &secret)?;
        if let Some(token) = &token {
            check_part("security token", token)?;
        }
        let key = Key {
            access_key_id: id,
            access_key_secret: Sensitive::new(secret),
            security_token: token.map(Sensitive::new),
            keyed: OnceLock::new(),
        };
        Ok(Self { key: Arc::new(key) })
    }

    /// Reads `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for a temporary key,
    /// `ALIBABA_CLOUD_SECURITY_TOKEN` through a function that looks a variable up.
    ///
    /// Returns nothing where neither id nor secret is set. A variable that is set to nothing counts as not set.
    ///
    /// # Errors
    ///
    /// Fails when only one of id and secret is set, and as [`Credentials::new`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Error> {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        match (set(ID), set(SECRET)) {
            (None, None) => Ok(None),
            (Some(id), Some(secret)) => Self::checked(id, secret, set(TOKEN)).map(Some),
            (Some(_), None) => Err(Error::config(format!("{ID} is set, but {SECRET} is not; set both or none"))),
            (None, Some(_)) => Err(Error::config(format!("{SECRET} is set, but {ID} is not; set both or none"))),
        }
    }

    /// Returns the id of the access key.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.key.access_key_id
    }

    /// Returns the secret of the access key.
    #[must_use]
    pub fn access_key_secret(&self) -> &Sensitive<String> {
        &self.key.access_key_secret
    }

    /// Returns the id of a permanent access key; that of a temporary one is another each time.
    fn permanent_id(&self) -> Option<String> {
        self.security_token().is_none().then(|| self.access_key_id().to_owned())
    }

    /// Returns what signs by the secret.
    pub(crate) fn keyed(&self) -> &Keyed {
        self.key.keyed.get_or_init(|| Keyed::new(self.key.access_key_secret.expose()))
    }

    /// Returns the security token of a temporary access key.
    #[must_use]
    pub fn security_token(&self) -> Option<&Sensitive<String>> {
        self.key.security_token.as_ref()
    }
}

const ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

fn check_part(what: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() {
        return Err(Error::config(format!("the {what} is empty")));
    }
    if value.trim() != value {
        return Err(Error::config(format!("the {what} begins or ends with white space; remove it")));
    }
    if !value.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Error::config(format!("the {what} holds a character that no access key has; copy it again")));
    }
    Ok(())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.key.access_key_id)
            .field("access_key_secret", &self.key.access_key_secret)
            .field("security_token", &self.key.security_token)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(vars: &[(&str, &str)]) -> Result<Option<Credentials>, Error> {
        Credentials::from_vars(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn a_token_makes_them_temporary() {
        let permanent = from(&[(ID, "id"), (SECRET, "s")]).unwrap().unwrap();
        assert!(permanent.security_token().is_none());
        let temporary = from(&[(ID, "STS.id"), (SECRET, "s"), (TOKEN, "t")]).unwrap().unwrap();
        assert_eq!(temporary.security_token().unwrap().expose(), "t");
    }

    #[test]
    fn half_a_key_is_refused_by_the_name_of_the_missing_half() {
        let error = from(&[(ID, "id")]).unwrap_err().to_string();
        assert!(error.contains("ALIBABA_CLOUD_ACCESS_KEY_SECRET is not"), "{error}");
        let error = from(&[(SECRET, "s")]).unwrap_err().to_string();
        assert!(error.contains("ALIBABA_CLOUD_ACCESS_KEY_ID is not"), "{error}");
    }

    #[test]
    fn nothing_set_is_nothing_found() {
        assert!(from(&[]).unwrap().is_none());
        assert!(from(&[(ID, ""), (SECRET, "")]).unwrap().is_none());
    }

    #[test]
    fn a_stray_space_is_refused_without_showing_the_secret() {
        let error = Credentials::new("id", "canary-secret ").unwrap_err();
        assert!(error.to_string().contains("white space"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn debug_shows_the_id_and_no_secret() {
        let shown = format!("{:?}", Credentials::temporary("LTAI-id", "canary-1", "canary-2").unwrap());
        assert!(shown.contains("LTAI-id") && !shown.contains("canary"), "{shown}");
    }
}
