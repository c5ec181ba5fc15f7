//! Texts that are written piece by piece: to be looked at, or to be hashed and never put together.

use hmac::digest::Update;

use super::ascii;

/// Takes a text piece by piece.
pub(crate) trait Pieces {
    /// Appends a piece.
    fn push(&mut self, piece: &str);

    /// Appends bytes that are ASCII, at less cost than as a text where nothing is made of them but a hash.
    fn push_ascii_bytes(&mut self, piece: &[u8]);

    /// Appends one character of ASCII.
    fn push_ascii(&mut self, character: u8);
}

impl Pieces for String {
    fn push(&mut self, piece: &str) {
        self.push_str(piece);
    }

    fn push_ascii_bytes(&mut self, piece: &[u8]) {
        self.push_str(ascii(piece));
    }

    fn push_ascii(&mut self, character: u8) {
        debug_assert!(character.is_ascii(), "a text has two bytes for it, and a hash one");
        String::push(self, char::from(character));
    }
}

/// Hashes a text without keeping it. Pieces are short, and a hash takes long ones at less cost, so that some are put together.
pub(crate) struct Hashed<'a, H: Update> {
    hash: &'a mut H,
    waiting: [u8; 256],
    length: usize,
}

impl<'a, H: Update> Hashed<'a, H> {
    pub(crate) fn new(hash: &'a mut H) -> Self {
        Self { hash, waiting: [0; 256], length: 0 }
    }

    /// Hashes what is still waiting.
    pub(crate) fn end(self) {
        self.hash.update(&self.waiting[..self.length]);
    }
}

impl<H: Update> Pieces for Hashed<'_, H> {
    fn push(&mut self, piece: &str) {
        self.push_ascii_bytes(piece.as_bytes());
    }

    // A hash takes any bytes.
    fn push_ascii_bytes(&mut self, bytes: &[u8]) {
        if self.length + bytes.len() > self.waiting.len() {
            self.hash.update(&self.waiting[..self.length]);
            self.length = 0;
            if bytes.len() > self.waiting.len() {
                return self.hash.update(bytes);
            }
        }
        self.waiting[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn push_ascii(&mut self, character: u8) {
        if self.length == self.waiting.len() {
            self.hash.update(&self.waiting);
            self.length = 0;
        }
        self.waiting[self.length] = character;
        self.length += 1;
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn what_is_hashed_piece_by_piece_hashes_as_it_does_at_once() {
        for lengths in [vec![0, 1, 255, 1], vec![256, 1], vec![254, 255, 0, 1], vec![257, 3, 300, 256], vec![100; 9]] {
            let pieces: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
            let mut hash = Sha256::new();
            let mut hashed = Hashed::new(&mut hash);
            for piece in &pieces {
                hashed.push(piece);
                hashed.push_ascii(b'y');
            }
            hashed.end();
            assert_eq!(hash.finalize(), Sha256::digest(pieces.join("y") + "y"), "{lengths:?}");
        }
    }
}
