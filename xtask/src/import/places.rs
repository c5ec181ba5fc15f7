//! Where what is imported goes. Every file has one text: a second one would be written over the first.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::run::Failure;

/// What will be written, by the paths without capitals: some machines do not tell them apart.
#[derive(Default)]
pub(super) struct Places(BTreeMap<String, Place>);

struct Place {
    path: PathBuf,
    text: String,
    /// What the text was made of.
    of: String,
}

impl Places {
    /// Adds a file; `of` says what its text was made of. Nothing is written yet.
    pub(super) fn put(&mut self, path: PathBuf, text: String, of: String) -> Result<(), Failure> {
        let key = path.to_string_lossy().to_lowercase();
        if let Some(other) = self.0.get(&key) {
            let file = other.path.display();
            return Err(format!(
                "{} and {of} would both be written to {file}, so nothing was written; import one of them, or each by itself \
                 with --into PRODUCT/VERSION",
                other.of
            ));
        }
        self.0.insert(key, Place { path, text, of });
        Ok(())
    }

    /// Writes what is not there already; returns how many files there are, and how many were written.
    pub(super) fn write(&self) -> Result<(usize, usize), Failure> {
        let mut written = 0;
        for Place { path, text, .. } in self.0.values() {
            if fs::read_to_string(path).is_ok_and(|there| there == *text) {
                continue;
            }
            replace(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            written += 1;
        }
        Ok((self.0.len(), written))
    }
}

/// Writes a file beside the old one and puts it in its place, so that there is never half of one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("json.new");
    fs::write(&new, text)?;
    fs::rename(new, path)
}
