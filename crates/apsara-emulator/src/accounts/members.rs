//! Users, roles, policies and identity providers, as they are described.

use super::account::LongLivedKey;

/// How long the sessions of a role last at most, unless it says otherwise, in seconds.
pub(super) const DEFAULT_SESSION: u32 = 3600;

/// Describes a RAM user of an account.
#[derive(Debug, Clone)]
pub struct User {
    pub(super) name: String,
    pub(crate) keys: Vec<LongLivedKey>,
    pub(super) policies: Vec<String>,
}

/// Describes a RAM role of an account.
#[derive(Debug, Clone)]
pub struct Role {
    pub(super) name: String,
    pub(super) trust: String,
    pub(super) policies: Vec<String>,
    pub(super) max_session: u32,
}

/// Describes a policy of an account: what those may do who have it.
#[derive(Debug, Clone)]
pub struct RamPolicy {
    pub(super) name: String,
    pub(super) document: String,
}

/// Describes an OpenID Connect provider that an account has registered.
#[derive(Debug, Clone)]
pub struct OidcProvider {
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) client_ids: Vec<String>,
}

impl User {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Describes a user by its name; it has no key and no policy yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), keys: Vec::new(), policies: Vec::new() }
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

    /// Attaches a policy of the account by its name, or `AdministratorAccess` or `AliyunSTSAssumeRoleAccess`.
    #[must_use]
    pub fn policy(mut self, name: impl Into<String>) -> Self {
        self.policies.push(name.into());
        self
    }
}

impl Role {
    /// Describes a role by its name and its trust policy, which is JSON and says who may assume it.
    #[must_use]
    pub fn new(name: impl Into<String>, trust_policy: impl Into<String>) -> Self {
        let (name, trust) = (name.into(), trust_policy.into());
        Self { name, trust, policies: Vec::new(), max_session: DEFAULT_SESSION }
    }

    /// Attaches a policy of the account by its name, or `AdministratorAccess` or `AliyunSTSAssumeRoleAccess`.
    #[must_use]
    pub fn policy(mut self, name: impl Into<String>) -> Self {
        self.policies.push(name.into());
        self
    }

    /// Sets how long a session lasts at most, in seconds: 3600 to 43200, and 3600 unless set.
    #[must_use]
    pub fn max_session_duration(mut self, seconds: u32) -> Self {
        self.max_session = seconds;
        self
    }
}

impl RamPolicy {
    /// Describes a policy by its name and its document, which is JSON.
    #[must_use]
    pub fn new(name: impl Into<String>, document: impl Into<String>) -> Self {
        Self { name: name.into(), document: document.into() }
    }
}

impl OidcProvider {
    /// Describes a provider by its name and the issuer that its tokens name; no client is known yet.
    #[must_use]
    pub fn new(name: impl Into<String>, issuer: impl Into<String>) -> Self {
        Self { name: name.into(), issuer: issuer.into(), client_ids: Vec::new() }
    }

    /// Adds the id of a client that tokens may be issued for.
    #[must_use]
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_ids.push(id.into());
        self
    }
}
