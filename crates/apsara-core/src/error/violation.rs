//! What is wrong with a request.

use std::fmt;

/// States one thing that is wrong with a request, by the parameter's wire name. The value is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    parameter: String,
    rule: String,
    warning: bool,
}

impl Violation {
    pub(crate) fn new(parameter: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { parameter: parameter.into(), rule: rule.into(), warning: false }
    }

    pub(crate) fn warning(parameter: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { warning: true, ..Self::new(parameter, rule) }
    }

    /// Returns the parameter's name on the wire, with a path where it is nested.
    #[must_use]
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// Returns the rule that does not hold, as a phrase that follows the name: `is required`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns whether the request is sent all the same: the documents do not list the value, but the cloud may take it.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.warning
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.parameter, self.rule)
    }
}
