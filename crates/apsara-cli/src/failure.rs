//! Why the program could not do what it was asked to.

use std::fmt;
use std::path::Path;

use crate::exit::Exit;
use crate::terminal::harmless;

/// Says what went wrong, in lines for a person, and by what code the program ends.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    /// What stands below the message: a name, and what is said of it.
    details: Vec<(&'static str, String)>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), details: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Says that a file could not be read or written.
    #[expect(clippy::needless_pass_by_value, reason = "it is handed on by map_err")]
    pub(crate) fn of_file(path: &Path, error: std::io::Error) -> Self {
        Self::new(Exit::Failed, format!("{}: {error}", path.display()))
    }

    /// Adds a line below the message.
    pub(crate) fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.details.push((name, text.into()));
        self
    }

    /// Adds a line below the message, where there is something to say.
    pub(crate) fn with_some(self, name: &'static str, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it says may be of the cloud, or of a file.
        f.write_str(&harmless(&self.message))?;
        let width = self.details.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in &self.details {
            for (number, line) in harmless(text).lines().enumerate() {
                let name = if number == 0 { *name } else { "" };
                write!(f, "\n  {name:width$}  {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_stand_in_a_column_below_the_message() {
        let failure = Failure::usage("no").with("a", "one\ntwo").with("long", "three").with_some("b", None::<String>);
        assert_eq!(failure.to_string(), "no\n  a     one\n        two\n  long  three");
    }

    #[test]
    fn nothing_in_it_steers_a_terminal() {
        let failure = Failure::usage("no\u{1b}[2J").with("a", "one\u{9b}2J\ntwo\r");
        assert_eq!(failure.to_string(), "no\u{fffd}[2J\n  a  one\u{fffd}2J\n     two\u{fffd}");
    }
}
