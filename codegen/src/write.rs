//! Writes what was generated, or compares it with what is there. One list serves both.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::format::{File, HEADER};

/// What writing changed, or would change: paths below the folder, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files whose text differs, with the difference.
    pub changed: BTreeMap<String, String>,
    /// Files that were generated once and are no longer.
    pub stale: Vec<String>,
}

impl Changes {
    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.stale.is_empty()
    }
}

/// Compares files with a folder. A file there that carries our header and is not in the list is stale, unless `keep` keeps it.
///
/// # Errors
///
/// Fails if the folder or a file cannot be read.
pub fn compare(files: &[File], folder: &Path, keep: &dyn Fn(&str) -> bool) -> io::Result<Changes> {
    let mut there = BTreeMap::new();
    read_below(folder, "", &mut there)?;
    let mut changes = Changes::default();
    for file in files {
        let old = there.remove(&file.path).unwrap_or_default();
        if old != file.text {
            let difference = similar::TextDiff::from_lines(old.as_str(), file.text.as_str());
            let difference = difference.unified_diff().context_radius(3).header(&file.path, &file.path).to_string();
            changes.changed.insert(file.path.clone(), difference);
        }
    }
    let stale = there.into_iter().filter(|(path, text)| text.starts_with(HEADER) && !keep(path));
    changes.stale = stale.map(|(path, _)| path).collect();
    Ok(changes)
}

/// Makes a folder hold the files, and returns what that changed. Each file is replaced whole; one that is right is not touched.
///
/// # Errors
///
/// Fails if the folder or a file cannot be read or written.
pub fn write(files: &[File], folder: &Path, keep: &dyn Fn(&str) -> bool) -> io::Result<Changes> {
    let changes = compare(files, folder, keep)?;
    for file in files.iter().filter(|file| changes.changed.contains_key(&file.path)) {
        replace(&folder.join(&file.path), &file.text)?;
    }
    for stale in &changes.stale {
        let path = folder.join(stale);
        fs::remove_file(&path).map_err(|error| named(&path, &error))?;
        // A folder that is empty now goes too; one that is not stays.
        let above = path.ancestors().skip(1).take_while(|above| *above != folder);
        let _all_that_are_empty = above.map(fs::remove_dir).take_while(Result::is_ok).count();
    }
    Ok(changes)
}

/// Makes a file hold a text; one that does is not touched, so that nothing is built again.
pub(crate) fn write_alone(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) { Ok(()) } else { replace(path, text) }
}

/// Replaces a file whole, and makes the folder that it is in.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("rs.new");
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(|error| named(path, &error))?;
    fs::write(&beside, text).map_err(|error| named(&beside, &error))?;
    fs::rename(&beside, path).map_err(|error| named(path, &error))
}

fn read_below(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| named(folder, &error))?,
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &format!("{name}/"), found)?;
        } else if name.ends_with(".rs") {
            found.insert(name, fs::read_to_string(entry.path()).map_err(|error| named(&entry.path(), &error))?);
        }
    }
    Ok(())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
