//! What makes the calls: one operation, whose requests are checked before and whose failures are told apart.

mod typed;
mod untyped;

use std::time::Duration;

use apsara_core::transport::BoxFuture;
use apsara_core::{Config, Endpoint, Error, Impact, Outcome, Quota, Repeat};
use serde_json::Value;

pub use self::typed::Typed;
pub use self::untyped::Untyped;
use crate::fate::Fate;
use crate::reconcile::Reconcile;

/// The parameter that says where a call goes if nothing else does.
const REGION_ID: &str = "RegionId";

/// Describes the operation that is called.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Called {
    /// The product's code, for example `live`.
    pub product: String,
    /// The version, for example `2016-11-01`.
    pub version: String,
    /// The operation's name.
    pub operation: String,
    /// Where the calls go: a run goes on only there.
    pub target: String,
    /// Whether a call may be executed twice.
    pub repeat: Repeat,
    /// What a call changes.
    pub impact: Impact,
    /// How many calls an account may make, where it is known.
    pub quota: Option<Quota>,
    /// The id of the access key that the calls are signed with, where it is a permanent one. No run is gone on with by another.
    pub key_id: Option<String>,
    /// The account of the role by which the calls are made, where it is known. No run is gone on with in another.
    pub account: Option<String>,
}

impl Called {
    /// Describes an operation that may do harm when it is executed twice, changes something, and has no quota that is known.
    pub fn new(
        product: impl Into<String>,
        version: impl Into<String>,
        operation: impl Into<String>,
        target: impl Into<String>,
    ) -> Self {
        Self {
            product: product.into(),
            version: version.into(),
            operation: operation.into(),
            target: target.into(),
            repeat: Repeat::Unsafe,
            impact: Impact::Change,
            quota: None,
            key_id: None,
            account: None,
        }
    }

    /// Says whether a call may be executed twice, what it changes, and how many an account may make.
    #[must_use]
    pub fn with(mut self, repeat: Repeat, impact: Impact, quota: Option<Quota>) -> Self {
        (self.repeat, self.impact, self.quota) = (repeat, impact, quota);
        self
    }

    /// Says who calls, as far as a configuration knows that without asking anybody.
    #[must_use]
    pub fn by(mut self, config: &Config) -> Self {
        (self.key_id, self.account) = (config.permanent_key_id(), config.role_account());
        self
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        self.repeat != Repeat::Safe
    }
}

/// Makes the calls of a run.
///
/// [`Typed`] is one for a generated client. The pace is the executor's: it waits for the quota before it sends.
pub trait Executor: Send + Sync + 'static {
    /// Describes the operation.
    fn operation(&self) -> Called;

    /// Returns whether a parameter takes a text; a cell of a table is taken for JSON where it does not.
    fn is_text(&self, parameter: &str) -> bool;

    /// Returns everything that is wrong with a request. Nothing is sent.
    fn check(&self, request: &Value) -> Vec<Problem>;

    /// Makes a call. The request is one that was checked, without those of its parameters that are null.
    fn execute<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>>;

    /// Returns how it is found out what became of a call; nothing where it cannot be.
    fn reconcile(&self) -> Option<&Reconcile> {
        None
    }

    /// Asks the operation of [`Executor::reconcile`], with those parameters of the request that it has too.
    fn ask<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Value, Failure>> {
        let _ = request;
        nobody_to_ask()
    }
}

/// Says where calls go, and that each line may say it itself, where it may.
fn target(config: &Config, endpoint: &Endpoint, has_region_id: bool) -> String {
    if has_region_id && config.follows_region_id() {
        format!("the endpoint of each line's {REGION_ID}, else {endpoint}")
    } else {
        endpoint.to_string()
    }
}

fn nobody_to_ask<'a>() -> BoxFuture<'a, Result<Value, Failure>> {
    Box::pin(async { Err(Failure::new(Outcome::NotSent, "there is no operation to ask")) })
}

/// States one thing that is wrong with a request, without any value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, as a sentence that follows the number of the line.
    pub text: String,
    /// Whether the request is sent all the same.
    pub is_warning: bool,
}

/// Holds what a call was answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer. It stands in the journal and in the results.
    pub response: Value,
    /// How long the call waited for its quota.
    pub waited: Duration,
}

/// Says why a call failed, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What became of the call.
    pub outcome: Outcome,
    /// Whether it failed for a reason that lies in its own request, so that it fails again unless that is mended.
    pub is_final: bool,
    /// The error code of the cloud.
    pub code: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// What went wrong. It stands in the journal and in the results.
    pub message: String,
    /// How long the call waited for its quota.
    pub waited: Duration,
}

impl Failure {
    /// Says of a call what became of it and what went wrong. A refusal is final.
    pub fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        let is_final = outcome == Outcome::Rejected;
        let message = message.into();
        Self { outcome, is_final, code: None, request_id: None, message, waited: Duration::ZERO }
    }

    pub(crate) fn fate(&self) -> Fate {
        match self.outcome {
            Outcome::NotSent | Outcome::Rejected if self.is_final => Fate::Rejected,
            Outcome::NotSent | Outcome::Rejected => Fate::NotExecuted,
            Outcome::Executed => Fate::Executed,
            _ => Fate::Unknown,
        }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self {
            outcome: error.outcome(),
            is_final: error.is_invalid() || (error.outcome() == Outcome::Rejected && !error.is_throttled()),
            code: error.service().map(|refusal| refusal.code().to_owned()),
            request_id: error.request_id().map(str::to_owned),
            message: error.to_string(),
            waited: error.waited(),
        }
    }
}
