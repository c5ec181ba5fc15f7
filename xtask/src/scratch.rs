//! Copies of the tree that a command may change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failure, root, target};

/// Copies what git knows of the tree, and what it does not ignore, to a folder under the target folder.
pub(crate) fn copy(name: &str) -> Result<PathBuf, Failure> {
    let to = target().join("scratch").join(name);
    if to.exists() {
        fs::remove_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    for file in files()? {
        let (from, to) = (root().join(&file), to.join(&file));
        // A file that was removed but is not committed yet is still listed.
        if !from.exists() {
            continue;
        }
        let folder = to.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(to)
}

fn files() -> Result<Vec<String>, Failure> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("git cannot be started: {error}"))?;
    if !output.status.success() {
        return Err("git cannot list the files of the tree; run this in a clone".to_owned());
    }
    let text =
        String::from_utf8(output.stdout).map_err(|error| format!("git lists a file with a strange name: {error}"))?;
    Ok(text.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}
