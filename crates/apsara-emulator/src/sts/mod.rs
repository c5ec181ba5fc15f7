//! The Security Token Service: who am I, and keys with an end.

mod oidc;
mod request;

use http::StatusCode;
use serde::Serialize;

use self::request::RoleRequest;
use crate::accounts::{Accounts, Caller, TemporaryKey, Who, role_id};
use crate::clock::{Now, format_utc};
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::ram::{Asking, Context, Denial, trusts};
use crate::refusal::Refusal;
use crate::request::WireRequest;

pub(crate) use self::oidc::assume_role_with_oidc;

/// A call of the token service.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a WireRequest,
    pub(crate) parameters: &'a Parameters,
    pub(crate) now: Now,
}

/// The identity behind a call.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'a> {
    identity_type: &'static str,
    account_id: &'a str,
    principal_id: String,
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<&'a str>,
}

/// What the AssumeRole operations answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Assumed {
    assumed_role_user: AssumedRoleUser,
    credentials: Credentials,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
    expiration: String,
}

impl Assumed {
    fn new(key: TemporaryKey, now: Now) -> Self {
        Self {
            assumed_role_user: AssumedRoleUser {
                assumed_role_id: format!("{}:{}", key.role.role_id, key.role.session),
                arn: format!("{}/{}", key.role.role_arn, key.role.session),
            },
            credentials: Credentials {
                expiration: format_utc(now.told(key.expires)),
                access_key_id: key.id,
                access_key_secret: key.secret,
                security_token: key.token,
            },
            source_identity: key.role.source_identity,
        }
    }
}

/// Answers `GetCallerIdentity`.
pub(crate) fn get_caller_identity(accounts: &Accounts, caller: &Caller) -> Executed {
    let account_id = caller.account.as_str();
    let identity = match &caller.who {
        Who::Root => Identity {
            identity_type: "Account",
            account_id,
            principal_id: account_id.to_owned(),
            arn: caller.arn(),
            user_id: Some(account_id),
            role_id: None,
        },
        Who::User(name) => {
            let user = accounts.account(account_id).and_then(|realm| realm.user(name));
            let id = user.map_or("", |user| &user.id);
            Identity {
                identity_type: "RAMUser",
                account_id,
                principal_id: id.to_owned(),
                arn: caller.arn(),
                user_id: Some(id),
                role_id: None,
            }
        }
        Who::Role(role) => Identity {
            identity_type: "AssumedRoleUser",
            account_id,
            principal_id: format!("{}:{}", role.role_id, role.session),
            arn: format!("{}/{}", role.role_arn, role.session),
            user_id: None,
            role_id: Some(&role.role_id),
        },
    };
    Executed::new(&identity, None, None)
}

/// Carries out `AssumeRole`.
pub(crate) fn assume_role(accounts: &mut Accounts, caller: &Caller, call: &Call<'_>) -> Result<Executed, Refusal> {
    let Call { request, parameters, now } = *call;
    let wanted = RoleRequest::read(parameters)?;
    let external_id = parameters.optional("ExternalId");
    if external_id.is_some_and(|id| !request::is_external_id(id)) {
        return Err(wrongly_formed("ExternalId"));
    }
    let arn = caller.arn();
    if let Some(role) = wanted.find(accounts)? {
        let subject = accounts.subject(caller);
        if matches!(caller.who, Who::Root) {
            return Err(Denial::of_root(&subject, wanted.role_arn).refusal("Sts"));
        }
        let mut context = Context::of_trust(request, &arn, now.world);
        if let Some(id) = external_id {
            context.set("sts:ExternalId", id);
        }
        let asking = Asking::Ram { account: &caller.account, arn: &arn };
        trusts(&role.trust, wanted.role_arn, asking, &subject.display_name, &context)?;
    }
    let lifetime = wanted.lifetime(accounts)?;
    // Who stands behind the first session of a chain stands behind the last.
    let source_identity = match &caller.who {
        Who::Role(role) if role.source_identity.is_some() => role.source_identity.clone(),
        _ => parameters.optional("SourceIdentity").map(str::to_owned),
    };
    let key = accounts.issue(wanted.role(source_identity), lifetime, now.world);
    Ok(Executed::new(&Assumed::new(key, now), None, None))
}

fn wrongly_formed(parameter: &str) -> Refusal {
    Refusal::bad_request(
        format!("InvalidParameter.{parameter}"),
        format!("The parameter {parameter} is wrongly formed."),
    )
}

fn no_such_role() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "EntityNotExist.Role", "The specified Role not exists .")
}
