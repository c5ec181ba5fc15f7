//! Temporary keys of an emulator.

use std::sync::{Mutex, PoisonError};

use apsara::transport::BoxFuture;
use apsara::{Config, Credentials, CredentialsProvider, Error, sts};
use apsara_emulator::Emulator;

/// Gives a temporary key of a role, and another one whenever it is called expired.
#[derive(Debug)]
pub struct Sessions {
    sts: sts::Client,
    role: String,
    current: Mutex<Option<Credentials>>,
}

impl Sessions {
    /// Creates a provider that has no key yet; it asks the emulator for one when the first call needs it.
    pub fn new(emulator: &Emulator) -> Self {
        Self::of(&crate::config(emulator), emulator.account_id())
    }

    /// Creates a provider for an account of an emulator that is in another process.
    pub fn of(config: &Config, account: &str) -> Self {
        let role = format!("acs:ram::{account}:role/tests");
        Self { sts: sts::Client::new(config), role, current: Mutex::new(None) }
    }

    fn current(&self) -> Option<Credentials> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn assume(&self) -> Result<Credentials, Error> {
        let assumed = self.sts.assume_role().role_arn(&self.role).role_session_name("tests").send().await?;
        let key = assumed.credentials.unwrap_or_default();
        let (id, secret, token) = (key.access_key_id, key.access_key_secret, key.security_token);
        let credentials =
            Credentials::temporary(id.unwrap_or_default(), secret.unwrap_or_default(), token.unwrap_or_default())?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
        Ok(credentials)
    }
}

impl CredentialsProvider for Sessions {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            match self.current() {
                Some(current) => Ok(current),
                None => self.assume().await,
            }
        })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async {
            match self.current() {
                Some(current) if current != *expired => Ok(current),
                _ => self.assume().await,
            }
        })
    }
}
