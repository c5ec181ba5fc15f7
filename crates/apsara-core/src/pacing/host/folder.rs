//! Where the files are.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::pacing::PacingError;

/// Returns the folder of this user.
pub(super) fn default() -> PathBuf {
    match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute()) {
        Some(runtime) => runtime.join("apsara-quota"),
        None => std::env::temp_dir().join(format!("apsara-quota-{}", uid())),
    }
}

/// Makes sure that the folder is there, and only this user's.
pub(super) fn open(folder: &Path) -> Result<(), PacingError> {
    let unavailable = |what: String| PacingError::Unavailable(format!("{}: {what}", folder.display()));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| unavailable(format!("the folder of quotas cannot be made: {error}")))?;
    // Not following a link: in a folder for all users, another could have laid one.
    let found = fs::symlink_metadata(folder).map_err(|error| unavailable(error.to_string()))?;
    if !found.is_dir() {
        return Err(unavailable("is no folder; name another for the quotas".to_owned()));
    }
    if found.uid() != uid() {
        return Err(unavailable("is another user's; name another folder for the quotas".to_owned()));
    }
    if found.permissions().mode() & 0o077 != 0 {
        return Err(unavailable("is open to other users; `chmod 700` it, or name another folder".to_owned()));
    }
    Ok(())
}

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}
