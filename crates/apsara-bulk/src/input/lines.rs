//! Where the lines of a table begin: a reader of tables counts other lines than an editor does.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Notes where the lines begin of what is read, but for those in which nothing stands.
pub(super) struct Lines<R> {
    reader: R,
    /// The place of the first byte of each line, and the line's number; those that were not asked for yet.
    begins: VecDeque<(u64, u64)>,
    at: u64,
    line: u64,
    last: u8,
    is_begun: bool,
}

impl<R> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, begins: VecDeque::new(), at: 0, line: 1, last: 0, is_begun: false }
    }

    /// Returns the number of the line, as an editor counts, in which that begins which follows the ends of lines at a place. Places are
    /// asked for in their order.
    pub(super) fn line_at(&mut self, place: u64) -> u64 {
        while self.begins.front().is_some_and(|(begin, _)| *begin < place) {
            self.begins.pop_front();
        }
        self.begins.front().map_or(self.line, |(_, line)| *line)
    }

    fn note(&mut self, byte: u8) {
        match byte {
            // The second half of an end.
            b'\n' if self.last == b'\r' => {}
            b'\n' | b'\r' => {
                self.line += 1;
                self.is_begun = false;
            }
            _ if !self.is_begun => {
                self.is_begun = true;
                self.begins.push_back((self.at, self.line));
            }
            _ => {}
        }
        self.last = byte;
        self.at += 1;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        buffer[..count].iter().for_each(|byte| self.note(*byte));
        Ok(count)
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
}
