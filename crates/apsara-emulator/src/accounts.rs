//! Accounts, their access keys, and the temporary keys that were issued.

mod account;
mod file;
mod members;
mod realm;
mod saved;
mod temporary;

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::account::Account;
pub(crate) use self::account::{LiveService, LongLivedKey};
pub use self::members::{OidcProvider, RamPolicy, Role, User};
use self::realm::entity_id;
pub(crate) use self::realm::{KnownRole, Realm};
use self::temporary::MOST_OVER;
pub(crate) use self::temporary::TemporaryKey;
use crate::ram::{Kind, SessionPolicy, Subject};
use crate::refusal::Refusal;
use crate::start_error::StartError;
use crate::strict::Flaws;
use crate::verify::{Key, PublicKey};

/// A role that somebody plays under a session name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AssumedRole {
    pub(crate) role_id: String,
    pub(crate) role_arn: String,
    pub(crate) session: String,
    /// Who stands behind the session, if that was said.
    pub(crate) source_identity: Option<String>,
    /// What narrows the session.
    pub(crate) policy: Option<SessionPolicy>,
}

impl AssumedRole {
    pub(crate) fn name(&self) -> &str {
        role_name(&self.role_arn)
    }
}

/// The name in a role's ARN.
pub(crate) fn role_name(arn: &str) -> &str {
    arn.split_once(":role/").map_or("", |(_, name)| name)
}

/// What a valid access key stands for.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) who: Who,
}

/// Who of an account calls.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// The account itself.
    Root,
    /// A user, by its name.
    User(String),
    Role(AssumedRole),
}

impl Caller {
    /// The name that trust policies and conditions know the caller by.
    pub(crate) fn arn(&self) -> String {
        match &self.who {
            Who::Root => format!("acs:ram::{}:root", self.account),
            Who::User(name) => format!("acs:ram::{}:user/{name}", self.account),
            Who::Role(role) => role.role_arn.clone(),
        }
    }
}

/// A caller together with the key that its signature must prove.
pub(crate) struct Claim<'a> {
    pub(crate) caller: Caller,
    pub(crate) key: Key<'a>,
}

/// Everybody who may call, and with what.
#[derive(Clone)]
pub(crate) struct Accounts {
    realms: HashMap<String, Realm>,
    keys: HashMap<String, (Caller, LongLivedKey)>,
    public_keys: HashMap<String, (Caller, PublicKey)>,
    bearers: HashMap<String, String>,
    temporary: HashMap<String, TemporaryKey>,
    /// The ids of temporary keys that were issued or forgotten since they were saved.
    changed: Vec<String>,
    /// How many temporary keys there must be before it is worth to look for some to forget.
    look_at: usize,
}

/// Accounts that were described together: in one file, or by the program.
#[derive(Default)]
pub(crate) struct Described {
    file: Option<PathBuf>,
    pub(crate) accounts: Vec<Account>,
    flaws: Flaws,
}

impl Described {
    pub(crate) fn by_program(accounts: Vec<Account>) -> Self {
        let mut flaws = Flaws::default();
        for (index, Account { id, .. }) in accounts.iter().enumerate() {
            if id.is_empty() || !account::has_digits_alone(id) {
                flaws.note(format!("accounts[{index}].id"), account::DIGITS);
            }
        }
        Self { accounts, flaws, file: None }
    }

    /// Reads a file; what is wrong with it is told when the accounts are taken in.
    pub(crate) fn in_file(path: PathBuf) -> Self {
        let mut flaws = Flaws::default();
        let accounts = file::read(&path, &mut flaws);
        Self { file: Some(path), accounts, flaws }
    }
}

impl Accounts {
    /// Takes the accounts in, if they make sense, and no id and no key is there twice.
    pub(crate) fn new(described: Vec<Described>) -> Result<Self, StartError> {
        let mut taken = Self {
            realms: HashMap::new(),
            keys: HashMap::new(),
            public_keys: HashMap::new(),
            bearers: HashMap::new(),
            temporary: HashMap::new(),
            changed: Vec::new(),
            look_at: 2 * MOST_OVER,
        };
        for Described { file, accounts, mut flaws } in described {
            let check = |(index, account)| Realm::new(account, &format!("accounts[{index}]"), &mut flaws);
            let realms: Vec<_> = accounts.iter().enumerate().map(check).collect();
            if !flaws.is_empty() {
                let flaws = flaws.into_vec().iter().map(ToString::to_string).collect();
                return Err(StartError::InvalidAccounts { file, flaws });
            }
            for (account, realm) in accounts.into_iter().zip(realms) {
                taken.take(account, realm)?;
            }
        }
        Ok(taken)
    }

