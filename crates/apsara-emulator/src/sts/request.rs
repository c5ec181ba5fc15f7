//! What the two AssumeRole operations have in common.

use jiff::SignedDuration;

use super::{no_such_role, role_id, wrongly_formed};
use crate::accounts::{Accounts, AssumedRole, KnownRole, role_name};
use crate::parameters::Parameters;
use crate::ram::SessionPolicy;
use crate::refusal::Refusal;

/// The longest policy, in bytes.
const LONGEST_POLICY: usize = 2048;
/// The seconds that a session lasts at least.
const SHORTEST_SESSION: u32 = 900;
/// The seconds that a session lasts unless asked for otherwise, and at most where the role says nothing.
const USUAL_SESSION: u32 = 3600;

/// A role that is asked for.
pub(super) struct RoleRequest<'a> {
    pub(super) role_arn: &'a str,
    session: &'a str,
    seconds: Option<&'a str>,
    policy: Option<SessionPolicy>,
}

impl<'a> RoleRequest<'a> {
    pub(super) fn read(parameters: &'a Parameters) -> Result<Self, Refusal> {
        let role_arn = parameters.required("RoleArn")?;
        let session = parameters.required("RoleSessionName")?;
        if !is_role_arn(role_arn) {
            return Err(wrongly_formed("RoleArn"));
        }
        if !is_session_name(session) {
            return Err(wrongly_formed("RoleSessionName"));
        }
        let policy = parameters.optional("Policy").map(read_policy).transpose()?;
        Ok(Self { role_arn, session, seconds: parameters.optional("DurationSeconds"), policy })
    }

    /// Finds the role; nothing if its account has every role there could be.
    pub(super) fn find<'r>(&self, accounts: &'r Accounts) -> Result<Option<&'r KnownRole>, Refusal> {
        let account = self.role_arn.split(':').nth(3).unwrap_or_default();
        let realm = accounts.account(account).ok_or_else(no_such_role)?;
        match realm.role(role_name(self.role_arn)) {
            None if realm.describes_roles() => Err(no_such_role()),
            role => Ok(role),
        }
    }

    /// Tells how long the session is to last, if the role lasts as long.
    pub(super) fn lifetime(&self, accounts: &Accounts) -> Result<SignedDuration, Refusal> {
        let most = self.find(accounts)?.map_or(USUAL_SESSION, |role| role.max_session);
        let seconds = self.seconds.map_or(Ok(USUAL_SESSION), str::parse);
        match seconds.ok().filter(|seconds| (SHORTEST_SESSION..=most).contains(seconds)) {
            Some(seconds) => Ok(SignedDuration::from_secs(seconds.into())),
            None => {
                let most = if most % 3600 == 0 { format!("{}hr", most / 3600) } else { format!("{}min", most / 60) };
                let message = format!("The Min/Max value of DurationSeconds is 15min/{most}.");
                Err(Refusal::bad_request("InvalidParameter.DurationSeconds", message))
            }
        }
    }

    /// The session that a key is issued for.
    pub(super) fn role(self, source_identity: Option<String>) -> AssumedRole {
        AssumedRole {
            role_id: role_id(self.role_arn),
            role_arn: self.role_arn.to_owned(),
            session: self.session.to_owned(),
            source_identity,
            policy: self.policy,
        }
    }
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

pub(super) fn is_external_id(id: &str) -> bool {
    is_of(id, 2..=1224, "=,.@:/-_+")
}

fn is_of(text: &str, length: std::ops::RangeInclusive<usize>, marks: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
}

fn read_policy(policy: &str) -> Result<SessionPolicy, Refusal> {
    if policy.len() > LONGEST_POLICY {
        let message = "The size of Policy must be smaller than 2048 bytes.";
        return Err(Refusal::bad_request("InvalidParameter.PolicySize", message));
    }
    SessionPolicy::parse(policy).map_err(|_| {
        let message = "The parameter Policy has not passed grammar check.";
        Refusal::bad_request("InvalidParameter.PolicyGrammar", message)
    })
}
