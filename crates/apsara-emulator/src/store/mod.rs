//! What outlives the program: rows of JSON in tables, by their keys.
//!
//! In memory it is nothing at all. On a disk, what a request has changed is one transaction, and the request's answer
//! waits until that is written: what somebody was told is there after any end of the program. What is to be kept besides
//! gets a table here, and a call in the state's `save` and `resume`.

mod disk;
mod private;
mod rows;
mod ticket;

use std::path::Path;

use serde::Serialize;

use self::disk::Disk;
pub(crate) use self::rows::{Rows, UnreadableRow, number_key, second_key};
#[cfg(test)]
pub(crate) use self::tests::Folder;
pub(crate) use self::ticket::Ticket;
use crate::start_error::StartError;

/// One change of one table.
#[derive(Debug)]
enum Change {
    Put {
        table: &'static str,
        key: String,
        value: Vec<u8>,
    },
    Delete {
        table: &'static str,
        key: String,
    },
    /// Deletes all rows whose keys come before this one.
    DeleteBefore {
        table: &'static str,
        key: String,
    },
    /// Deletes all rows of all tables.
    Clear,
}

/// The tables.
pub(crate) const TASKS: &str = "tasks";
pub(crate) const PLACES: &str = "places";
pub(crate) const SESSIONS: &str = "sessions";
pub(crate) const NEWS: &str = "news";
pub(crate) const REPLAYS: &str = "replays";
pub(crate) const CLOCKS: &str = "clocks";
pub(crate) const NONCES: &str = "nonces";
pub(crate) const COUNTERS: &str = "counters";
const ALL: [&str; 8] = [TASKS, PLACES, NEWS, SESSIONS, REPLAYS, CLOCKS, NONCES, COUNTERS];

/// The tables of which all rows are at hand, so that what differs is known by itself; they are small.
const HELD: [&str; 2] = [PLACES, CLOCKS];

/// Where changes go.
#[derive(Default)]
pub(crate) enum Store {
    /// Nowhere: the program's end is the end of all.
    #[default]
    Memory,
    /// Into a file.
    Disk(Box<Disk>),
}

impl Store {
    /// Opens the file in a folder, which is made if need be, and reads all that it holds.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Rows), StartError> {
        let (disk, rows) = Disk::open(folder)?;
        Ok((Self::Disk(Box::new(disk)), rows))
    }

    /// Whether it remembers anything; if not, nobody needs to look for changes.
    pub(crate) fn is_durable(&self) -> bool {
        matches!(self, Self::Disk(_))
    }

    /// Puts a row in the place of one of the same key.
    pub(crate) fn put(&mut self, table: &'static str, key: impl FnOnce() -> String, value: &impl Serialize) {
        if let Self::Disk(disk) = self {
            disk.change(Change::Put { table, key: key(), value: rows::written(value) });
        }
    }

    /// Deletes the row of a key, if there is one.
    pub(crate) fn delete(&mut self, table: &'static str, key: impl FnOnce() -> String) {
        if let Self::Disk(disk) = self {
            disk.change(Change::Delete { table, key: key() });
        }
    }

    /// Deletes all rows whose keys come before this one.
    pub(crate) fn delete_before(&mut self, table: &'static str, key: String) {
        if let Self::Disk(disk) = self {
            disk.change(Change::DeleteBefore { table, key });
        }
    }

    /// Tells how many changes wait to be committed.
    #[cfg(test)]
    pub(crate) fn pending(&self) -> usize {
        match self {
            Self::Memory => 0,
            Self::Disk(disk) => disk.pending(),
        }
    }

    /// Lets one of the small tables hold these rows and no others; only what differs is written.
    pub(crate) fn hold<'r, T: Serialize + 'r>(
        &mut self,
        table: &'static str,
        rows: impl Iterator<Item = (&'r str, &'r T)>,
    ) {
        if let Self::Disk(disk) = self {
            disk.hold(table, rows.map(|(key, value)| (key.to_owned(), rows::written(value))).collect());
        }
    }

    /// Deletes everything.
    pub(crate) fn clear(&mut self) {
        if let Self::Disk(disk) = self {
            disk.clear();
        }
    }

    /// Hands over what has changed since the last time, as one transaction.
    ///
    /// The ticket is for all that has changed so far: who only reads may have read what is not written yet.
    pub(crate) fn commit(&mut self) -> Ticket {
        match self {
            Self::Memory => Ticket::nothing(),
            Self::Disk(disk) => disk.commit(),
        }
    }

    /// Writes what has been handed over, and lets go of the file; later changes go nowhere, and their tickets fail.
    pub(crate) fn close(&mut self) {
        if let Self::Disk(disk) = self {
            disk.close();
        }
    }
}

#[cfg(test)]
mod tests;
