//! Policies, and what they say to one action on one resource.

use super::arn::{self, Resource};
use super::condition::Condition;
use super::context::Context;
use super::pattern;
use super::principal::{Asking, Principal};

/// A policy: statements, each of which allows or denies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(super) statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) denies: bool,
    pub(super) actions: Scope<String>,
    /// What it is about; absent in trust policies, whose only resource is their role.
    pub(super) resources: Option<Scope<arn::Pattern>>,
    /// Whom it is about; absent in policies that belong to somebody.
    pub(super) principals: Option<Vec<Principal>>,
    pub(super) conditions: Vec<Condition>,
}

/// What is listed, or all but that.
#[derive(Debug, Clone)]
pub(super) struct Scope<T> {
    pub(super) patterns: Vec<T>,
    pub(super) inverted: bool,
}

/// What is asked of policies.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: Option<&'a Resource>,
    pub(crate) asking: Option<Asking<'a>>,
    pub(crate) context: &'a Context,
}

/// What policies say; where a statement decided, its number from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed {
        policy: usize,
        statement: usize,
    },
    /// No statement allows it.
    ImplicitDeny,
    ExplicitDeny {
        policy: usize,
        statement: usize,
    },
}

impl<T> Scope<T> {
    fn covers(&self, is: impl Fn(&T) -> bool) -> bool {
        self.patterns.iter().any(is) != self.inverted
    }
}

impl Statement {
    fn applies(&self, question: Question<'_>) -> bool {
        let Question { action, resource, asking, context } = question;
        self.actions.covers(|pattern| pattern::matches_in_any_case(pattern, action))
            && self
                .resources
                .as_ref()
                .is_none_or(|scope| resource.is_some_and(|resource| scope.covers(|pattern| pattern.covers(resource))))
            && self.principals.as_ref().is_none_or(|principals| {
                asking.is_some_and(|asking| principals.iter().any(|principal| principal.is(asking)))
            })
            && self.conditions.iter().all(|condition| condition.holds(context))
    }
}

/// Asks all policies together: one statement that denies wins over all that allow, and nothing is allowed by default.
pub(crate) fn judge<'p>(policies: impl Iterator<Item = &'p Policy>, question: Question<'_>) -> Verdict {
    let mut verdict = Verdict::ImplicitDeny;
    for (policy, statements) in policies.map(|policy| &policy.statements).enumerate() {
        for (statement, rule) in statements.iter().enumerate().filter(|(_, rule)| rule.applies(question)) {
            if rule.denies {
                return Verdict::ExplicitDeny { policy, statement };
            }
            if verdict == Verdict::ImplicitDeny {
                verdict = Verdict::Allowed { policy, statement };
            }
        }
    }
    verdict
}
