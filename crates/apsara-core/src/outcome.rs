//! What became of a call.

use std::fmt;

/// Says what became of a call, as far as the client can know.
///
/// The order is the order of how bad it is for someone who wants to repeat the call; over the attempts of one call the
/// worst one counts, so a rejection after an attempt that may have been executed stays [`Outcome::Unknown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was sent: repeating cannot do anything twice.
    NotSent,
    /// The cloud answered that it did not execute the call: repeating cannot do anything twice.
    Rejected,
    /// The call was executed, but its answer could not be used.
    Executed,
    /// The call may have been executed or not: look before repeating one that is unsafe to repeat.
    Unknown,
}

impl Outcome {
    /// Returns what became of a call that was answered with an error code, by the HTTP status that came with it.
    #[must_use]
    pub fn of_code(http_status: u16, code: &str) -> Self {
        crate::error::outcome_of(http_status, code)
    }

    /// Returns the worse of two outcomes.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        self.max(other)
    }

    /// Returns a word for it, for labels: `not_sent`, `rejected`, `executed` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Executed => "executed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Rejected => "rejected, not executed",
            Self::Executed => "executed",
            Self::Unknown => "unknown, it may have been executed",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Executed, NotSent, Rejected, Unknown};

    #[test]
    fn a_rejection_after_an_unknown_attempt_stays_unknown() {
        assert_eq!(Unknown.or_worse(Rejected), Unknown);
        assert_eq!(Rejected.or_worse(Unknown), Unknown);
    }

    #[test]
    fn a_code_says_what_became_of_a_call_by_its_status() {
        for (status, code, outcome) in [
            (400, "CodeTaskNotExist", Rejected),
            (500, "InternalError", Unknown),
            (400, "InternalError", Unknown),
            (503, "Throttling.User", Rejected),
            (503, "ServiceUnavailable", Unknown),
        ] {
            assert_eq!(super::Outcome::of_code(status, code), outcome, "{status} {code}");
        }
    }

    #[test]
    fn an_outcome_is_a_word_for_labels_and_a_phrase_for_people() {
        let told = [NotSent, Rejected, Executed, Unknown].map(|outcome| (outcome.as_str(), outcome.to_string()));
        let expected = [
            ("not_sent", "not sent"),
            ("rejected", "rejected, not executed"),
            ("executed", "executed"),
            ("unknown", "unknown, it may have been executed"),
        ];
        assert_eq!(told, expected.map(|(word, phrase)| (word, phrase.to_owned())));
    }

    #[test]
    fn each_outcome_is_worse_than_the_ones_before_it() {
        assert!(NotSent < Rejected && Rejected < Executed && Executed < Unknown);
    }
}
