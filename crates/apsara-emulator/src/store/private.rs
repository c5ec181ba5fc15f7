//! A folder and a file that are their owner's alone: keys, tokens and URLs that hold keys are in them.

use std::io;
use std::path::Path;

/// Makes the folder, unless it is there, and the file in it. A file that others may use is closed to them; a folder stays as it is.
#[cfg(unix)]
pub(super) fn make(folder: &Path, file: &Path) -> io::Result<()> {
    use std::fs::{DirBuilder, OpenOptions, Permissions};
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};

    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(file)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600)).map_err(|error| {
            let what = "the file in it is open to other users; `chmod 600` it, or name another folder";
            io::Error::new(error.kind(), format!("{what}: {error}"))
        })?;
    }
    Ok(())
}

/// Makes the folder, unless it is there; the file is made by whoever opens it.
#[cfg(not(unix))]
pub(super) fn make(folder: &Path, _: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}
