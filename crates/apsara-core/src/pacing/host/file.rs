//! A schedule in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256};

use super::folder;
use crate::pacing::{LONGEST_LOG, Lane, MOST_FREE, PacingError, Rule, Schedule};
use crate::sign::hex;

/// What a file begins with; another version of this program that lays it out differently writes another.
const MAGIC: u64 = u64::from_le_bytes(*b"apsaraq1");

/// How many words are before the times.
const HEAD: usize = 10;

/// What became of a change.
pub(super) struct Changed<T> {
    /// The answer; nothing where another process has the file.
    pub(super) answer: Option<T>,
    /// Whether the file was not one that this program wrote whole.
    pub(super) was_damaged: bool,
}

/// The file of a lane, opened anew for each change: it may have been removed, alone or with its folder, with all that is temporary.
pub(super) struct LaneFile {
    folder: PathBuf,
    path: PathBuf,
    record: Option<Arc<PathBuf>>,
}

impl LaneFile {
    pub(super) fn new(folder: &Path, lane: Lane<'_>, record: Option<Arc<PathBuf>>) -> Self {
        // An account may be named by an access key id, and a folder's listing is no place for it.
        let name = [lane.account, lane.operation.product.name, lane.operation.name].join("\n");
        let path = folder.join(&hex(&Sha256::digest(name))[..32]);
        Self { folder: folder.to_owned(), path, record }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the schedule, changes it, and writes it, all under the file's lock.
    pub(super) fn change<T: Recorded>(
        &self,
        rule: Rule,
        change: impl FnOnce(&mut Schedule, u64) -> T,
    ) -> Result<Changed<T>, PacingError> {
        let Some(file) = self.lock(rule)? else { return Ok(Changed { answer: None, was_damaged: false }) };
        self.try_change(file, rule, change).map_err(|error| self.unavailable(&error))
    }

    fn unavailable(&self, error: &io::Error) -> PacingError {
        PacingError::Unavailable(format!("{}: {error}", self.path.display()))
    }

    fn try_change<T: Recorded>(
        &self,
        mut file: File,
        rule: Rule,
        change: impl FnOnce(&mut Schedule, u64) -> T,
    ) -> io::Result<Changed<T>> {
        let mut bytes = Vec::with_capacity(256);
        file.read_to_end(&mut bytes)?;
        // Read under the lock, so that it does not go back from one change to the next.
        let now = now();
        let read = decode(&bytes);
        let was_damaged = read.is_none();
        let mut schedule = read.unwrap_or_else(|| Schedule::unknown(rule, now));
        let answer = change(&mut schedule, now);
        let written = encode(&schedule);
        file.rewind()?;
        file.write_all(&written)?;
        if written.len() < bytes.len() {
            file.set_len(written.len() as u64)?;
        }
        if let (Some(record), true) = (&self.record, answer.is_grant()) {
            let mut record = OpenOptions::new().create(true).append(true).mode(0o600).open(record.as_path())?;
            record.write_all(format!("{now}\n").as_bytes())?;
        }
        Ok(Changed { answer: Some(answer), was_damaged })
    }

    /// Opens the file and locks it, until it is closed; nothing where another process has it.
    fn lock(&self, rule: Rule) -> Result<Option<File>, PacingError> {
        loop {
            match self.try_lock() {
                Ok(file) => return Ok(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.lay(rule)?,
                Err(error) => return Err(self.unavailable(&error)),
            }
        }
    }

    fn try_lock(&self) -> io::Result<Option<File>> {
        loop {
            let file = OpenOptions::new().read(true).write(true).open(&self.path)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
            // Removed between the two: others see another file, or none.
            if file.metadata()?.nlink() > 0 {
                return Ok(Some(file));
            }
        }
    }

    /// Lays the first file of a lane, whole at once, so that an empty one is always a damaged one.
    fn lay(&self, rule: Rule) -> Result<(), PacingError> {
        // What was granted went with the folder, which the pacer had found when it was made.
        let is_known = self.folder.exists();
        folder::open(&self.folder)?;
        let begin = if is_known { Schedule::new } else { Schedule::unknown };
        let whole = encode(&begin(rule, now()));
        // Containers may share the folder, and each have a process of the same number.
        getrandom::u64()
            .map_err(|error| io::Error::other(error.to_string()))
            .map(|number| self.path.with_extension(format!("{number:016x}")))
            .and_then(|new| self.lay_by(&new, |file| file.write_all(&whole)))
            .map_err(|error| self.unavailable(&error))
    }

    /// Lays it by a file that nobody else has, or fails. What it is laid by is gone then, also where it could not be written.
    pub(super) fn lay_by(&self, new: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
        let laid = write(&mut file).and_then(|()| fs::hard_link(new, &self.path));
        let removed = fs::remove_file(new);
        match laid {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => removed,
        }
    }
}

/// Says whether an answer is a grant, which is recorded if anybody wants it.
pub(super) trait Recorded {
    fn is_grant(&self) -> bool {
        false
    }
}

impl Recorded for () {}

impl Recorded for crate::pacing::Taken {
    fn is_grant(&self) -> bool {
        matches!(self, Self::Granted { .. })
    }
}

/// Returns the microseconds since the host was started, those that it slept included where the system counts them.
pub(super) fn now() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;
    let time = clock_gettime(CLOCK);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1000
}

pub(super) fn encode(schedule: &Schedule) -> Vec<u8> {
    let head: [u64; HEAD] = [
        MAGIC,
        schedule.epoch,
        schedule.seen,
        schedule.calls.into(),
        schedule.span,
        schedule.asked,
        schedule.closed_until,
        schedule.in_last.into(),
        schedule.log.len() as u64,
        schedule.free.len() as u64,
    ];
    let words = head.iter().chain(&schedule.log).chain(&schedule.free);
    let body: Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
    [checksum(&body).as_slice(), &body].concat()
}

/// Reads what `encode` wrote; nothing where it is anything else.
pub(super) fn decode(bytes: &[u8]) -> Option<Schedule> {
    let (sum, body) = bytes.split_at_checked(8)?;
    if checksum(body) != sum || body.len() % 8 != 0 {
        return None;
    }
    let words: Vec<u64> =
        body.chunks_exact(8).map(|word| word.try_into().map(u64::from_le_bytes)).collect::<Result<_, _>>().ok()?;
    let (head, times) = words.split_at_checked(HEAD)?;
    let &[magic, epoch, seen, calls, span, asked, closed_until, in_last, log, free] = head else { return None };
    let fits = magic == MAGIC
        && log <= LONGEST_LOG.into()
        && free <= MOST_FREE as u64
        && log + free == times.len() as u64
        && calls > 0;
    let (log, free) = times.split_at_checked(usize::try_from(log).ok().filter(|_| fits)?)?;
    Some(Schedule {
        epoch,
        seen,
        calls: calls.try_into().ok()?,
        span,
        asked,
        closed_until,
        log: log.iter().copied().collect(),
        in_last: in_last.try_into().ok()?,
        free: free.to_vec(),
    })
}

fn checksum(body: &[u8]) -> [u8; 8] {
    let digest = Sha256::digest(body);
    std::array::from_fn(|at| digest[at])
}
