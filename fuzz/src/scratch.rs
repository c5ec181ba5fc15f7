//! Files that what is fuzzed reads and writes.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

/// A folder of this program, in memory where the system has such a place: some of what is fuzzed waits for the disk.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder for files can be made")
});

/// Returns the place of a file by its name.
pub(crate) fn path(name: &str) -> PathBuf {
    // What a static holds is never dropped, so each thread's folder is emptied where it is used.
    FOLDER.path().join(format!("{name}-{:?}", std::thread::current().id()))
}

/// Writes a file and returns its place.
pub(crate) fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    std::fs::write(&path, bytes).expect("a file can be written");
    path
}
