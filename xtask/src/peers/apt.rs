//! Programs that are the system's.

use std::process::Command;

use crate::run::{Failure, succeed};

/// Installs packages of Debian, which needs root; `what` is missing without them.
pub(super) fn install(packages: &[&str], what: &str) -> Result<(), Failure> {
    let names = packages.join(" ");
    let needed = format!("{what} is not there; install it (Debian: apt-get install {names}) and run this again");
    if !is_root() {
        return Err(needed);
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // Debian would start servers of its own; the tests start theirs.
        command.args(arguments).envs([("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")]);
        succeed(&mut command).map_err(|error| format!("{error}; {needed}"))
    };
    apt(&["--quiet", "--quiet", "update"])?;
    apt(&[&["--quiet", "--quiet", "--yes", "--no-install-recommends", "install"], packages].concat())
}

pub(super) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
