//! Appends records. Those that come together are made durable together.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::record::{Outcome, Record};
use crate::error::BulkError;

/// Appends records in the order in which they are given.
#[derive(Debug)]
pub(crate) struct Writer {
    records: Option<Sender<Append>>,
    thread: Option<JoinHandle<io::Result<()>>>,
    path: PathBuf,
}

struct Append {
    bytes: Vec<u8>,
    /// Hears that the record, and all before it, are on the disk.
    durable: Option<oneshot::Sender<()>>,
}

/// The most bytes that are made durable together.
const BATCH: usize = 1 << 20;

impl Writer {
    /// Begins to write where the file stands.
    pub(crate) fn new(file: File, path: &Path) -> Result<Self, BulkError> {
        let (records, waiting) = channel();
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || write(file, &waiting));
        let thread = thread.map_err(|error| BulkError::file(path, "cannot be written", error))?;
        Ok(Self { records: Some(records), thread: Some(thread), path: path.to_owned() })
    }

    /// Announces the call of a line; the future ends when that is durable, with false if it cannot be made so.
    pub(crate) fn call(&self, line: u64, at: u64) -> impl Future<Output = bool> + Send + use<> {
        let (durable, heard) = oneshot::channel();
        self.append(Append { bytes: Record::Call { line, at }.encode(), durable: Some(durable) });
        async move { heard.await.is_ok() }
    }

    /// Tells what became of a call. It is durable before the next call goes out, for that waits for all records before its own.
    pub(crate) fn result(&self, outcome: Outcome) {
        self.append(Append { bytes: Record::Result(outcome).encode(), durable: None });
    }

    fn append(&self, append: Append) {
        // A writer that has failed takes nothing more; `close` says why.
        let _ = self.records.as_ref().map(|records| records.send(append));
    }

    /// Waits until everything is durable. It blocks for as long as the disk takes.
    pub(crate) fn close(&mut self) -> Result<(), BulkError> {
        self.records = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let written = thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that writes it has panicked")));
        written.map_err(|error| BulkError::file(&self.path, "cannot be written, so no further call is made", error))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// What records are appended to.
trait Disk {
    /// Returns where the next record goes, if it can be gone back to.
    fn end(&mut self) -> Option<u64>;
    /// Writes bytes, and waits until they are durable.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Takes away what stands behind an end.
    fn cut(&mut self, end: u64) -> io::Result<()>;
}

impl Disk for File {
    fn end(&mut self) -> Option<u64> {
        self.stream_position().ok()
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.set_len(end)?;
        self.seek(SeekFrom::Start(end))?;
        Ok(())
    }
}

/// Writes until nobody gives records any more. Once it has failed it announces no call, and tells of those that are under way what
/// became of them as far as the disk takes that.
fn write(mut disk: impl Disk, waiting: &Receiver<Append>) -> io::Result<()> {
    let (mut bytes, mut batch, mut ended) = (Vec::new(), Vec::new(), Ok(()));
    while let Ok(first) = waiting.recv() {
        let mut next = Some(first);
        while let Some(append) = next {
            bytes.extend_from_slice(&append.bytes);
            batch.push(append);
            next = if bytes.len() < BATCH { waiting.try_recv().ok() } else { None };
        }
        if ended.is_ok() {
            let end = disk.end();
            ended = disk.append(&bytes);
            if ended.is_ok() {
                for durable in batch.drain(..).filter_map(|append| append.durable) {
                    // Whoever was stopped does not wait.
                    let _ = durable.send(());
                }
            } else if end.is_none_or(|end| disk.cut(end).is_err()) {
                // What was written in part ends the journal: behind it a record would be damage.
                return ended;
            }
        }
        // Nobody heard that these calls were announced, so none of them is made.
        for result in batch.drain(..).filter(|append| append.durable.is_none()) {
            let end = disk.end();
            if disk.append(&result.bytes).is_err() && end.is_none_or(|end| disk.cut(end).is_err()) {
                return ended;
            }
        }
        bytes.clear();
    }
    ended
}

#[cfg(test)]
mod full {
    use super::super::record::decode;
    use super::*;
    use crate::fate::Fate;

    /// A disk with room for so many bytes.
    struct Full {
        bytes: Vec<u8>,
        room: usize,
        can_cut: bool,
    }

    impl Disk for &mut Full {
        fn end(&mut self) -> Option<u64> {
            Some(self.bytes.len() as u64)
        }

        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            let count = bytes.len().min(self.room - self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..count]);
            if count == bytes.len() { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
        }

        fn cut(&mut self, end: u64) -> io::Result<()> {
            if !self.can_cut {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.bytes.truncate(usize::try_from(end).unwrap());
            Ok(())
        }
    }

    fn call(line: u64) -> Record {
        Record::Call { line, at: 1 }
    }

    fn result(line: u64, message: &str) -> Record {
        Record::Result(Outcome { message: Some(message.to_owned()), ..Outcome::new(line, Fate::Succeeded) })
    }

    /// Gives records all at once to a disk with room for some, and returns which calls were announced.
    fn written(disk: &mut Full, records: &[Record]) -> Vec<u64> {
        let (sender, waiting) = channel();
        let mut calls = Vec::new();
        for record in records {
            let (durable, heard) = oneshot::channel();
            let line = if let Record::Call { line, .. } = record { Some(*line) } else { None };
            sender.send(Append { bytes: record.encode(), durable: line.map(|_| durable) }).unwrap();
            calls.extend(line.map(|line| (line, heard)));
        }
        drop(sender);
        let error = write(&mut *disk, &waiting).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        calls.retain_mut(|(_, heard)| heard.try_recv().is_ok());
        calls.into_iter().map(|(line, _)| line).collect()
    }

    fn records(bytes: &[u8]) -> Vec<Option<Record>> {
        bytes.split_inclusive(|byte| *byte == b'\n').map(|line| decode(line.trim_ascii_end())).collect()
    }

    #[test]
    fn a_full_disk_announces_no_call_and_takes_the_results_that_fit() {
        let all = [call(7), result(1, "a"), result(2, &"b".repeat(500)), call(8), result(3, "c")];
        let whole: usize = all.iter().map(|record| record.encode().len()).sum();
        for room in 0..whole {
            let mut disk = Full { bytes: Vec::new(), room, can_cut: true };
            assert_eq!(written(&mut disk, &all), [0; 0], "room for {room} bytes");
            let mut expected = Vec::new();
            let mut left = room;
            for result in [&all[1], &all[2], &all[4]] {
                if let Some(rest) = left.checked_sub(result.encode().len()) {
                    expected.push(Some(result.clone()));
                    left = rest;
                }
            }
            assert_eq!(records(&disk.bytes), expected, "room for {room} bytes");
        }
    }

    #[test]
    fn nothing_stands_behind_a_record_that_was_written_in_part() {
        let all = [call(7), result(1, &"b".repeat(500)), result(2, "c")];
        let mut disk = Full { bytes: Vec::new(), room: 300, can_cut: false };
        assert_eq!(written(&mut disk, &all), [0; 0]);
        assert_eq!(disk.bytes.len(), 300);
        assert_eq!(records(&disk.bytes), [Some(call(7)), None]);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::fate::Fate;

    #[test]
    fn a_writer_that_is_dropped_has_written_what_it_was_given() {
        // More than a pipe holds: it is written when somebody reads, and nobody does at once.
        let (mut reader, pipe) = io::pipe().unwrap();
        let writer = Writer::new(File::from(std::os::fd::OwnedFd::from(pipe)), Path::new("the pipe")).unwrap();
        let answer = serde_json::Value::from("x".repeat(1 << 20));
        writer.result(Outcome { response: Some(answer), ..Outcome::new(1, Fate::Succeeded) });
        let read = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&read);
        let reading = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            let mut buffer = vec![0; 1 << 16];
            while let Ok(bytes @ 1..) = reader.read(&mut buffer) {
                count.fetch_add(bytes, Ordering::SeqCst);
            }
        });
        drop(writer);
        // What the pipe itself holds may be unread still.
        assert!(read.load(Ordering::SeqCst) >= (1 << 20) - (1 << 16), "nobody waited for it");
        reading.join().unwrap();
    }
}
