//! The journal of a run: a file to which records are appended, each on the disk before what it announces is done.
//!
//! A record is a line: the CRC-32 of its JSON in eight hexadecimal digits, a space, the JSON. The first is the header. What a call
//! was asked with is not in it, but its answer is, so nobody else may read the file.

mod read;
mod record;
#[cfg(test)]
mod tests;
mod write;

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use fs4::TryLockError;

pub use self::read::Tail;
pub(crate) use self::read::{Replay, replay};
pub(crate) use self::record::{Header, Outcome, Record, decode};
pub(crate) use self::write::Writer;
use crate::error::BulkError;
#[cfg(test)]
use crate::fate::States;

/// Creates a journal with its header, for this user alone and locked against other runs.
pub(crate) fn create(path: &Path, header: &Header) -> Result<File, BulkError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    for_this_user(&mut options);
    let mut file = options.open(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            let path = path.display();
            BulkError::new(format!("{path} exists already: resume that run, or name another file for the journal"))
        } else {
            BulkError::file(path, "cannot be created", error)
        }
    })?;
    lock(&file, path)?;
    let written = file.write_all(&Record::Header(header.clone()).encode()).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| sync_folder(path)) {
        // Without its header it is no journal, and would stand in the way of the next one. Why it is not whole is more to be told.
        let _ = std::fs::remove_file(path);
        return Err(BulkError::file(path, "cannot be written", error));
    }
    Ok(file)
}

/// Opens the journal of a run that is wanted to go on, reads it, and cuts off what was being written when it was interrupted.
pub(crate) fn reopen(path: &Path, wanted: &Header, drops_damaged: bool) -> Result<(File, Replay), BulkError> {
    let options = OpenOptions::new().read(true).write(true).open(path);
    let mut file = options.map_err(|error| BulkError::file(path, "cannot be opened", error))?;
    lock(&file, path)?;
    let replay = replay(&file, path, drops_damaged, |_, _| {})?;
    refuse_another(path, &replay.header, wanted)?;
    let mut mend = || {
        file.set_len(replay.end)?;
        file.seek(SeekFrom::Start(replay.end))?;
        if replay.needs_newline {
            file.write_all(b"\n")?;
        }
        file.sync_all()
    };
    mend().map_err(|error| BulkError::file(path, "cannot be written", error))?;
    Ok((file, replay))
}

/// Refuses to go on with a run of something else: its lines are other calls.
fn refuse_another(path: &Path, found: &Header, wanted: &Header) -> Result<(), BulkError> {
    let operation = |header: &Header| format!("{} {} {}", header.product, header.version, header.operation);
    let (found_operation, wanted_operation) = (operation(found), operation(wanted));
    let difference = if found_operation != wanted_operation {
        format!("{found_operation}, not of {wanted_operation}")
    } else if found.target != wanted.target {
        format!("calls to {}, not to {}", found.target, wanted.target)
    } else if let Some((found, wanted)) = differ(found.key_id.as_deref(), wanted.key_id.as_deref()) {
        format!("calls by the access key {found}, not by {wanted}")
    } else if let Some((found, wanted)) = differ(found.account.as_deref(), wanted.account.as_deref()) {
        format!("calls by a role of the account {found}, not of {wanted}")
    } else if let Some(difference) = kinds_differ(found, wanted) {
        difference
    } else if found.input != wanted.input {
        let sums = format!("SHA-256 {:.12}…, here {:.12}…", found.input, wanted.input);
        format!("another input ({sums}): the lines of this one are other calls")
    } else {
        return Ok(());
    };
    let instead = "go on with what the run was begun with, or name another file for a new journal";
    Err(BulkError::new(format!("{} is the journal of {difference}; {instead}", path.display())))
}

/// Returns who called and who is to call, where both are known and they are not the same.
fn differ<'a>(found: Option<&'a str>, wanted: Option<&'a str>) -> Option<(&'a str, &'a str)> {
    let both = found.zip(wanted);
    both.filter(|(found, wanted)| found != wanted)
}

/// Says who called and who is to call where one is a permanent key and the other a role: of whose account the key is, it does not say.
fn kinds_differ(found: &Header, wanted: &Header) -> Option<String> {
    let known = |header: &Header| (header.key_id.clone(), header.account.clone());
    match (known(found), known(wanted)) {
        ((Some(key), None), (None, Some(account))) => {
            Some(format!("calls by the access key {key}, not by a role of the account {account}"))
        }
        ((None, Some(account)), (Some(key), None)) => {
            Some(format!("calls by a role of the account {account}, not by the access key {key}"))
        }
        _ => None,
    }
}

/// Opens a journal to read it only.
pub(crate) fn open(path: &Path) -> Result<File, BulkError> {
    File::open(path).map_err(|error| BulkError::file(path, "cannot be opened", error))
}

/// Returns the time in milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the folder that a file stands in.
pub(crate) fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

#[cfg(unix)]
fn for_this_user(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_this_user(_: &mut OpenOptions) {}

/// Keeps other runs away from the journal until the file is closed: two of them would make the same calls.
fn lock(file: &File, path: &Path) -> Result<(), BulkError> {
    match fs4::FileExt::try_lock(file) {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(BulkError::new(format!("{} is the journal of a run that is under way", path.display())))
        }
        Err(TryLockError::Error(error)) => Err(BulkError::file(path, "cannot be locked", error)),
    }
}

/// Makes the file's name durable, not only what is in it.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}
