//! A file of lines, none of which is joined to one that was written in part.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

/// What lines are written to.
#[derive(Debug)]
pub(crate) struct Lines<W> {
    to: W,
    /// Whether it ends in the middle of a line.
    in_a_line: bool,
}

impl Lines<File> {
    /// Writes to a file, behind what it holds.
    pub(crate) fn behind(path: &Path) -> io::Result<Self> {
        let to = OpenOptions::new().create(true).append(true).open(path)?;
        let found = to.metadata()?;
        // A file that cannot be read may end in the middle of a line: then one empty line more does no harm. A pipe has no end to look at.
        let in_a_line = found.is_file() && found.len() > 0 && ends_in_a_line(path).unwrap_or(true);
        Ok(Self { to, in_a_line })
    }
}

impl<W: Write> Lines<W> {
    /// Writes a line.
    pub(crate) fn write(&mut self, line: &str) -> io::Result<()> {
        let before = if self.in_a_line { "\n" } else { "" };
        self.in_a_line = true;
        // One write for a whole line: nothing stays behind in a buffer when the program is killed.
        self.to.write_all(format!("{before}{line}\n").as_bytes())?;
        self.in_a_line = false;
        Ok(())
    }
}

/// Returns whether a file that is not empty ends in the middle of a line.
fn ends_in_a_line(path: &Path) -> io::Result<bool> {
    let (mut file, mut last) = (File::open(path)?, [0]);
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Has room for so many bytes.
    struct Disk {
        holds: Vec<u8>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = bytes.len().min(self.room - self.holds.len());
            self.holds.extend(&bytes[..length]);
            if length == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(length) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_written_in_part_takes_no_other_with_it() {
        let mut lines = Lines { to: Disk { holds: Vec::new(), room: 6 }, in_a_line: false };
        lines.write("one").unwrap();
        lines.write("two").unwrap_err();
        lines.write("three").unwrap_err();
        lines.to.room = 100;
        lines.write("four").unwrap();
        lines.write("five").unwrap();
        assert_eq!(String::from_utf8(lines.to.holds).unwrap(), "one\ntw\nfour\nfive\n");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        for (before, after) in [("", "new\n"), ("one\n", "one\nnew\n"), ("one\ntw", "one\ntw\nnew\n")] {
            std::fs::write(&path, before).unwrap();
            Lines::behind(&path).unwrap().write("new").unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
    }
}
