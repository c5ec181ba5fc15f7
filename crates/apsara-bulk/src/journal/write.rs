//! Appends records. Those that come together are made durable together.

use std::fs::File;
use std::io::{self, Write};
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

/// Writes until nobody gives records any more.
fn write(mut file: File, waiting: &Receiver<Append>) -> io::Result<()> {
    let (mut bytes, mut heard) = (Vec::new(), Vec::new());
    while let Ok(first) = waiting.recv() {
        let mut next = Some(first);
        while let Some(append) = next {
            bytes.extend_from_slice(&append.bytes);
            heard.extend(append.durable);
            next = if bytes.len() < BATCH { waiting.try_recv().ok() } else { None };
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        for durable in heard.drain(..) {
            // Whoever was stopped does not wait.
            let _ = durable.send(());
        }
        bytes.clear();
    }
    Ok(())
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
