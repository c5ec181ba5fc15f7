//! A file that several programs change: locked while one does, and replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use tokio::time::{Instant, sleep};

use crate::error::Error;

/// A file that nobody else changes who keeps to the lock, which is that of the official SDKs: `flock` of the file itself. It is
/// unlocked when this is dropped.
pub(super) struct LockedFile {
    path: PathBuf,
    file: File,
}

/// What is to take a file's place; it is gone when this is dropped before.
pub(super) struct Successor {
    path: PathBuf,
    temporary: PathBuf,
    file: File,
    in_place: bool,
}

/// How long somebody else may hold the lock.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

impl LockedFile {
    /// Waits for the lock of a file.
    pub(super) async fn lock(path: &Path) -> Result<Self, Error> {
        let place = || path.display().to_string();
        let failed = |error: io::Error| Error::config(format!("it cannot be locked: {error}")).within(place());
        let end = Instant::now() + LIMIT;
        loop {
            // A lock that is for nobody else needs a file that is open for writing, on a network's file system.
            let file = OpenOptions::new().read(true).write(true).open(path);
            let file = file.or_else(|_| File::open(path)).map_err(failed)?;
            match FileExt::try_lock(&file) {
                Ok(()) if is_same(&file, path).map_err(failed)? => return Ok(Self { path: path.to_owned(), file }),
                // Whoever had the lock has put another file in the place of the one that was opened.
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            if Instant::now() >= end {
                let why = format!("another program has held its lock for {LIMIT:?}; end that program, and try again");
                return Err(Error::config(why).within(place()));
            }
            sleep(PAUSE).await;
        }
    }

    /// Reads the file that is locked: where locks keep readers out, that can be done only by what holds the lock.
    pub(super) fn read(&self) -> Result<String, Error> {
        let (mut file, mut text) = (&self.file, String::new());
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        read.map_err(|error| {
            Error::config(format!("it cannot be read: {error}")).within(self.path.display().to_string())
        })?;
        Ok(text)
    }

    /// Makes what is to take the file's place, empty and for nobody else to read. That it can be made is known before
    /// anything is done that must be written down.
    pub(super) fn successor(&self) -> Result<Successor, Error> {
        let refuse = |error: io::Error| {
            let why =
                format!("it cannot be written, which the tokens of a login must be whenever they change: {error}");
            Error::config(why).within(self.path.display().to_string())
        };
        // A link stays what it is; the file that it leads to is replaced.
        let path = fs::canonicalize(&self.path).map_err(refuse)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".tmp-{}", std::process::id()));
        let temporary = path.with_file_name(name);
        // One that was left behind by a program that was killed, and had the same number.
        let _ = fs::remove_file(&temporary);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&temporary).map_err(refuse)?;
        Ok(Successor { path, temporary, file, in_place: false })
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        let _ = FileExt::unlock(&self.file);
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (ours, theirs) = (file.metadata()?, fs::metadata(path)?);
    Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

impl Successor {
    /// Writes the text, and puts the file in the place of the other at once: whoever reads sees the one or the other. It is locked
    /// before it can be found there, so that there is no moment in which somebody else gets in between.
    pub(super) fn write(mut self, text: &str) -> Result<LockedFile, Error> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        let locked = written.and_then(|()| Ok(FileExt::try_lock(&self.file)?)).and_then(|()| self.file.try_clone());
        let renamed = locked.and_then(|file| {
            let locked = LockedFile { path: self.path.clone(), file };
            fs::rename(&self.temporary, &self.path).map(|()| locked)
        });
        self.in_place = renamed.is_ok();
        renamed.map_err(|error| {
            Error::config(format!("it cannot be written: {error}")).within(self.path.display().to_string())
        })
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        if !self.in_place {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_the_lock_gets_the_file_that_took_the_others_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, "old").unwrap();
        let first = LockedFile::lock(&path).await.unwrap();
        let waiting = {
            let path = path.clone();
            tokio::spawn(async move { LockedFile::lock(&path).await.unwrap().read().unwrap() })
        };
        sleep(PAUSE * 3).await;
        assert!(!waiting.is_finished());
        first.successor().unwrap().write("new").unwrap();
        drop(first);
        assert_eq!(waiting.await.unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_is_never_given_back_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, "old").unwrap();
        let _held = LockedFile::lock(&path).await.unwrap();
        let error = LockedFile::lock(&path).await.err().unwrap().to_string();
        assert!(error.contains("config.json: another program has held its lock for 30s"), "{error}");
    }

    #[tokio::test]
    async fn a_locked_file_is_open_for_writing_and_is_the_one_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, "old").unwrap();
        let locked = LockedFile::lock(&path).await.unwrap();
        (&locked.file).write_all(b"new").unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(locked.read().unwrap(), "new");
        assert_eq!(locked.read().unwrap(), "new");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_that_cannot_be_opened_for_writing_is_locked_as_well() {
        // A program that runs is written by nobody, not even by root.
        let running = std::env::current_exe().unwrap();
        OpenOptions::new().write(true).open(&running).unwrap_err();
        LockedFile::lock(&running).await.unwrap();
    }

    #[tokio::test]
    async fn a_successor_that_is_not_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, "old").unwrap();
        let locked = LockedFile::lock(&path).await.unwrap();
        drop(locked.successor().unwrap());
        assert_eq!(locked.read().unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
