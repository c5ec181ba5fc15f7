//! The workspace's own folder, and copies of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Returns the workspace's folder.
///
/// # Panics
///
/// Panics if this package does not stand in a workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Returns the folder that everything built and installed goes to.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Returns an empty folder under the target folder.
///
/// # Panics
///
/// Panics if it cannot be made.
pub fn scratch(name: &str) -> PathBuf {
    let folder = target().join("scratch").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Makes a folder under the target folder what the tree is, without what git ignores. Files that are the same are left alone, so that
/// nothing that was built of them is built again.
///
/// # Panics
///
/// Panics if git cannot list the files or one cannot be copied.
pub fn copy_of_the_tree(name: &str) -> PathBuf {
    let to = target().join("scratch").join(name);
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = succeed(Command::new("git").args(listing).current_dir(root()));
    let listed = String::from_utf8(output.stdout).unwrap();
    // A file that was removed but is not committed yet is still listed.
    let names: BTreeSet<&Path> = listed.split('\0').map(Path::new).filter(|name| root().join(name).is_file()).collect();
    for file in files(&to) {
        if !names.contains(file.strip_prefix(&to).unwrap()) {
            fs::remove_file(&file).unwrap();
            // A folder of nothing is none of the tree's; one that holds more stays.
            let mut folders = file.ancestors().skip(1).take_while(|folder| *folder != to);
            while folders.next().is_some_and(|folder| fs::remove_dir(folder).is_ok()) {}
        }
    }
    for name in names {
        let (from, to) = (root().join(name), to.join(name));
        if fs::read(&to).ok() != Some(fs::read(&from).unwrap()) {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    to
}

/// Lists every file below a folder; none where there is no folder.
///
/// # Panics
///
/// Panics if a folder cannot be read to its end.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Starts `cargo` in a folder, with a target folder of its own that such folders share.
pub fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = cargo_of_the_workspace(arguments);
    command.current_dir(folder).env("CARGO_TARGET_DIR", target().join("scratch-build"));
    // Nobody debugs what is built there.
    command.env("CARGO_PROFILE_DEV_DEBUG", "false");
    command
}

/// Starts `cargo` in the workspace.
pub fn cargo_of_the_workspace(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // Cargo tells this program of its own package, which the build script of ring takes for its own: it, and what stands on it, would be
    // built anew whenever somebody else had built it.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs a program to its end and returns what it printed.
///
/// # Panics
///
/// Panics with all that it printed if it fails.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?} failed\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