    fn take(&mut self, account: Account, realm: Realm) -> Result<(), StartError> {
        let caller = |who| Caller { account: account.id.clone(), who };
        let of_account = account.keys.into_iter().map(|key| (caller(Who::Root), key));
        let of_users = account.users.into_iter().flat_map(|user| {
            let caller = caller(Who::User(user.name().to_owned()));
            user.keys.into_iter().map(move |key| (caller.clone(), key))
        });
        for (caller, key) in of_account.chain(of_users) {
            let id = key.id.clone();
            if self.keys.insert(id.clone(), (caller, key)).is_some() || self.public_keys.contains_key(&id) {
                return Err(StartError::DuplicateKey { access_key_id: id });
            }
        }
        for (id, der) in &account.key_pairs {
            let key = PublicKey::from_der(der);
            let key = key.ok_or_else(|| StartError::InvalidPublicKey { key_pair_id: id.clone() })?;
            let twin = self.public_keys.insert(id.clone(), (caller(Who::Root), key));
            if twin.is_some() || self.keys.contains_key(id) {
                return Err(StartError::DuplicateKey { access_key_id: id.clone() });
            }
        }
        for token in account.bearer_tokens {
            if self.bearers.insert(token, account.id.clone()).is_some() {
                return Err(StartError::DuplicateBearerToken { account: account.id });
            }
        }
        if self.realms.insert(account.id.clone(), realm).is_some() {
            return Err(StartError::DuplicateAccount { account: account.id });
        }
        Ok(())
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Realm> {
        self.realms.get(id)
    }

    /// Tells whether a key was issued by the token service.
    pub(crate) fn is_temporary(&self, access_key_id: &str) -> bool {
        self.temporary.contains_key(access_key_id)
    }

    /// Finds what an access key and its token claim to be, without believing it yet.
    pub(crate) fn claim(&self, access_key_id: &str, token: Option<&str>, now: Timestamp) -> Result<Claim<'_>, Refusal> {
        if let Some(key) = self.temporary.get(access_key_id) {
            // What an earlier program issued may be of an account that is not described any more.
            if !self.realms.contains_key(&key.account) {
                return Err(Refusal::access_key_not_found());
            }
            let token = token.ok_or_else(Refusal::missing_security_token)?;
            self.check_token(key, token, now)?;
            let caller = Caller { account: key.account.clone(), who: Who::Role(key.role.clone()) };
            return Ok(Claim { caller, key: Key::Secret(&key.secret) });
        }
        if access_key_id.starts_with("STS.") && token.is_none() {
            return Err(Refusal::missing_security_token());
        }
        let (caller, key) = match (self.public_keys.get(access_key_id), self.keys.get(access_key_id)) {
            (Some((caller, key)), _) => (caller, Key::Public(key)),
            (None, Some((caller, key))) if key.active => (caller, Key::Secret(key.secret.as_str())),
            (None, Some(_)) => return Err(Refusal::access_key_inactive()),
            (None, None) => return Err(Refusal::access_key_not_found()),
        };
        if let Some(token) = token {
            return Err(self.foreign_token(token));
        }
        Ok(Claim { caller: caller.clone(), key })
    }

    /// Finds whom a bearer token stands for.
    pub(crate) fn bearer(&self, token: &str) -> Result<Caller, Refusal> {
        let account = self.bearers.get(token).ok_or_else(Refusal::bearer_token_invalid)?;
        Ok(Caller { account: account.clone(), who: Who::Root })
    }

    /// Shows a caller as policies see him.
    pub(crate) fn subject<'a>(&'a self, caller: &'a Caller) -> Subject<'a> {
        let realm = self.account(&caller.account);
        let (kind, display_name, policies, session) = match &caller.who {
            Who::Root => (Kind::Account, caller.account.clone(), None, None),
            Who::User(name) => {
                let id = realm.and_then(|realm| realm.user(name)).map(|user| user.id.clone());
                let policies = realm.map(|realm| realm.policies_of_user(name)).unwrap_or_default();
                (Kind::User, id.unwrap_or_default(), Some(policies), None)
            }
            Who::Role(role) => {
                let display_name = format!("{}:{}", role.name(), role.session);
                let policies = realm.and_then(|realm| realm.policies_of_role(role.name()));
                (Kind::Role, display_name, policies, role.policy.as_ref().map(SessionPolicy::policy))
            }
        };
        Subject { arn: caller.arn(), account: &caller.account, kind, display_name, policies, session }
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
}

/// The number of a role: the same for the same name.
pub(crate) fn role_id(arn: &str) -> String {
    entity_id('3', arn)
}
