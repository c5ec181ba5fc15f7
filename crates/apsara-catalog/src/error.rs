use std::fmt;

/// Says what was not found or could not be read, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    message: String,
    details: Vec<(&'static str, String)>,
    is_of_file: bool,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new(), is_of_file: false }
    }

    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self { is_of_file: true, ..Self::new(message) }
    }

    pub(crate) fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.details.push((name, text.into()));
        self
    }

    /// Returns the sentence, without its details.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what else is said, by name: what there is instead, or why.
    pub fn details(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.details.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// Returns whether a file could not be read at all; everything else is a wrong name or a wrong content.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        self.is_of_file
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.details.iter().try_for_each(|(name, text)| write!(f, "; {name}: {text}"))
    }
}

impl std::error::Error for Error {}
