//! Accounts, their access keys, and the temporary keys that were issued.

use std::collections::HashMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::random;
use crate::refusal::Refusal;
use crate::start_error::StartError;

/// Describes an Alibaba Cloud account that the emulator knows.
///
/// Relay tasks belong to an account: what one account creates, another does not see.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) id: String,
    pub(crate) keys: Vec<LongLivedKey>,
    pub(crate) live: LiveService,
}

/// How far an account has come with `ApsaraVideo` Live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LiveService {
    Open,
    OpenWithoutDomain,
    NotOpen,
}

#[derive(Clone)]
pub(crate) struct LongLivedKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) active: bool,
}

impl fmt::Debug for LongLivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LongLivedKey")
            .field("id", &self.id)
            .field("secret", &"[redacted]")
            .field("active", &self.active)
            .finish()
    }
}

impl Account {
    /// Describes an account by its id, which in the cloud has sixteen digits; it has no key yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), keys: Vec::new(), live: LiveService::Open }
    }

    /// Adds an access key.
    #[must_use]
    pub fn key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.keys.push(LongLivedKey { id: id.into(), secret: secret.into(), active: true });
        self
    }

    /// Adds an access key that somebody has disabled: calls with it get `InvalidAccessKeyId.Inactive`.
    #[must_use]
    pub fn inactive_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.keys.push(LongLivedKey { id: id.into(), secret: secret.into(), active: false });
        self
    }

    /// Lets the account be one that has not opened the Live service: calls to it get `LiveServiceNotFound`.
    #[must_use]
    pub fn without_live_service(mut self) -> Self {
        self.live = LiveService::NotOpen;
        self
    }

    /// Lets the account be one without a live domain: calls to Live get `CodeInvalidAliUid`.
    #[must_use]
    pub fn without_live_domain(mut self) -> Self {
        self.live = LiveService::OpenWithoutDomain;
        self
    }
}

/// A role that somebody plays under a session name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssumedRole {
    pub(crate) role_id: String,
    pub(crate) role_arn: String,
    pub(crate) session: String,
}

/// What a valid access key stands for.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) role: Option<AssumedRole>,
}

/// A caller together with the secret that its signature must prove.
pub(crate) struct Claim {
    pub(crate) caller: Caller,
    pub(crate) secret: String,
}

/// A key with an end, issued by the token service.
#[derive(Clone)]
pub(crate) struct TemporaryKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    account: String,
    role: AssumedRole,
}

/// Everybody who may call, and with what.
pub(crate) struct Accounts {
    accounts: HashMap<String, Account>,
    owners: HashMap<String, String>,
    temporary: HashMap<String, TemporaryKey>,
    role_ids: HashMap<String, String>,
}

impl Accounts {
    /// Takes the accounts in, if no id and no key is there twice.
    pub(crate) fn new(described: Vec<Account>) -> Result<Self, StartError> {
        let mut owners = HashMap::new();
        let mut accounts = HashMap::new();
        for account in described {
            for key in &account.keys {
                if owners.insert(key.id.clone(), account.id.clone()).is_some() {
                    return Err(StartError::DuplicateKey { access_key_id: key.id.clone() });
                }
            }
            if let Some(twin) = accounts.insert(account.id.clone(), account) {
                return Err(StartError::DuplicateAccount { account: twin.id });
            }
        }
        Ok(Self { accounts, owners, temporary: HashMap::new(), role_ids: HashMap::new() })
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// Tells whether a key was issued by the token service.
    pub(crate) fn is_temporary(&self, access_key_id: &str) -> bool {
        self.temporary.contains_key(access_key_id)
    }

    /// Finds what an access key and its token claim to be, without believing it yet.
    pub(crate) fn claim(&self, access_key_id: &str, token: Option<&str>, now: Timestamp) -> Result<Claim, Refusal> {
        if let Some(key) = self.temporary.get(access_key_id) {
            let token = token.ok_or_else(Refusal::missing_security_token)?;
            self.check_token(key, token, now)?;
            let caller = Caller { account: key.account.clone(), role: Some(key.role.clone()) };
            return Ok(Claim { caller, secret: key.secret.clone() });
        }
        if access_key_id.starts_with("STS.") && token.is_none() {
            return Err(Refusal::missing_security_token());
        }
        let key = self.long_lived(access_key_id).ok_or_else(Refusal::access_key_not_found)?;
        if !key.active {
            return Err(Refusal::access_key_inactive());
        }
        if let Some(token) = token {
            return Err(self.foreign_token(token));
        }
        let caller = Caller { account: self.owners[access_key_id].clone(), role: None };
        Ok(Claim { caller, secret: key.secret.clone() })
    }

    fn long_lived(&self, access_key_id: &str) -> Option<&LongLivedKey> {
        let account = self.accounts.get(self.owners.get(access_key_id)?)?;
        account.keys.iter().find(|key| key.id == access_key_id)
    }

    fn check_token(&self, key: &TemporaryKey, token: &str, now: Timestamp) -> Result<(), Refusal> {
        if key.token != token {
            return Err(self.foreign_token(token));
        }
        if now >= key.expires {
            return Err(Refusal::security_token_expired());
        }
        Ok(())
    }

    fn foreign_token(&self, token: &str) -> Refusal {
        if self.temporary.values().any(|key| key.token == token) {
            Refusal::security_token_of_another_key()
        } else {
            Refusal::security_token_malformed()
        }
    }

    /// Issues a key for a role; `None` if no known account owns the role.
    pub(crate) fn issue(
        &mut self,
        role_arn: &str,
        session: &str,
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Option<(TemporaryKey, AssumedRole)> {
        let account = role_arn.split(':').nth(3).filter(|id| self.accounts.contains_key(*id))?.to_owned();
        let role_id = self.role_ids.entry(role_arn.to_owned()).or_insert_with(role_id).clone();
        let role = AssumedRole { role_id, role_arn: role_arn.to_owned(), session: session.to_owned() };
        let key = TemporaryKey {
            id: format!("STS.{}", random::alphanumeric(24)),
            secret: random::alphanumeric(44),
            token: random::base64_text(192),
            expires: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
            account,
            role: role.clone(),
        };
        self.temporary.insert(key.id.clone(), key.clone());
        Some((key, role))
    }
}

/// Makes the number of a role, eighteen digits as in the documents' samples.
fn role_id() -> String {
    let digits: String = random::uuid()
        .bytes()
        .filter(u8::is_ascii_hexdigit)
        .take(17)
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    format!("3{digits}")
}
