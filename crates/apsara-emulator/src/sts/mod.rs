//! The Security Token Service: who am I, and keys with an end.

mod oidc;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::accounts::{Accounts, AssumedRole, Caller, TemporaryKey};
use crate::clock::format_utc;
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::refusal::Refusal;

pub(crate) use self::oidc::assume_role_with_oidc;

/// The longest policy, in bytes.
const LONGEST_POLICY: usize = 2048;

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
    fn new(key: TemporaryKey, role: &AssumedRole) -> Self {
        Self {
            assumed_role_user: AssumedRoleUser {
                assumed_role_id: format!("{}:{}", role.role_id, role.session),
                arn: format!("{}/{}", role.role_arn, role.session),
            },
            credentials: Credentials {
                expiration: format_utc(key.expires),
                access_key_id: key.id,
                access_key_secret: key.secret,
                security_token: key.token,
            },
        }
    }
}

/// Answers `GetCallerIdentity`.
pub(crate) fn get_caller_identity(caller: &Caller) -> Executed {
    let identity = match &caller.role {
        None => Identity {
            identity_type: "Account",
            account_id: &caller.account,
            principal_id: caller.account.clone(),
            arn: format!("acs:ram::{}:root", caller.account),
            user_id: Some(&caller.account),
            role_id: None,
        },
        Some(role) => Identity {
            identity_type: "AssumedRoleUser",
            account_id: &caller.account,
            principal_id: format!("{}:{}", role.role_id, role.session),
            arn: format!("{}/{}", role.role_arn, role.session),
            user_id: None,
            role_id: Some(&role.role_id),
        },
    };
    Executed::new(&identity, None, None)
}

/// Carries out `AssumeRole`.
pub(crate) fn assume_role(
    accounts: &mut Accounts,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Executed, Refusal> {
    let request = RoleRequest::read(parameters)?;
    if parameters.optional("ExternalId").is_some_and(|id| !is_external_id(id)) {
        return Err(wrongly_formed("ExternalId"));
    }
    let (key, role) = request.issue(accounts, now)?;
    Ok(Executed::new(&Assumed::new(key, &role), None, None))
}

/// What the two AssumeRole operations have in common.
struct RoleRequest<'a> {
    role_arn: &'a str,
    session: &'a str,
    lifetime: SignedDuration,
}

impl<'a> RoleRequest<'a> {
    fn read(parameters: &'a Parameters) -> Result<Self, Refusal> {
        let role_arn = parameters.required("RoleArn")?;
        let session = parameters.required("RoleSessionName")?;
        if !is_role_arn(role_arn) {
            return Err(wrongly_formed("RoleArn"));
        }
        if !is_session_name(session) {
            return Err(wrongly_formed("RoleSessionName"));
        }
        if let Some(policy) = parameters.optional("Policy") {
            check_policy(policy)?;
        }
        let seconds = parameters.optional("DurationSeconds").unwrap_or("3600").parse();
        let Some(seconds) = seconds.ok().filter(|seconds| (900..=3600).contains(seconds)) else {
            let message = "The Min/Max value of DurationSeconds is 15min/1hr.";
            return Err(Refusal::bad_request("InvalidParameter.DurationSeconds", message));
        };
        Ok(Self { role_arn, session, lifetime: SignedDuration::from_secs(seconds) })
    }

    fn issue(&self, accounts: &mut Accounts, now: Timestamp) -> Result<(TemporaryKey, AssumedRole), Refusal> {
        accounts.issue(self.role_arn, self.session, self.lifetime, now).ok_or_else(|| {
            Refusal::new(StatusCode::NOT_FOUND, "EntityNotExist.Role", "The specified Role not exists .")
        })
    }
}

fn wrongly_formed(parameter: &str) -> Refusal {
    Refusal::bad_request(
        format!("InvalidParameter.{parameter}"),
        format!("The parameter {parameter} is wrongly formed."),
    )
}

fn is_role_arn(arn: &str) -> bool {
    let Some((account, role)) = arn.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":role/")) else {
        return false;
    };
    !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit()) && is_of(role, 1..=64, ".-_")
}

fn is_session_name(name: &str) -> bool {
    is_of(name, 2..=64, ".@-_")
}

fn is_external_id(id: &str) -> bool {
    is_of(id, 2..=1224, "=,.@:/-_+")
}

fn is_of(text: &str, length: std::ops::RangeInclusive<usize>, marks: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
}

fn check_policy(policy: &str) -> Result<(), Refusal> {
    if policy.len() > LONGEST_POLICY {
        let message = "The size of Policy must be smaller than 2048 bytes.";
        return Err(Refusal::bad_request("InvalidParameter.PolicySize", message));
    }
    let is_object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(policy).is_ok();
    if !is_object {
        let message = "The parameter Policy has not passed grammar check.";
        return Err(Refusal::bad_request("InvalidParameter.PolicyGrammar", message));
    }
    Ok(())
}
