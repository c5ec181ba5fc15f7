//! Files that may hold secrets: nobody else reads them, and they are written as a whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Replaces a file by what is written; until that is done, what was there stays. What is no file, such as a pipe, is written to.
pub(crate) fn replace<T>(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
    replaced(path, fill, |_, _| ())
}

/// Replaces a file by one that belongs to whom it belonged, where that can be done: root may write somebody else's profiles.
pub(crate) fn replace_for_its_owner(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    replaced(path, fill, keep_owner)
}

fn replaced<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
    owned: impl FnOnce(&File, &Path),
) -> Result<T, Failure> {
    // A link stays a link: what it leads to is written.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |error: std::io::Error| Failure::of_file(&path, error);
    if std::fs::metadata(&path).is_ok_and(|file| !file.is_file()) {
        return fill(&mut File::options().write(true).open(&path).map_err(failed)?);
    }
    let (filled, written) = written(&path, fill)?;
    owned(written.as_file(), &path);
    written.persist(&path).map_err(|error| failed(error.error))?;
    Ok(filled)
}

/// Makes a file of what is written, unless there is one; returns whether there was none.
pub(crate) fn create(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<bool, Failure> {
    let ((), written) = written(path, fill)?;
    match written.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Failure::of_file(path, error.error)),
    }
}

/// Writes what is to stand at a path to a file beside it. A temporary file of this crate is readable by its owner only.
fn written<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<(T, tempfile::NamedTempFile), Failure> {
    let failed = |error: std::io::Error| Failure::of_file(path, error);
    let mut written = tempfile::NamedTempFile::new_in(folder(path)).map_err(failed)?;
    let filled = fill(&mut written)?;
    written.as_file().sync_all().map_err(failed)?;
    Ok((filled, written))
}

#[cfg(unix)]
fn keep_owner(file: &File, path: &Path) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    if let (Ok(new), Ok(old)) = (file.metadata(), std::fs::metadata(path))
        && new.uid() != old.uid()
    {
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Path) {}

/// Returns whether two paths lead to the same place, whether or not something is there yet.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| -> Option<PathBuf> {
        if let Ok(path) = std::fs::canonicalize(path) {
            return Some(path);
        }
        Some(std::fs::canonicalize(folder(path)).ok()?.join(path.file_name()?))
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// Returns the folder that a file stands in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
