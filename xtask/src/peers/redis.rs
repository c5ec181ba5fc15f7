//! The Redis server of the tests for fleets.

use std::process::Command;

use crate::run::{Failure, exists, succeed};

/// Installs Debian's `redis-server`, which needs root; nothing where the program is there.
pub(crate) fn install() -> Result<(), Failure> {
    if exists("redis-server", "--version") {
        return Ok(());
    }
    let needed = "redis-server is not there; install it (Debian: apt-get install redis-server) and run this again";
    if !is_root() {
        return Err(needed.to_owned());
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // Debian would start a server of its own; the tests start theirs.
        command.args(arguments).envs([("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")]);
        succeed(&mut command).map_err(|error| format!("{error}; {needed}"))
    };
    apt(&["--quiet", "--quiet", "update"])?;
    apt(&["--quiet", "--quiet", "--yes", "install", "redis-server"])?;
    if exists("redis-server", "--version") { Ok(()) } else { Err(needed.to_owned()) }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
