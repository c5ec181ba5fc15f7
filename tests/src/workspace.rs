//! The workspace's own folder, and copies of it.

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

/// Copies the tree, without what git ignores, to an empty folder.
///
/// # Panics
///
/// Panics if git cannot list the files or one cannot be copied.
pub fn copy_tree(to: &Path) {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = succeed(Command::new("git").args(listing).current_dir(root()));
    for name in String::from_utf8(output.stdout).unwrap().split('\0').filter(|name| !name.is_empty()) {
        let from = root().join(name);
        // A file that was removed but is not committed yet is still listed.
        if from.exists() {
            fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
            fs::copy(from, to.join(name)).unwrap();
        }
    }
}

/// Starts `cargo` in a folder, with a target folder of its own that such folders share.
pub fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target().join("scratch-build"));
    // Nobody debugs what is built there.
    command.env("CARGO_PROFILE_DEV_DEBUG", "false");
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
