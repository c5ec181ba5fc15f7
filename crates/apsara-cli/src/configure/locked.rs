//! The lock of the official CLI's file: that of the official SDKs and of the runtime, `flock` of the file itself.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};

use crate::exit::Exit;
use crate::failure::Failure;

/// A file that nobody else changes who keeps to the lock. It is unlocked when this is dropped.
pub(super) struct Locked(File);

/// How long somebody else may hold the lock.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

impl Locked {
    /// Waits for the lock of a file; nothing where there is none.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, Failure> {
        let failed = |error: io::Error| Failure::of_file(path, error);
        let end = Instant::now() + LIMIT;
        loop {
            let file = OpenOptions::new().read(true).write(true).open(path).or_else(|_| File::open(path));
            let file = match file {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(failed(error)),
            };
            match FileExt::try_lock(&file) {
                Ok(()) if is_same(&file, path) => return Ok(Some(Self(file))),
                // Whoever had the lock has put another file in the place of the one that was opened.
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            if Instant::now() >= end {
                let why = format!("{}: another program has held its lock for {LIMIT:?}", path.display());
                return Err(Failure::new(Exit::Failed, why).with("what to do", "end that program, and try again"));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Reads the file that is locked: where locks keep readers out, that can be done only by what holds the lock.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let (mut file, mut text) = (&self.0, Vec::new());
        file.rewind()?;
        file.read_to_end(&mut text)?;
        Ok(text)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        let _ = FileExt::unlock(&self.0);
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |file: io::Result<std::fs::Metadata>| file.map(|file| (file.dev(), file.ino())).ok();
    id(file.metadata()).is_some_and(|ours| id(std::fs::metadata(path)) == Some(ours))
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}
