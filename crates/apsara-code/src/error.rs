//! Why there is no code.

use std::fmt;

/// Says in a sentence why no code can be written. No value of a parameter is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    sentence: String,
    is_of_key: bool,
}

impl Error {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), is_of_key: false }
    }

    /// Says that it is for the key, or for where the call goes.
    pub(crate) fn of_key(mut self) -> Self {
        self.is_of_key = true;
        self
    }

    /// Returns whether [`Language::Curl`](crate::Language::Curl) lacks what it is signed with, or does not know where it goes.
    #[must_use]
    pub fn is_of_key(&self) -> bool {
        self.is_of_key
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Error {}
