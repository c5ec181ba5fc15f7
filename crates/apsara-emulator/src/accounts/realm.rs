//! An account with its users, roles and providers, checked and ready to be asked.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::account::{Account, LiveService};
use super::members::{OidcProvider, RamPolicy, Role, User};
use crate::ram::{Policy, Purpose};
use crate::strict::Flaws;

/// The seconds that the longest session of a role may last at least and at most.
const SESSIONS: std::ops::RangeInclusive<u32> = 3600..=43_200;

/// How many letters and digits a name has at most, and which marks among them.
const NAME: (usize, &str) = (128, ".-_@");
/// The same for roles, as `RoleArn` takes them.
const ROLE_NAME: (usize, &str) = (64, ".-_");

/// Policies of the cloud that every account has.
const OF_THE_CLOUD: [(&str, &str); 2] = [
    ("AdministratorAccess", r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#),
    (
        "AliyunSTSAssumeRoleAccess",
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#,
    ),
];

/// Everybody and everything of an account.
#[derive(Clone)]
pub(crate) struct Realm {
    pub(crate) live: LiveService,
    users: HashMap<String, Member>,
    roles: HashMap<String, KnownRole>,
    providers: HashMap<String, OidcProvider>,
    policies: HashMap<String, Policy>,
}

/// A user.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) id: String,
    policies: Vec<String>,
}

/// A role.
#[derive(Clone)]
pub(crate) struct KnownRole {
    pub(crate) trust: Policy,
    pub(crate) max_session: u32,
    policies: Vec<String>,
}

impl Realm {
    /// Checks an account, whose path is given, and notes everything that is wrong with it.
    pub(super) fn new(account: &Account, at: &str, flaws: &mut Flaws) -> Self {
        let of_the_cloud = OF_THE_CLOUD.iter().map(|(name, document)| {
            let policy = Policy::parse(document, Purpose::Permission);
            ((*name).to_owned(), policy.expect("the policies of the cloud are written above"))
        });
        let mut policies: HashMap<String, Policy> = of_the_cloud.collect();
        let mut names = HashSet::new();
        for (index, RamPolicy { name, document }) in account.policies.iter().enumerate() {
            let at = format!("{at}.policies[{index}]");
            check_name(name, NAME, &mut names, &at, flaws);
            policies.insert(name.clone(), read_policy(document, Purpose::Permission, &at, "document", flaws));
        }
        let attached = |attached: &[String], at: &str, flaws: &mut Flaws| {
            for (index, name) in attached.iter().enumerate().filter(|(_, name)| !policies.contains_key(*name)) {
                flaws.note(format!("{at}.policies[{index}]"), format!("the account has no policy {name:?}"));
            }
        };
        let (mut users, mut names) = (HashMap::new(), HashSet::new());
        for (index, User { name, policies, .. }) in account.users.iter().enumerate() {
            let at = format!("{at}.users[{index}]");
            check_name(name, NAME, &mut names, &at, flaws);
            attached(policies, &at, flaws);
            let id = entity_id('2', &format!("acs:ram::{}:user/{name}", account.id));
            users.insert(name.clone(), Member { id, policies: policies.clone() });
        }
        let (mut roles, mut names) = (HashMap::new(), HashSet::new());
        for (index, Role { name, trust, policies, max_session }) in account.roles.iter().enumerate() {
            let at = format!("{at}.roles[{index}]");
            check_name(name, ROLE_NAME, &mut names, &at, flaws);
            attached(policies, &at, flaws);
            if !SESSIONS.contains(max_session) {
                let reason = format!("must be {} to {} seconds", SESSIONS.start(), SESSIONS.end());
                flaws.note(format!("{at}.maxSessionDuration"), reason);
            }
            let trust = read_policy(trust, Purpose::Trust, &at, "trust", flaws);
            roles.insert(name.clone(), KnownRole { trust, max_session: *max_session, policies: policies.clone() });
        }
        let (mut providers, mut names) = (HashMap::new(), HashSet::new());
        for (index, provider) in account.oidc_providers.iter().enumerate() {
            let at = format!("{at}.oidcProviders[{index}]");
            check_name(&provider.name, NAME, &mut names, &at, flaws);
            if !provider.issuer.starts_with("https://") && !flaws.is_missing(&at, "issuer") {
                flaws.note(format!("{at}.issuer"), "must be an address that begins with https://");
            }
            if provider.client_ids.is_empty() {
                flaws.note(format!("{at}.clientIds"), "must hold at least one client id");
            }
            providers.insert(provider.name.clone(), provider.clone());
        }
        Self { live: account.live, users, roles, providers, policies }
    }

    pub(crate) fn user(&self, name: &str) -> Option<&Member> {
        self.users.get(name)
    }

    pub(crate) fn role(&self, name: &str) -> Option<&KnownRole> {
        self.roles.get(name)
    }

    /// Whether every role there is has been described, so that others do not exist.
    pub(crate) fn describes_roles(&self) -> bool {
        !self.roles.is_empty()
    }

    /// Whether tokens are only taken of providers that have been described.
    pub(crate) fn describes_providers(&self) -> bool {
        !self.providers.is_empty()
    }

    /// The issuer and the clients of a provider.
    pub(crate) fn provider(&self, name: &str) -> Option<(&str, &[String])> {
        self.providers.get(name).map(|provider| (provider.issuer.as_str(), provider.client_ids.as_slice()))
    }

    /// The policies of a user, with their names.
    pub(crate) fn policies_of_user(&self, name: &str) -> Vec<(&str, &Policy)> {
        self.user(name).map(|user| self.named(&user.policies)).unwrap_or_default()
    }

    /// The policies of a role, with their names; nothing where every role may do everything.
    pub(crate) fn policies_of_role(&self, name: &str) -> Option<Vec<(&str, &Policy)>> {
        if !self.describes_roles() {
            return None;
        }
        Some(self.role(name).map(|role| self.named(&role.policies)).unwrap_or_default())
    }

    fn named(&self, names: &[String]) -> Vec<(&str, &Policy)> {
        names
            .iter()
            .filter_map(|name| self.policies.get_key_value(name))
            .map(|(name, policy)| (name.as_str(), policy))
            .collect()
    }
}

/// Reads the policy that an object has under a key, and notes what is wrong with it behind the object's path.
fn read_policy(document: &str, purpose: Purpose, at: &str, key: &str, flaws: &mut Flaws) -> Policy {
    if flaws.is_missing(at, key) {
        return Policy::default();
    }
    Policy::parse(document, purpose).unwrap_or_else(|found| {
        for flaw in found {
            let dot = if flaw.at.is_empty() { "" } else { "." };
            flaws.note(format!("{at}.{key}{dot}{}", flaw.at), flaw.reason);
        }
        Policy::default()
    })
}

fn check_name(name: &str, (most, marks): (usize, &str), taken: &mut HashSet<String>, at: &str, flaws: &mut Flaws) {
    if flaws.is_missing(at, "name") {
        return;
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
    if !(1..=most).contains(&name.len()) || !name.chars().all(is_letter) {
        flaws.note(format!("{at}.name"), format!("must be 1 to {most} letters, digits and {marks}"));
    }
    if !taken.insert(name.to_owned()) {
        flaws.note(format!("{at}.name"), format!("{name:?} is given twice"));
    }
}

/// Makes the number of a user or a role, eighteen digits as in the documents' samples: the same for the same name.
pub(super) fn entity_id(first: char, arn: &str) -> String {
    let hash = Sha256::digest(arn);
    std::iter::once(first).chain(hash.iter().take(17).map(|byte| char::from(b'0' + byte % 10))).collect()
}
