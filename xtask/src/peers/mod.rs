//! What the tests run beside ours: the official SDKs, installed under the target folder, and a server that is the system's.

mod apt;
mod browser;
mod node;
mod python;
mod redis;

use std::process::Command;

pub(crate) use self::browser::{install as install_browser, lend as lend_browser};
pub(crate) use self::redis::install as install_redis;
use crate::run::{Failure, exists};

/// Says what is missing, or too old, that nothing here installs: at once, and not when it is needed.
pub(crate) fn look() -> Result<(), Failure> {
    // Those in which tests call the emulator, keep copies of the tree, and unpack what would be published.
    if let Some(program) = ["curl", "git", "tar"].into_iter().find(|program| !exists(program, "--version")) {
        return Err(format!("{program} is not there; README.md says what the tests need"));
    }
    let of_debian = |program: &str| exists(program, "--version") || apt::is_root();
    for (program, least) in [("python3", (3, 11)), ("node", (18, 0)), ("npm", (0, 0))] {
        let version = version(program).ok_or_else(|| {
            format!("{program} is not there; README.md says what the tests need, and `--quick` needs none of it")
        })?;
        if version < least {
            let ((major, minor), (least, than)) = (version, least);
            return Err(format!("{program} is {major}.{minor}, and the tests need {least}.{than} or newer"));
        }
    }
    for program in ["redis-server", "chromium", "chromedriver"] {
        if !of_debian(program) {
            return Err(format!(
                "{program} is not there, and only root can install it; README.md says what the tests need"
            ));
        }
    }
    Ok(())
}

/// Asks a program for the first two numbers of its version.
fn version(program: &str) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    numbers(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `Python 3.11.7`, `v20.20.2` and the like.
fn numbers(told: &str) -> Option<(u32, u32)> {
    let begin = told.find(|letter: char| letter.is_ascii_digit())?;
    let mut parts = told[begin..].trim_end().split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// Installs the official SDKs of other languages, at the versions that tests/peers pins.
///
/// What is installed already is left alone. Nothing is written outside of the target folder.
pub(crate) fn install() -> Result<(), Failure> {
    python::install()?;
    node::install("node")
}

/// Installs those of Python alone.
pub(crate) fn install_python() -> Result<(), Failure> {
    python::install()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_tell_them() {
        assert_eq!(numbers("Python 3.11.7\n"), Some((3, 11)));
        assert_eq!(numbers("v20.20.2\n"), Some((20, 20)));
        assert_eq!(numbers("no version"), None);
        assert_eq!(version("a program that nobody has"), None);
    }
}
