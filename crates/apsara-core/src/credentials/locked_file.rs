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
    /// Whether it belongs to whom the file belongs.
    keeps_owner: bool,
    /// Whether all of the text is in it.
    is_written: bool,
    /// Whether it is the file by now, or is kept elsewhere.
    stays: bool,
}

/// How much longer than the old text a new one may be, in bytes: tokens are shorter than that.
const ROOM: u64 = 8192;
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

    /// Writes a text into the file itself, in which whoever does not keep to the lock may see a half of it.
    fn overwrite(&self, text: &str) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
        file.sync_all()
    }

    /// Makes what is to take the file's place, with room for its text, for nobody to read but whom the file belongs to. That it can be
    /// made is known before anything is done that must be written down.
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
        let keeps_owner = give(&file, &self.file).is_ok();
        let mut successor = Successor { path, temporary, file, keeps_owner, is_written: false, stays: false };
        let room = self.file.metadata().map_err(refuse)?.len() + ROOM;
        let reserved = io::copy(&mut io::repeat(b' ').take(room), &mut successor.file);
        reserved.and_then(|_| successor.file.rewind()).map_err(refuse)?;
        Ok(successor)
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        let _ = FileExt::unlock(&self.file);
    }
}

/// Gives a new file to whom the old one belongs: root may renew somebody else's login.
#[cfg(unix)]
fn give(new: &File, old: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let owner = old.metadata()?;
    if new.metadata()?.uid() == owner.uid() {
        return Ok(());
    }
    fchown(new, Some(owner.uid()), Some(owner.gid()))
}

#[cfg(not(unix))]
fn give(_: &File, _: &File) -> io::Result<()> {
    Ok(())
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
    pub(super) fn write(&mut self, text: &str) -> Result<LockedFile, Error> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.set_len(text.len() as u64));
        let written = written.and_then(|()| self.file.sync_all());
        self.is_written = written.is_ok();
        let owned = written.and_then(|()| match self.keeps_owner {
            true => Ok(()),
            // They could not read it any more, nor this program, if it has only rights of a group.
            false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is another user's")),
        });
        let locked = owned.and_then(|()| Ok(FileExt::try_lock(&self.file)?)).and_then(|()| self.file.try_clone());
        let renamed = locked.and_then(|file| {
            let locked = LockedFile { path: self.path.clone(), file };
            fs::rename(&self.temporary, &self.path).map(|()| locked)
        });
        self.stays = renamed.is_ok();
        renamed.map_err(|error| {
            Error::config(format!("it cannot be written: {error}")).within(self.path.display().to_string())
        })
    }

    /// Writes what nobody else has. Where no file can take the other's place, as where that is a mount point or another user's, the text
    /// is written into the other; where that cannot be done either, it is kept beside it, and the error says where.
    pub(super) fn write_or_keep(mut self, old: LockedFile, text: &str) -> Result<LockedFile, Error> {
        let error = match self.write(text) {
            Ok(locked) => return Ok(locked),
            Err(error) => error,
        };
        // A half of the text must stand nowhere unless all of it stands somewhere else.
        if !self.is_written {
            return Err(error);
        }
        if old.overwrite(text).is_ok() {
            return Ok(old);
        }
        Err(error.within(format!("what was to be written is in {}", self.keep().display())))
    }

    /// Keeps the text under a name that no other successor takes.
    fn keep(&mut self) -> PathBuf {
        self.stays = true;
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".unsaved");
        let kept = self.path.with_file_name(name);
        if fs::rename(&self.temporary, &kept).is_ok() { kept } else { self.temporary.clone() }
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        if !self.stays {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(all(test, unix))]
#[path = "locked_file_tests.rs"]
mod tests;
