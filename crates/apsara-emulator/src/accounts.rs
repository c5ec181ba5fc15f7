//! Accounts, their access keys, and the temporary keys that were issued.

mod saved;

use std::collections::HashMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::random;
use crate::refusal::Refusal;
use crate::start_error::StartError;
use crate::verify::{Key, PublicKey};

/// Describes an Alibaba Cloud account that the emulator knows.
///
/// Relay tasks belong to an account: what one account creates, another does not see.
#[derive(Clone)]
pub struct Account {
    pub(crate) id: String,
    pub(crate) keys: Vec<LongLivedKey>,
    key_pairs: Vec<(String, Vec<u8>)>,
    bearer_tokens: Vec<String>,
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

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key_pairs: Vec<_> = self.key_pairs.iter().map(|(id, _)| id).collect();
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("keys", &self.keys)
            .field("key_pairs", &key_pairs)
            .field("bearer_tokens", &self.bearer_tokens.len())
            .field("live", &self.live)
            .finish()
    }
}

impl Account {
    /// Describes an account by its id, which in the cloud has sixteen digits; it has no key yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            keys: Vec::new(),
            key_pairs: Vec::new(),
            bearer_tokens: Vec::new(),
            live: LiveService::Open,
        }
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

    /// Adds a key pair by its id and its public key, for calls that are signed with RSA.
    ///
    /// The key is an RSA key of 2048 to 8192 bits, DER-encoded: a `SubjectPublicKeyInfo`, which a PEM file that says
    /// `PUBLIC KEY` holds in base64, or an `RSAPublicKey`, which one that says `RSA PUBLIC KEY` holds.
    #[must_use]
    pub fn key_pair(mut self, id: impl Into<String>, public_key_der: impl Into<Vec<u8>>) -> Self {
        self.key_pairs.push((id.into(), public_key_der.into()));
        self
    }

    /// Adds a bearer token: whoever sends it calls for this account, without a signature.
    #[must_use]
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_tokens.push(token.into());
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A caller together with the key that its signature must prove.
pub(crate) struct Claim<'a> {
    pub(crate) caller: Caller,
    pub(crate) key: Key<'a>,
}

/// A key with an end, issued by the token service.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TemporaryKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    account: String,
    role: AssumedRole,
}

/// Everybody who may call, and with what.
#[derive(Clone)]
pub(crate) struct Accounts {
    accounts: HashMap<String, Account>,
    owners: HashMap<String, String>,
    public_keys: HashMap<String, PublicKey>,
    bearers: HashMap<String, String>,
    temporary: HashMap<String, TemporaryKey>,
    role_ids: HashMap<String, String>,
}

impl Accounts {
    /// Takes the accounts in, if no id and no key is there twice.
    pub(crate) fn new(described: Vec<Account>) -> Result<Self, StartError> {
        let mut owners = HashMap::new();
        let mut public_keys = HashMap::new();
        let mut bearers = HashMap::new();
        let mut accounts = HashMap::new();
        for account in described {
            let pairs = account.key_pairs.iter().map(|(id, _)| id);
            for id in account.keys.iter().map(|key| &key.id).chain(pairs) {
                if owners.insert(id.clone(), account.id.clone()).is_some() {
                    return Err(StartError::DuplicateKey { access_key_id: id.clone() });
                }
            }
            for (id, der) in &account.key_pairs {
                let key = PublicKey::from_der(der);
                let key = key.ok_or_else(|| StartError::InvalidPublicKey { key_pair_id: id.clone() })?;
                public_keys.insert(id.clone(), key);
            }
            for token in &account.bearer_tokens {
                if bearers.insert(token.clone(), account.id.clone()).is_some() {
                    return Err(StartError::DuplicateBearerToken { account: account.id });
                }
            }
            if let Some(twin) = accounts.insert(account.id.clone(), account) {
                return Err(StartError::DuplicateAccount { account: twin.id });
            }
        }
        Ok(Self { accounts, owners, public_keys, bearers, temporary: HashMap::new(), role_ids: HashMap::new() })
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// Tells whether a key was issued by the token service.
    pub(crate) fn is_temporary(&self, access_key_id: &str) -> bool {
        self.temporary.contains_key(access_key_id)
    }

    /// Finds what an access key and its token claim to be, without believing it yet.
    pub(crate) fn claim(&self, access_key_id: &str, token: Option<&str>, now: Timestamp) -> Result<Claim<'_>, Refusal> {
        if let Some(key) = self.temporary.get(access_key_id) {
            let token = token.ok_or_else(Refusal::missing_security_token)?;
            self.check_token(key, token, now)?;
            let caller = Caller { account: key.account.clone(), role: Some(key.role.clone()) };
            return Ok(Claim { caller, key: Key::Secret(&key.secret) });
        }
        if access_key_id.starts_with("STS.") && token.is_none() {
            return Err(Refusal::missing_security_token());
        }
        let key = match (self.public_keys.get(access_key_id), self.long_lived(access_key_id)) {
            (Some(key), _) => Key::Public(key),
            (None, Some(key)) if key.active => Key::Secret(&key.secret),
            (None, Some(_)) => return Err(Refusal::access_key_inactive()),
            (None, None) => return Err(Refusal::access_key_not_found()),
        };
        if let Some(token) = token {
            return Err(self.foreign_token(token));
        }
        let caller = Caller { account: self.owners[access_key_id].clone(), role: None };
        Ok(Claim { caller, key })
    }

    /// Finds whom a bearer token stands for.
    pub(crate) fn bearer(&self, token: &str) -> Result<Caller, Refusal> {
        let account = self.bearers.get(token).ok_or_else(Refusal::bearer_token_invalid)?;
        Ok(Caller { account: account.clone(), role: None })
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
