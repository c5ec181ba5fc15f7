//! Folders under the target folder: copies of the tree that a command may change, and crates of what was generated.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use apsara_codegen::{File, write};

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

/// Writes generated clients as a crate of their own, called `clients`, whose lints are as strict as anybody's.
pub(crate) fn write_crate(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| error.to_string();
    write(files, &folder.join("src/clients"), &|_| false).map_err(failed)?;
    let mut products: Vec<&str> =
        files.iter().filter_map(|file| file.path.split_once('/')).map(|(name, _)| name).collect();
    products.sort_unstable();
    products.dedup();
    let features: String = products.iter().map(|product| format!("{product} = []\n")).collect();
    let core = root().join("crates/apsara-core");
    let manifest = format!(
        "[package]\nname = \"clients\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\ndefault = {products:?}\n{features}\n\
         [dependencies]\napsara-core = {{ path = '{}', default-features = false }}\n\n[workspace]\n",
        core.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).map_err(failed)?;
    let library = "//! Clients.\n#![deny(warnings, missing_docs)]\n\npub mod clients;\n";
    fs::write(folder.join("src/lib.rs"), library).map_err(failed)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(failed)?;
    Ok(())
}
