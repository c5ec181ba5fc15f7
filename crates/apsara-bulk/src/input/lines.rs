//! Where the lines of a table begin, for a reader of tables counts other lines than an editor does; and which row does not end.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::rows::LONGEST;

/// Notes where the lines begin of what is read, but for those in which nothing stands. It ends with an error in a row that is too long.
pub(super) struct Lines<R> {
    reader: R,
    /// The place of the first byte of each line, and the line's number; those that were not asked for yet.
    begins: VecDeque<(u64, u64)>,
    at: u64,
    line: u64,
    last: u8,
    is_begun: bool,
    /// The last line in which something stands.
    last_begun: u64,
    within: Within,
    /// How many bytes of the row were read.
    row: usize,
    is_too_long: bool,
    is_ended: bool,
}

/// Where in a row of a table something stands, as `csv` reads it: a quotation mark opens a cell only where it is the first of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Start,
    Cell,
    Quotes,
    /// Behind a quotation mark that ends the quotes, unless another one follows.
    QuoteInQuotes,
}

impl Within {
    fn then(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Quotes, b'"') => Self::QuoteInQuotes,
            (Self::Quotes, _) | (Self::Start | Self::QuoteInQuotes, b'"') => Self::Quotes,
            (_, b',' | b'\n' | b'\r') => Self::Start,
            _ => Self::Cell,
        }
    }
}

impl<R> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            begins: VecDeque::new(),
            at: 0,
            line: 1,
            last: 0,
            is_begun: false,
            last_begun: 1,
            within: Within::Start,
            row: 0,
            is_too_long: false,
            is_ended: false,
        }
    }

    /// Returns the number of the line, as an editor counts, in which that begins which follows the ends of lines at a place. Places are
    /// asked for in their order.
    pub(super) fn line_at(&mut self, place: u64) -> u64 {
        while self.begins.front().is_some_and(|(begin, _)| *begin < place) {
            self.begins.pop_front();
        }
        self.begins.front().map_or(self.line, |(_, line)| *line)
    }

    /// Returns whether the row that is read has more bytes than any may have.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// Returns whether all was read, and a quotation mark of the last row is not closed.
    pub(super) fn is_open(&self) -> bool {
        self.is_ended && self.within == Within::Quotes
    }

    fn note(&mut self, byte: u8) {
        let is_end = matches!(byte, b'\n' | b'\r');
        self.within = self.within.then(byte);
        self.row = if is_end && self.within == Within::Start { 0 } else { self.row + 1 };
        self.is_too_long |= self.row > LONGEST;
        match byte {
            // The second half of an end.
            b'\n' if self.last == b'\r' => {}
            b'\n' | b'\r' => {
                self.line += 1;
                self.is_begun = false;
            }
            _ if !self.is_begun => {
                self.is_begun = true;
                self.last_begun = self.line;
                // What follows a row that is too long is not asked for.
                if !self.is_too_long {
                    self.begins.push_back((self.at, self.line));
                }
            }
            _ => {}
        }
        self.last = byte;
        self.at += 1;
    }
}

impl<R: Read> Lines<R> {
    /// Reads on to the end, whatever stands there, and returns the last line in which something does.
    pub(super) fn last_line(&mut self) -> io::Result<u64> {
        let mut buffer = [0; 1 << 13];
        while self.fill(&mut buffer)? > 0 {}
        Ok(self.last_begun)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.is_ended |= count == 0;
        buffer[..count].iter().for_each(|byte| self.note(*byte));
        Ok(count)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill(buffer)?;
        if self.is_too_long { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for (text, expected) in [
            ("a\nb\nc", [(0, 1), (2, 2), (4, 3)]),
            ("a\rb\rc\r", [(0, 1), (2, 2), (4, 3)]),
            // What follows an end, where its second half is left.
            ("a\r\nb\r\nc\r\n", [(0, 1), (2, 2), (5, 3)]),
            ("a\n\n\nb\r\r\nc", [(0, 1), (2, 4), (5, 6)]),
            // What begins in a line that is not asked for is a part of what was asked for.
            ("\"a\nb\"\nc\nd", [(0, 1), (6, 3), (8, 4)]),
        ] {
            let mut lines = Lines::new(text.as_bytes());
            // However it is read.
            let mut buffer = [0; 3];
            while lines.read(&mut buffer).unwrap() > 0 {}
            assert_eq!(expected.map(|(place, _)| (place, lines.line_at(place))), expected, "{text:?}");
        }
    }

    #[test]
    fn a_quotation_mark_opens_a_cell_where_it_is_the_first_of_it_and_only_there() {
        for (text, is_open) in [
            ("a,\"b\n\"\n", false),
            ("a,\"b\n\nc,d\n", true),
            ("a,b\"c\nd", false),
            ("\"a\"\"\nb", true),
            ("\"a\"\"\"\nb", false),
            ("\"a\" \"\nb", false),
            ("\"a\"", false),
            ("\"", true),
        ] {
            let mut lines = Lines::new(text.as_bytes());
            assert!(!lines.is_open(), "{text:?} is not read yet");
            lines.last_line().unwrap();
            assert_eq!(lines.is_open(), is_open, "{text:?}");
            // The reader of tables sees it in the same way: what follows at the end is a part of the cell, or a row.
            let table = format!("{text}\r\r_");
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table.as_bytes());
            let last = reader.records().last().unwrap().unwrap();
            assert_eq!(&last[last.len() - 1] != "_", is_open, "{text:?}");
        }
    }
}
