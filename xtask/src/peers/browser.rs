//! The browser of the tests for the explorer, and what judges its pages.

use std::fs;
use std::path::Path;

use super::apt;
use crate::run::{Failure, exists, target};

/// What judges pages, below a target folder.
const AXE: &str = "peers/browser/node_modules/axe-core/axe.min.js";

/// The browser, what drives it, and letters for it to draw.
const PACKAGES: &[&str] = &["chromium", "chromium-driver", "fonts-liberation"];

/// Installs Debian's `chromium` with its driver, which needs root, and axe-core; nothing where they are there.
pub(crate) fn install() -> Result<(), Failure> {
    super::node::install("browser")?;
    if exists("chromium", "--version") && exists("chromedriver", "--version") {
        return Ok(());
    }
    apt::install(PACKAGES, "chromium or chromedriver")
}

/// Copies what judges pages to another target folder.
pub(crate) fn lend(other: &Path) -> Result<(), Failure> {
    let copy = other.join(AXE);
    let folder = copy.parent().unwrap_or(other);
    let failed = |error: std::io::Error| format!("{}: {error}", copy.display());
    fs::create_dir_all(folder).map_err(failed)?;
    fs::copy(target().join(AXE), &copy).map_err(failed)?;
    Ok(())
}
