//! The official SDKs that the tests run beside ours, installed under the target folder.

use std::fs;
use std::process::Command;

use crate::run::{Failure, exists, root, succeed, target};

/// Installs the Python packages of tests/peers/requirements.txt, at the versions that stand there.
///
/// What is installed already is left alone. Nothing is written outside of the target folder.
pub(crate) fn install() -> Result<(), Failure> {
    let requirements = root().join("tests/peers/requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let venv = target().join("peers/python");
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !exists("python3", "--version") {
        return Err("python3 is not there; install it (Debian: apt-get install python3) and run this again".to_owned());
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(|error| format!("{}: {error}", venv.display()))?;
    }
    // Debian leaves ensurepip out of python3; pip is then brought by the wheel that virtualenv carries.
    let plain = succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    if plain.is_err() {
        return Err("python3 cannot make a virtual environment; install its venv module (Debian: apt-get install python3-venv) and run this again".to_owned());
    }
    let python = venv.join("bin/python");
    succeed(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements),
    )?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}
