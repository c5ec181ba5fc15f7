//! The browser of the tests for the explorer, and what judges its pages.

use crate::run::{Failure, exists};

use super::apt;

/// Installs Debian's `chromium` with its driver, which needs root, and axe-core; nothing where they are there.
pub(crate) fn install() -> Result<(), Failure> {
    super::node::install("browser")?;
    if exists("chromium", "--version") && exists("chromedriver", "--version") {
        return Ok(());
    }
    apt::install(&["chromium", "chromium-driver"], "chromium or chromedriver")
}
