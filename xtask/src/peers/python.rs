//! The official Python SDKs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failure, exists, root, succeed, target};

/// Installs the packages of tests/peers/requirements.txt under target/peers/python.
pub(super) fn install() -> Result<(), Failure> {
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
    let python = venv.join("bin/python");
    let mut pip = if exists_module("ensurepip") {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip"]);
        pip
    } else {
        // Debian's python3 has no ensurepip; a wheel of pip can be run as it is.
        let wheel = debian_pip()?;
        succeed(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&venv))?;
        let mut pip = Command::new(&python);
        pip.arg(wheel.join("pip"));
        pip
    };
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&requirements);
    succeed(&mut pip)?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn exists_module(name: &str) -> bool {
    Command::new("python3").args(["-c", &format!("import {name}")]).output().is_ok_and(|output| output.status.success())
}

/// Unpacks Debian's wheel of pip under the target folder, without root, and returns its path.
fn debian_pip() -> Result<PathBuf, Failure> {
    const PACKAGE: &str = "python3-pip-whl";
    let folder = target().join("peers/debian");
    for below in ["lists/partial", "cache/archives/partial", "packages", "root"] {
        fs::create_dir_all(folder.join(below)).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.current_dir(folder.join("packages")).args(["--quiet", "--quiet"]);
        for (setting, below) in [("Dir::State::lists", "lists"), ("Dir::Cache", "cache")] {
            command.arg("-o").arg(format!("{setting}={}", folder.join(below).display()));
        }
        command.args(arguments);
        command
    };
    let needed =
        "pip is not there and cannot be fetched; install it (Debian: apt-get install python3-venv) and run this again";
    succeed(&mut apt(&["update"])).map_err(|error| format!("{error}; {needed}"))?;
    succeed(&mut apt(&["download", PACKAGE])).map_err(|error| format!("{error}; {needed}"))?;
    let package = only_entry(&folder.join("packages"))?;
    succeed(Command::new("dpkg").arg("--extract").arg(package).arg(folder.join("root")))?;
    let wheels = folder.join("root/usr/share/python-wheels");
    entries(&wheels)?
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pip-")))
        .ok_or_else(|| format!("{PACKAGE} holds no wheel of pip"))
}

fn only_entry(folder: &Path) -> Result<PathBuf, Failure> {
    entries(folder)?.pop().ok_or_else(|| format!("{} is empty", folder.display()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
    listed.map_err(|error| format!("{}: {error}", folder.display()))
}
