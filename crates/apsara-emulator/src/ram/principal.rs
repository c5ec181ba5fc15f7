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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_principal_is_whom_it_names_and_nobody_else() {
        const ANN: Asking<'_> = Asking::Ram { account: "1", arn: "acs:ram::1:user/ann" };
        const BOB: Asking<'_> = Asking::Ram { account: "2", arn: "acs:ram::2:user/bob" };
        const IDP: Asking<'_> = Asking::Federated { provider: "acs:ram::1:oidc-provider/idp" };
        const OTHER: Asking<'_> = Asking::Federated { provider: "acs:ram::1:oidc-provider/other" };
        let trusts = |value: &Value| {
            let mut flaws = Flaws::default();
            let all = Principal::read_all(value, "Principal", &mut flaws);
            [ANN, BOB, IDP, OTHER].map(|asking| all.iter().any(|principal| principal.is(asking)))
        };
        for (principal, expected) in [
            (json!({ "RAM": "*" }), [true, true, false, false]),
            (json!({ "RAM": ["acs:ram::1:root"] }), [true, false, false, false]),
            (json!({ "RAM": ["acs:ram::2:user/bob"] }), [false, true, false, false]),
            (json!({ "Federated": ["acs:ram::1:oidc-provider/idp"] }), [false, false, true, false]),
            (json!({ "Service": ["ecs.aliyuncs.com"] }), [false; 4]),
        ] {
            assert_eq!(trusts(&principal), expected, "{principal}");
        }
    }
}
