//! Accounts as they are described before an emulator starts.

use std::fmt;

use super::members::{OidcProvider, RamPolicy, Role, User};

/// What an id must be: the names of roles and policies are built around it, and nobody could assume a role of another.
pub(super) const DIGITS: &str = "must be digits, such as \"1234567890123456\"";

pub(super) fn has_digits_alone(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Describes an Alibaba Cloud account that the emulator knows.
///
/// Relay tasks belong to an account: what one account creates, another does not see.
#[derive(Clone)]
pub struct Account {
    pub(crate) id: String,
    pub(crate) keys: Vec<LongLivedKey>,
    pub(super) key_pairs: Vec<(String, Vec<u8>)>,
    pub(super) bearer_tokens: Vec<String>,
    pub(crate) live: LiveService,
    pub(crate) users: Vec<User>,
    pub(super) roles: Vec<Role>,
    pub(super) policies: Vec<RamPolicy>,
    pub(super) oidc_providers: Vec<OidcProvider>,
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
            .field("users", &self.users)
            .field("roles", &self.roles)
            .field("policies", &self.policies)
            .field("oidc_providers", &self.oidc_providers)
            .finish()
    }
}

impl Account {
    /// Describes an account by its id, which in the cloud has sixteen digits and here any number of them; it has no key yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            keys: Vec::new(),
            key_pairs: Vec::new(),
            bearer_tokens: Vec::new(),
            live: LiveService::Open,
            users: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
            oidc_providers: Vec::new(),
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

    /// Adds a RAM user.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a RAM role. With the first one, an account has the roles that are described and no others.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// Adds a policy, for users and roles to have by its name.
    #[must_use]
    pub fn policy(mut self, policy: RamPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Adds an OpenID Connect provider, whose tokens can be traded for a role.
    #[must_use]
    pub fn oidc_provider(mut self, provider: OidcProvider) -> Self {
        self.oidc_providers.push(provider);
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

    /// The first key that somebody of the account can call with: its own, or a user's.
    pub(crate) fn first_key(&self) -> Option<&LongLivedKey> {
        self.keys.iter().chain(self.users.iter().flat_map(|user| &user.keys)).next()
    }
}
