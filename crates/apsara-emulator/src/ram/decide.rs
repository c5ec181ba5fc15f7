//! Whether a call is allowed: every action that it needs, on every resource that it is about.

use apsara_specs::Ram;
use jiff::Timestamp;

use super::arn::Resource;
use super::context::Context;
use super::denial::{Denial, PolicyType};
use super::needs::{Filling, MOST_RESOURCES, action_names, resources};
use super::policy::{Question, Verdict, judge};
use super::{Kind, Subject};
use crate::refusal::Refusal;
use crate::request::WireRequest;

/// Tells what a call needed, and whether policies allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RamDecision {
    /// The actions that must be allowed; empty for what everybody may do.
    pub actions: Vec<String>,
    /// The resources that they must be allowed for; `*` for an action that knows no resources.
    pub resources: Vec<String>,
    /// Whether policies allow all of it.
    pub allowed: bool,
    /// Why, as a sentence.
    pub reason: String,
}

/// A call, as far as policies look at it.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a WireRequest,
    /// The product's name.
    pub(crate) product: &'a str,
    pub(crate) needs: &'a Ram,
    pub(crate) filling: &'a Filling,
    pub(crate) now: Timestamp,
}

/// Decides about a call; the refusal says what was missing first.
pub(crate) fn decide(call: &Call<'_>, subject: &Subject<'_>) -> (RamDecision, Option<Refusal>) {
    let Call { needs, filling, product, .. } = call;
    let context = context(call, subject);
    let wanted = needs.actions.iter().flat_map(|action| {
        resources(action, filling).into_iter().map(|resource| (action.name.as_str(), resource)).collect::<Vec<_>>()
    });
    let wanted: Vec<(&str, Resource)> = wanted.collect();
    let (reason, objection) = weigh(&wanted, subject, &context);
    let refusal = objection.map(|objection| match objection {
        Objection::Denied(denial) => denial.refusal(product),
        Objection::TooMany => Refusal::too_many_resources(MOST_RESOURCES),
    });
    let mut resources: Vec<String> = wanted.iter().map(|(_, resource)| resource.to_string()).collect();
    resources.dedup();
    (RamDecision { actions: action_names(needs), resources, allowed: refusal.is_none(), reason }, refusal)
}

/// What speaks against a call.
enum Objection {
    Denied(Denial),
    /// It names more than policies are asked about, and a denial could be about any of it.
    TooMany,
}

/// Asks the policies for each action on each resource: all must be allowed. Tells why they are, or why not.
fn weigh(wanted: &[(&str, Resource)], subject: &Subject<'_>, context: &Context) -> (String, Option<Objection>) {
    if wanted.is_empty() {
        return ("everybody may do it".to_owned(), None);
    }
    let mut reason = match subject.kind {
        Kind::Account => "the account itself may do everything".to_owned(),
        _ => "no role of the account is described: each may do everything".to_owned(),
    };
    let has_policies = subject.session.is_some() || subject.policies.is_some();
    for (action, resource) in wanted {
        if resource.is_too_many && has_policies {
            let why = format!("{resource} stands for over {MOST_RESOURCES} names, too many to be judged");
            return (why, Some(Objection::TooMany));
        }
        let question = Question { action, resource: Some(resource), asking: None, context };
        // What narrows a session comes first, as in the documents' order.
        let session = subject.session.map(|policy| {
            (PolicyType::Session, judge(std::iter::once(policy), question), vec!["the session's policy"])
        });
        let identity = subject.policies.as_ref().map(|policies| {
            let names: Vec<&str> = policies.iter().map(|(name, _)| *name).collect();
            (PolicyType::Identity, judge(policies.iter().map(|(_, policy)| *policy), question), names)
        });
        for (policy_type, verdict, names) in session.into_iter().chain(identity) {
            let statement = |policy: usize, statement: usize| format!("statement {statement} of {}", names[policy]);
            let (why, is_explicit) = match verdict {
                Verdict::Allowed { policy, statement: number } => {
                    reason = format!("{} allows {action} on {resource}", statement(policy, number));
                    continue;
                }
                Verdict::ImplicitDeny => {
                    let whose = if policy_type == PolicyType::Session { "the session's policy" } else { "any policy" };
                    (format!("no statement of {whose} allows {action} on {resource}"), false)
                }
                Verdict::ExplicitDeny { policy, statement: number } => {
                    (format!("{} denies {action} on {resource}", statement(policy, number)), true)
                }
            };
            let denial = Denial::new(subject, action, &resource.to_string(), policy_type, is_explicit);
            return (why, Some(Objection::Denied(denial)));
        }
    }
    (reason, None)
}

/// Collects the condition keys of a call.
fn context(call: &Call<'_>, subject: &Subject<'_>) -> Context {
    let Call { request, needs, filling, now, .. } = call;
    let mut context = Context::of(request, &subject.arn, *now);
    for (key, value) in &filling.tags {
        context.set(&format!("acs:RequestTag/{key}"), value);
    }
    let keys: Vec<&String> = needs.actions.iter().flat_map(|action| &action.condition_keys).collect();
    for key in &keys {
        // A key of a service is a parameter of that name, if there is one.
        let name = key.split_once(':').map_or(key.as_str(), |(_, name)| name);
        let sent = filling.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, values)) = sent {
            context.set_all(key, values.clone());
        }
    }
    let is_named = |key: &str| !needs.is_documented || keys.iter().any(|known| known.eq_ignore_ascii_case(key));
    context.add_said(request, is_named);
    context
}
