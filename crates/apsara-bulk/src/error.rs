//! Why a bulk run cannot begin or go on.

use std::fmt;
use std::io;
use std::path::Path;

/// Says why a bulk run cannot begin or go on, and what to do. What became of single calls is in the results.
#[derive(Debug)]
pub struct BulkError {
    message: String,
    source: Option<io::Error>,
    is_damaged: bool,
}

impl BulkError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None, is_damaged: false }
    }

    /// Says what could not be done with a file.
    pub(crate) fn file(path: &Path, what: &str, source: io::Error) -> Self {
        Self { message: format!("{} {what}: {source}", path.display()), source: Some(source), is_damaged: false }
    }

    pub(crate) fn damaged(message: impl Into<String>) -> Self {
        Self { is_damaged: true, ..Self::new(message) }
    }

    /// Returns whether the journal is not as it was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }
}

impl fmt::Display for BulkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BulkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
