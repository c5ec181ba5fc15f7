//! What became of a search for credentials, for people and for programs.

use std::fmt;

/// Tells who was asked for credentials, in which order, what was found, and whose are used. It holds no secret.
///
/// It prints as lines for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub(super) steps: Vec<Step>,
}

/// Tells what one source of credentials came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub(super) source: &'static str,
    pub(super) name: String,
    pub(super) end: StepEnd,
    pub(super) found: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) reason: Option<String>,
}

/// Says how a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepEnd {
    /// Its credentials are used.
    Used,
    /// It is not set up, so the next one was asked.
    NotThere,
    /// It is set up, but gave no credentials; what comes after it is not asked, unless it is the metadata service.
    Failed,
    /// One before it has ended the search.
    NotAsked,
}

impl Explanation {
    /// Returns the steps in the order of the search.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the step whose credentials are used.
    #[must_use]
    pub fn used(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.end == StepEnd::Used)
    }
}

impl Step {
    pub(super) fn new(source: &'static str, name: &str, end: StepEnd) -> Self {
        let name = format!("default/{name}");
        Self { source, name, end, found: None, access_key_id: None, reason: None }
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    pub(super) fn found_as(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Returns what was asked, in words: `the environment`, `the profile of the official CLI`.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Returns what the official SDKs call it: `default/env`, `default/cli_profile/static_ak`. They send it in the header
    /// `x-acs-credentials-provider`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns how it ended.
    #[must_use]
    pub fn end(&self) -> StepEnd {
        self.end
    }

    /// Returns what was found there: which profile of which file, which role.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// Returns the id of the access key that it gave.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// Returns why it gave no credentials.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            writeln!(f, "{}. {step}", index + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.end {
            StepEnd::Used => "used",
            StepEnd::NotThere => "not there",
            StepEnd::Failed => "failed",
            StepEnd::NotAsked => "not asked",
        };
        write!(f, "{} ({}): {end}", self.source, self.name)?;
        if let Some(id) = &self.access_key_id {
            write!(f, ", access key {id}")?;
        }
        if let Some(found) = &self.found {
            write!(f, ", {found}")?;
        }
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}
