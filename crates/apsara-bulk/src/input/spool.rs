//! A copy of the calls on the disk: what was checked is what is called, whatever becomes of the input.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
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

    /// Reads the calls from the first on. Only one reader reads at a time.
    pub(crate) fn rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<(u64, String), BulkError>> + Send + use<>, BulkError> {
        let mut file = self.writer.get_ref().try_clone().map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let lines = BufReader::with_capacity(1 << 16, file).lines();
        Ok(lines.map(|row| {
            let row = row.map_err(failed)?;
            let (line, json) = row.split_once('\t').ok_or_else(changed)?;
            Ok((line.parse().map_err(|_| changed())?, json.to_owned()))
        }))
    }
}

fn failed(error: std::io::Error) -> BulkError {
    BulkError::file(Path::new("the copy of the input"), "cannot be written or read", error)
}

pub(crate) fn changed() -> BulkError {
    BulkError::new("the copy of the input is not as it was written")
}
