//! Whom a role trusts.

use serde_json::Value;

use super::read::texts;
use crate::strict::{Flaws, Object};

/// Somebody whom a trust policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principal {
    Everybody,
    /// Every user and every role of an account.
    Account(String),
    /// One user or one role.
    One(String),
    /// Those whom an identity provider vouches for.
    Federated(String),
    /// A service of the cloud; none ever calls the emulator.
    Service,
}

/// Somebody who asks for a role.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asking<'a> {
    /// A user or a role, by its account and its name.
    Ram { account: &'a str, arn: &'a str },
    /// Somebody whom an identity provider vouches for.
    Federated { provider: &'a str },
}

impl Principal {
    pub(super) fn is(&self, asking: Asking<'_>) -> bool {
        match (self, asking) {
            (Self::Everybody, Asking::Ram { .. }) => true,
            (Self::Account(id), Asking::Ram { account, .. }) => id == account,
            (Self::One(name), Asking::Ram { arn, .. }) => name == arn,
            (Self::Federated(name), Asking::Federated { provider }) => name == provider,
            _ => false,
        }
    }

    /// Reads the element `Principal` of a trust policy.
    pub(super) fn read_all(value: &Value, at: &str, flaws: &mut Flaws) -> Vec<Self> {
        let Some(object) = Object::read(value, at, &["RAM", "Service", "Federated"], flaws) else {
            return Vec::new();
        };
        let mut principals = Vec::new();
        for kind in ["RAM", "Service", "Federated"] {
            let Some(value) = object.get(kind) else {
                continue;
            };
            for (at, text) in texts(value, &object.path(kind), flaws) {
                match Self::read(kind, text) {
                    Ok(principal) => principals.push(principal),
                    Err(wanted) => flaws.note(at, wanted),
                }
            }
        }
        if ["RAM", "Service", "Federated"].iter().all(|kind| object.get(kind).is_none()) {
            flaws.note(at, "must name somebody under RAM, Service or Federated");
        }
        principals
    }

    fn read(kind: &str, text: &str) -> Result<Self, &'static str> {
        let in_account = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(':'));
        let is_account = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        match (kind, in_account) {
            ("RAM", _) if text == "*" => Ok(Self::Everybody),
            ("RAM", Some((id, "root"))) if is_account(id) => Ok(Self::Account(id.to_owned())),
            ("RAM", Some((id, who))) if is_account(id) && is_named(who, &["user/", "role/"]) => {
                Ok(Self::One(text.to_owned()))
            }
            ("RAM", _) => {
                Err("must be acs:ram::ACCOUNT:root, acs:ram::ACCOUNT:user/NAME or acs:ram::ACCOUNT:role/NAME")
            }
            ("Federated", Some((id, who)))
                if is_account(id) && is_named(who, &["oidc-provider/", "saml-provider/"]) =>
            {
                Ok(Self::Federated(text.to_owned()))
            }
            ("Federated", _) => {
                Err("must be acs:ram::ACCOUNT:oidc-provider/NAME or acs:ram::ACCOUNT:saml-provider/NAME")
            }
            _ if text.contains('.') && !text.contains(['/', ':']) => Ok(Self::Service),
            _ => Err("must be the name of a service, such as ecs.aliyuncs.com"),
        }
    }
}

fn is_named(who: &str, kinds: &[&str]) -> bool {
    let name = kinds.iter().find_map(|kind| who.strip_prefix(kind));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['*', '?', '/']))
}
