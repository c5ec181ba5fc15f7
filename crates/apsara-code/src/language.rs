//! In what a call can be written.

use std::fmt;
use std::str::FromStr;

/// Names what a call is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// Rust, with the client of the crate `apsara`.
    Rust,
    /// Rust, with a client that a build script makes of the API portal's document.
    RustBuild,
    /// A command line of the program `apsara`, for a POSIX shell.
    Apsara,
    /// A command line of the official CLI `aliyun`, for a POSIX shell.
    Aliyun,
    /// Python, with the generic client of the official SDK.
    Python,
    /// A curl command that is signed already, for a POSIX shell; it is good for 15 minutes, and for one call.
    Curl,
}

impl Language {
    /// Returns all of them.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &[Self::Rust, Self::RustBuild, Self::Apsara, Self::Aliyun, Self::Python, Self::Curl]
    }

    /// Returns its word on a command line and in an address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::RustBuild => "rust-build",
            Self::Apsara => "cli",
            Self::Aliyun => "aliyun",
            Self::Python => "python",
            Self::Curl => "curl",
        }
    }

    /// Returns what people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::RustBuild => "Rust by build.rs",
            Self::Apsara => "apsara CLI",
            Self::Aliyun => "aliyun CLI",
            Self::Python => "Python",
            Self::Curl => "curl, signed now",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Says that a word stands for no language, and which there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALanguage(String);

impl fmt::Display for NotALanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = Language::all().iter().map(|language| language.as_str()).collect();
        write!(f, "there is no code in {}; write one of {}", self.0, all.join(", "))
    }
}

impl std::error::Error for NotALanguage {}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(word: &str) -> Result<Self, NotALanguage> {
        let found = Self::all().iter().find(|language| language.as_str() == word);
        found.copied().ok_or_else(|| NotALanguage(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_word() {
        for language in Language::all() {
            assert_eq!(language.as_str().parse(), Ok(*language));
        }
        let told = "perl".parse::<Language>().map_err(|error| error.to_string());
        assert_eq!(
            told,
            Err("there is no code in perl; write one of rust, rust-build, cli, aliyun, python, curl".to_owned())
        );
    }
}
