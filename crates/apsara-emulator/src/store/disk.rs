//! The file, and the thread that writes to it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use redb::{Database, DatabaseError, ReadableTable as _, TableDefinition, WriteTransaction};
use tokio::sync::watch;

use super::ticket::Progress;
use super::{ALL, Change, HELD, Rows, Ticket, private};
use crate::start_error::StartError;

/// The file in the folder that is given.
const FILE: &str = "emulator.redb";
/// What the tables hold; a file with another number is not looked at.
const VERSION: u64 = 1;
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// Whatever the database says; nobody but people reads it.
type Failed = Box<dyn std::error::Error>;

/// A number for each transaction, and what it changes.
type Job = (u64, Vec<Change>);

fn table(name: &'static str) -> TableDefinition<'static, &'static str, &'static [u8]> {
    TableDefinition::new(name)
}

pub(crate) struct Disk {
    /// What has changed since the last transaction.
    pending: Vec<Change>,
    /// The rows of the tables that are held, as they are or will be written.
    held: HashMap<&'static str, HashMap<String, Vec<u8>>>,
    handed_over: u64,
    jobs: Option<Sender<Job>>,
    progress: watch::Receiver<Progress>,
    writer: Option<JoinHandle<()>>,
}

impl Disk {
    pub(super) fn open(folder: &Path) -> Result<(Self, Rows), StartError> {
        let failed = |reason: String| StartError::Data { folder: folder.to_owned(), reason };
        let file = folder.join(FILE);
        private::make(folder, &file).map_err(|error| failed(error.to_string()))?;
        let database = Database::create(file).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StartError::DataInUse { folder: folder.to_owned() },
            error => failed(error.to_string()),
        })?;
        let found = begin(&database).map_err(|error| failed(error.to_string()))?;
        if found != VERSION {
            return Err(StartError::DataVersion { folder: folder.to_owned(), found, known: VERSION });
        }
        let rows = read(&database).map_err(|error| failed(error.to_string()))?;
        let held = rows.0.iter().filter(|(table, _)| HELD.contains(table));
        let held = held.map(|(table, rows)| (*table, rows.iter().cloned().collect())).collect();
        let (jobs, handed) = channel();
        let (told, progress) = watch::channel(Progress::default());
        let writer = std::thread::Builder::new().name("apsara-emulator-data".to_owned());
        let writer = writer.spawn(move || write(&database, &handed, &told));
        let writer = writer.map_err(|error| failed(error.to_string()))?;
        let disk = Self { pending: Vec::new(), held, handed_over: 0, jobs: Some(jobs), progress, writer: Some(writer) };
        Ok((disk, rows))
    }

    pub(super) fn change(&mut self, change: Change) {
        self.pending.push(change);
    }

    pub(super) fn hold(&mut self, table: &'static str, rows: HashMap<String, Vec<u8>>) {
        let before = self.held.remove(table).unwrap_or_default();
        for key in before.keys().filter(|key| !rows.contains_key(*key)) {
            self.pending.push(Change::Delete { table, key: key.clone() });
        }
        for (key, value) in &rows {
            if before.get(key) != Some(value) {
                self.pending.push(Change::Put { table, key: key.clone(), value: value.clone() });
            }
        }
        self.held.insert(table, rows);
    }

    pub(super) fn clear(&mut self) {
        self.pending.push(Change::Clear);
        self.held.clear();
    }

    pub(super) fn commit(&mut self) -> Ticket {
        if !self.pending.is_empty() {
            self.handed_over += 1;
            let job = (self.handed_over, std::mem::take(&mut self.pending));
            if let Some(jobs) = &self.jobs {
                // Without a writer the ticket fails.
                let _ = jobs.send(job);
            }
        }
        Ticket::new(self.handed_over, self.progress.clone())
    }

    pub(super) fn close(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has nothing more to write.
            let _ = writer.join();
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.close();
    }
}

/// Tells the version of a file; one that is new gets the one that is known.
fn begin(database: &Database) -> Result<u64, Failed> {
    let transaction = database.begin_write()?;
    let version = {
        let mut meta = transaction.open_table(META)?;
        let found = meta.get("version")?.map(|version| version.value());
        match found {
            Some(version) => version,
            None => {
                meta.insert("version", VERSION)?;
                VERSION
            }
        }
    };
    if version == VERSION {
        for name in ALL {
            transaction.open_table(table(name))?;
        }
    }
    transaction.commit()?;
    Ok(version)
}

fn read(database: &Database) -> Result<Rows, Failed> {
    let transaction = database.begin_read()?;
    let mut rows = Rows::default();
    for name in ALL {
        let found = rows.0.entry(name).or_default();
        for row in transaction.open_table(table(name))?.iter()? {
            let (key, value) = row?;
            found.push((key.value().to_owned(), value.value().to_owned()));
        }
    }
    Ok(rows)
}

/// Writes until nobody hands over any more; what has come together in the meantime is written together.
fn write(database: &Database, jobs: &Receiver<Job>, told: &watch::Sender<Progress>) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        let last = batch.last().map_or(0, |(number, _)| *number);
        let done = commit(database, batch);
        told.send_modify(|progress| match done {
            Ok(()) => progress.written = last,
            Err(_) => progress.failed = true,
        });
        if told.borrow().failed {
            // What comes after a change that was not written must not be written either.
            return;
        }
    }
}

fn commit(database: &Database, batch: Vec<Job>) -> Result<(), Failed> {
    let transaction = database.begin_write()?;
    for change in batch.into_iter().flat_map(|(_, changes)| changes) {
        apply(&transaction, change)?;
    }
    // When this returns, the file has it, whatever happens to the program or the machine.
    Ok(transaction.commit()?)
}

fn apply(transaction: &WriteTransaction, change: Change) -> Result<(), Failed> {
    match change {
        Change::Put { table: name, key, value } => {
            transaction.open_table(table(name))?.insert(key.as_str(), value.as_slice())?;
        }
        Change::Delete { table: name, key } => {
            transaction.open_table(table(name))?.remove(key.as_str())?;
        }
        Change::DeleteBefore { table: name, key } => {
            transaction.open_table(table(name))?.retain_in(..key.as_str(), |_, _| false)?;
        }
        Change::Clear => {
            for name in ALL {
                transaction.open_table(table(name))?.retain(|_, _| false)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
impl Disk {
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }
}

/// Lets a file say that it is of another version.
#[cfg(test)]
pub(super) fn write_version(folder: &Path, version: u64) {
    let database = Database::create(folder.join(FILE)).expect("it can be opened");
    let transaction = database.begin_write().expect("it can be written");
    transaction.open_table(META).expect("it has one").insert("version", version).expect("it can be written");
    transaction.commit().expect("it can be written");
}
