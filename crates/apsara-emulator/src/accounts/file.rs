//! Accounts from a file: JSON, read strictly.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::account::{Account, DIGITS, LiveService, LongLivedKey, has_digits_alone};
use super::members::{DEFAULT_SESSION, OidcProvider, RamPolicy, Role, User};
use crate::strict::{self, Flaws, Object};

/// Reads the accounts of a file; what is wrong with it is noted.
pub(super) fn read(path: &Path, flaws: &mut Flaws) -> Vec<Account> {
    let document = std::fs::read(path).map_err(|error| error.to_string());
    let document = document.and_then(|bytes| strict::read(&bytes, flaws).map_err(|error| error.to_string()));
    match document {
        Ok(document) => read_document(&document, flaws),
        Err(error) => {
            flaws.note("", error);
            Vec::new()
        }
    }
}

fn read_document(document: &Value, flaws: &mut Flaws) -> Vec<Account> {
    let Some(root) = Object::read(document, "", &["accounts"], flaws) else {
        return Vec::new();
    };
    let listed = root.list("accounts", flaws);
    if listed.is_empty() && flaws.is_empty() {
        flaws.note("accounts", "must be a list of at least one account");
    }
    listed.into_iter().filter_map(|(at, value)| read_account(value, &at, flaws)).collect()
}

fn read_account(value: &Value, at: &str, flaws: &mut Flaws) -> Option<Account> {
    const KNOWN: [&str; 9] =
        ["id", "keys", "keyPairs", "bearerTokens", "live", "policies", "users", "roles", "oidcProviders"];
    let object = Object::read(value, at, &KNOWN, flaws)?;
    let id = object.text("id", flaws);
    if !has_digits_alone(id) {
        flaws.note(object.path("id"), DIGITS);
    }
    let mut account = Account::new(id);
    account.keys = read_keys(&object, flaws);
    account.key_pairs = each(&object, "keyPairs", &["id", "publicKey"], flaws, |pair, flaws| {
        let der = read_pem(pair.text("publicKey", flaws));
        if der.is_none() {
            flaws.note(pair.path("publicKey"), "must be a PEM text that says PUBLIC KEY or RSA PUBLIC KEY");
        }
        (pair.text("id", flaws).to_owned(), der.unwrap_or_default())
    });
    account.bearer_tokens = owned(object.texts("bearerTokens", flaws));
    account.live = match object.optional_text("live", flaws) {
        None | Some("open") => LiveService::Open,
        Some("without-domain") => LiveService::OpenWithoutDomain,
        Some("not-open") => LiveService::NotOpen,
        Some(_) => {
            flaws.note(object.path("live"), "must be \"open\", \"without-domain\" or \"not-open\"");
            LiveService::Open
        }
    };
    account.policies = each(&object, "policies", &["name", "document"], flaws, |policy, flaws| {
        RamPolicy::new(policy.text("name", flaws), read_policy(policy, "document", flaws))
    });
    account.users = each(&object, "users", &["name", "keys", "policies"], flaws, |user, flaws| User {
        name: user.text("name", flaws).to_owned(),
        keys: read_keys(user, flaws),
        policies: owned(user.texts("policies", flaws)),
    });
    account.roles =
        each(&object, "roles", &["name", "trust", "policies", "maxSessionDuration"], flaws, |role, flaws| {
            let max_session = match role.get("maxSessionDuration") {
                None => DEFAULT_SESSION,
                // What is no number at all is out of the bounds that are checked later.
                Some(seconds) => seconds.as_u64().and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(0),
            };
            Role {
                name: role.text("name", flaws).to_owned(),
                trust: read_policy(role, "trust", flaws),
                policies: owned(role.texts("policies", flaws)),
                max_session,
            }
        });
    account.oidc_providers =
        each(&object, "oidcProviders", &["name", "issuer", "clientIds"], flaws, |provider, flaws| OidcProvider {
            name: provider.text("name", flaws).to_owned(),
            issuer: provider.text("issuer", flaws).to_owned(),
            client_ids: owned(provider.texts("clientIds", flaws)),
        });
    Some(account)
}

fn each<T>(
    object: &Object<'_>,
    key: &str,
    known: &[&str],
    flaws: &mut Flaws,
    read: impl Fn(&Object<'_>, &mut Flaws) -> T,
) -> Vec<T> {
    let listed = object.list(key, flaws);
    let read = |(at, value): (String, &Value)| {
        let item = Object::read(value, &at, known, flaws)?;
        Some(read(&item, flaws))
    };
    listed.into_iter().filter_map(read).collect()
}

fn read_keys(object: &Object<'_>, flaws: &mut Flaws) -> Vec<LongLivedKey> {
    each(object, "keys", &["id", "secret", "active"], flaws, |key, flaws| LongLivedKey {
        id: key.text("id", flaws).to_owned(),
        secret: key.text("secret", flaws).to_owned(),
        active: key.flag("active", true, flaws),
    })
}

/// Takes a policy as text; that it is one is checked with all the others.
fn read_policy(object: &Object<'_>, key: &str, flaws: &mut Flaws) -> String {
    match object.get(key) {
        Some(document) => document.to_string(),
        None => {
            flaws.note_missing(&object.at, key);
            String::new()
        }
    }
}

/// Reads what stands between the lines that say what it is.
fn read_pem(text: &str) -> Option<Vec<u8>> {
    let rest = text.trim().strip_prefix("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, end) = rest.split_once("-----END ")?;
    let is_public_key = ["PUBLIC KEY", "RSA PUBLIC KEY"].contains(&kind) && end.trim_end_matches('-') == kind;
    let base64: String = body.split_whitespace().collect();
    STANDARD.decode(base64).ok().filter(|der| is_public_key && !der.is_empty())
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}
