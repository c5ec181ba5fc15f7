//! Versions, and what changes ask of them.

use std::fmt;

use apsara_codegen::Class;

use crate::run::Failure;

/// Three numbers; what is released has nothing behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = || format!("{text} is no version: write three numbers, such as 0.1.0");
        let numbers: Vec<u64> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        match numbers[..] {
            [major, minor, patch] => Ok(Self { major, minor, patch }),
            _ => Err(wrong()),
        }
    }

    /// Finds the version of the workspace in its manifest.
    pub(super) fn of_manifest(manifest: &str) -> Result<Self, Failure> {
        let section = manifest.split("[workspace.package]").nth(1).unwrap_or_default();
        let mut lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
        let version = lines.find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
        Self::parse(version.ok_or("Cargo.toml has no `version = \"…\"` below [workspace.package]")?)
    }

    /// Returns the least version that may follow this one with such a change; nothing if there is none.
    ///
    /// By the rules of Cargo the leftmost number that is not zero says that something breaks, and the one behind it that something is
    /// new; where there is only one, it says both.
    pub(super) fn demanded(self, class: Option<Class>) -> Option<Self> {
        let Self { major, minor, patch } = self;
        let class = class?;
        Some(match (class, major, minor) {
            (Class::Breaking, 1.., _) => Self { major: major + 1, minor: 0, patch: 0 },
            (Class::Breaking, 0, 1..) | (Class::Minor, 1.., _) => Self { major, minor: minor + 1, patch: 0 },
            _ => Self { major, minor, patch: patch + 1 },
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn changes_ask_for_what_cargo_takes_for_compatible_or_not() {
        for (last, patch, minor, breaking) in [
            ("0.0.3", "0.0.4", "0.0.4", "0.0.4"),
            ("0.1.2", "0.1.3", "0.1.3", "0.2.0"),
            ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
        ] {
            let demanded = |class| Version::parse(last).unwrap().demanded(Some(class)).unwrap().to_string();
            let all = [Class::Patch, Class::Minor, Class::Breaking].map(demanded);
            assert_eq!(all, [patch, minor, breaking]);
        }
        assert_eq!(Version::parse("0.1.0").unwrap().demanded(None), None);
        assert!(Version::parse("0.10.0").unwrap() > Version::parse("0.9.9").unwrap());
    }

    #[test]
    fn the_version_is_that_of_the_workspace() {
        let manifest = "[workspace]\n\n[workspace.package]\nedition = \"2024\"\nversion = \"0.3.1\"\n\n[other]\nversion = \"9.9.9\"\n";
        assert_eq!(Version::of_manifest(manifest).unwrap().to_string(), "0.3.1");
        let without = "[workspace.package]\nedition = \"2024\"\n[other]\nversion = \"9.9.9\"\n";
        assert!(Version::of_manifest(without).is_err());
        assert!(Version::parse("0.1.0-rc.1").is_err());
    }
}
