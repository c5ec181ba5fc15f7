//! A copy of the calls on the disk: what was checked is what is called, whatever becomes of the input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use crate::error::BulkError;

/// Calls with their lines, in order. The file has no name, or is this user's alone, and goes away with this.
#[derive(Debug)]
pub(crate) struct Spool {
    writer: BufWriter<File>,
}

impl Spool {
    pub(crate) fn create(folder: &Path) -> Result<Self, BulkError> {
        let file = tempfile::tempfile_in(folder).map_err(|error| BulkError::file(folder, "takes no file", error))?;
        Ok(Self { writer: BufWriter::with_capacity(1 << 16, file) })
    }

    pub(crate) fn push(&mut self, line: u64, json: &str) -> Result<(), BulkError> {
        // Compact JSON has neither tabs nor ends of lines in it.
        writeln!(self.writer, "{line}\t{json}").map_err(failed)
    }

    pub(crate) fn end(&mut self) -> Result<(), BulkError> {
        self.writer.flush().map_err(failed)
    }

    /// Reads the calls from the first on. Readers do not disturb each other.
    pub(crate) fn rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<(u64, String), BulkError>> + Send + use<>, BulkError> {
        let file = self.writer.get_ref().try_clone().map_err(failed)?;
        let lines = BufReader::with_capacity(1 << 16, Reader { file, at: 0 }).lines();
        Ok(lines.map(|row| {
            let row = row.map_err(failed)?;
            let (line, json) = row.split_once('\t').ok_or_else(changed)?;
            Ok((line.parse().map_err(|_| changed())?, json.to_owned()))
        }))
    }
}

/// Reads a file from a place of its own: a file that was cloned shares the system's with all others.
struct Reader {
    file: File,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let count = std::os::unix::fs::FileExt::read_at(&self.file, buffer, self.at)?;
        #[cfg(windows)]
        let count = std::os::windows::fs::FileExt::seek_read(&self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

fn failed(error: io::Error) -> BulkError {
    BulkError::file(Path::new("the copy of the input"), "cannot be written or read", error)
}

pub(crate) fn changed() -> BulkError {
    BulkError::new("the copy of the input is not as it was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path()).unwrap();
        // More than is read at a time.
        let rows: Vec<(u64, String)> = (1..=2000).map(|line| (line, format!("\"{}\"", "x".repeat(100)))).collect();
        rows.iter().for_each(|(line, json)| spool.push(*line, json).unwrap());
        spool.end().unwrap();
        let mut first = spool.rows().unwrap().map(Result::unwrap);
        assert_eq!(first.next(), Some(rows[0].clone()));
        assert_eq!(spool.rows().unwrap().map(Result::unwrap).collect::<Vec<_>>(), rows);
        assert_eq!(first.collect::<Vec<_>>(), rows[1..]);
    }
}
