//! What the tests run beside ours: the official SDKs, installed under the target folder, and a server that is the system's.

mod apt;
mod browser;
mod node;
mod python;
mod redis;

pub(crate) use self::browser::{install as install_browser, lend as lend_browser};
pub(crate) use self::redis::install as install_redis;
use crate::run::Failure;

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
