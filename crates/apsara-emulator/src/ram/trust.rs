//! Whether a role may be assumed by somebody, as its trust policy says.

use super::context::Context;
use super::denial::Denial;
use super::policy::{Policy, Question, Verdict, judge};
use super::principal::Asking;
use crate::refusal::Refusal;

/// The one action that trust policies are about, whichever operation asks.
const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Lets somebody have a role, or refuses it in the token service's words.
pub(crate) fn trusts(
    policy: &Policy,
    role: &str,
    asking: Asking<'_>,
    display_name: &str,
    context: &Context,
) -> Result<(), Refusal> {
    let question = Question { action: ASSUME_ROLE, resource: None, asking: Some(asking), context };
    let is_explicit = match judge(std::iter::once(policy), question) {
        Verdict::Allowed { .. } => return Ok(()),
        Verdict::ImplicitDeny => false,
        Verdict::ExplicitDeny { .. } => true,
    };
    let (kind, account) = match asking {
        Asking::Ram { account, arn } if arn.contains(":role/") => ("AssumedRoleUser", account),
        Asking::Ram { account, .. } => ("SubUser", account),
        Asking::Federated { provider } => ("Federated", provider.split(':').nth(3).unwrap_or_default()),
    };
    Err(Denial::of_trust(kind, account, display_name, role, is_explicit).refusal("Sts"))
}
