//! The policy that narrows a session, which must be found again as it was given.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::policy::Policy;
use super::read::Purpose;
use crate::strict::Flaw;

/// A policy with the text that it was read from; only the text is kept where it outlives the program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SessionPolicy {
    text: String,
    policy: Arc<Policy>,
}

impl SessionPolicy {
    /// Reads a policy, or says everything that is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Flaw>> {
        let policy = Policy::parse(text, Purpose::Permission)?;
        Ok(Self { text: text.to_owned(), policy: Arc::new(policy) })
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl TryFrom<String> for SessionPolicy {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "the policy of a session is none")
    }
}

impl From<SessionPolicy> for String {
    fn from(policy: SessionPolicy) -> Self {
        policy.text
    }
}
