//! Why a wait ended without what was waited for.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::operation::Operation;
use crate::outcome::Outcome;

/// Says why a wait ended without what was waited for, and what was answered last.
///
/// It becomes an [`Error`] by `?`, which then is the call's own error if one ended the wait.
pub struct WaitError<T>(Box<Inner<T>>);

struct Inner<T> {
    end: WaitEnd,
    operation: &'static Operation,
    last: Option<T>,
    polls: u32,
}

/// Says why a wait ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitEnd {
    /// It was not so within this time; with the error of the last call, if that failed.
    Timeout(Duration, Option<Error>),
    /// It will not be so any more, because of this.
    Failed(String),
    /// A call was refused, or failed in a way that the next one would not mend.
    Call(Error),
}

impl<T> WaitError<T> {
    pub(super) fn new(end: WaitEnd, operation: &'static Operation, last: Option<T>, polls: u32) -> Self {
        Self(Box::new(Inner { end, operation, last, polls }))
    }

    /// Returns why the wait ended.
    #[must_use]
    pub fn end(&self) -> &WaitEnd {
        &self.0.end
    }

    /// Returns whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.end, WaitEnd::Timeout(..))
    }

    /// Returns whether what was waited for will not come any more.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self.0.end, WaitEnd::Failed(_))
    }

    /// Returns the error of the call that ended the wait, or of the last one before time ran out.
    #[must_use]
    pub fn call(&self) -> Option<&Error> {
        match &self.0.end {
            WaitEnd::Timeout(_, error) => error.as_ref(),
            WaitEnd::Failed(_) => None,
            WaitEnd::Call(error) => Some(error),
        }
    }

    /// Returns the last answer, if there was one.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.0.last.as_ref()
    }

    /// Takes the last answer, if there was one.
    #[must_use]
    pub fn into_last(self) -> Option<T> {
        self.0.last
    }

    /// Returns how many calls were made.
    #[must_use]
    pub fn polls(&self) -> u32 {
        self.0.polls
    }
}

impl WaitEnd {
    fn message(&self, polls: u32) -> String {
        match self {
            Self::Timeout(deadline, None) => format!("it was not so within {deadline:?}, in {polls} answers"),
            Self::Timeout(deadline, Some(error)) => format!("it was not so within {deadline:?}, and at last: {error}"),
            Self::Failed(why) => why.clone(),
            Self::Call(error) => error.to_string(),
        }
    }
}

impl<T> From<WaitError<T>> for Error {
    fn from(error: WaitError<T>) -> Self {
        let Inner { end, operation, last, polls } = *error.0;
        let timeout = matches!(end, WaitEnd::Timeout(..));
        let message = end.message(polls);
        let outcome = match end {
            WaitEnd::Call(error) => return error,
            // What was answered was executed; what was not has an outcome of its own.
            WaitEnd::Timeout(_, Some(error)) if last.is_none() => error.outcome(),
            _ => Outcome::Executed,
        };
        Self::new(Kind::GivenUp(message, timeout), outcome).of(operation, 1, Outcome::NotSent)
    }
}

impl<T> fmt::Display for WaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { end, operation, polls, .. } = &*self.0;
        if !matches!(end, WaitEnd::Call(_)) {
            // The error of a call names its operation itself.
            write!(f, "{} {}: ", operation.product.name, operation.name)?;
        }
        f.write_str(&end.message(*polls))
    }
}

impl<T> fmt::Debug for WaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitError({:?})", self.to_string())
    }
}

impl<T> StdError for WaitError<T> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.call().map(|error| error as &(dyn StdError + 'static))
    }
}
