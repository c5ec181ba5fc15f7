//! The Redis server of the tests for fleets.

use super::apt;
use crate::run::{Failure, exists};

/// Installs Debian's `redis-server`, which needs root; nothing where the program is there.
pub(crate) fn install() -> Result<(), Failure> {
    if exists("redis-server", "--version") {
        return Ok(());
    }
    apt::install(&["redis-server"], "redis-server")
}
