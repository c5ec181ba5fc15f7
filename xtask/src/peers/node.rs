//! What npm installs: the official Node SDKs, and what judges the explorer's pages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{Failure, exists, root, succeed, target};

/// What npm reads: what to install, what exactly that is, and how.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs the packages of tests/peers/NAME/package-lock.json under target/peers/NAME.
///
/// The lock says what every package must hash to, but not where it comes from: that is the machine's own setting.
pub(super) fn install(name: &str) -> Result<(), Failure> {
    let from = root().join("tests/peers").join(name);
    let folder = target().join("peers").join(name);
    let stamp = folder.join("installed.txt");
    let wanted = FILES.map(|name| read(&from.join(name))).into_iter().collect::<Result<String, _>>()?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !exists("npm", "--version") {
        return Err("npm is not there; install it (Debian: apt-get install nodejs npm) and run this again".to_owned());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in FILES {
        fs::copy(from.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--loglevel", "error"]).current_dir(&folder);
    // By default, npm keeps its cache and its logs in the home folder.
    npm.env("npm_config_cache", target().join("peers/npm"));
    succeed(&mut npm)?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
