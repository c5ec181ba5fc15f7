//! Short texts that need no memory of their own.

use std::fmt;
use std::time::SystemTime;

use crate::sign::hex_digits;

/// Holds a text of at most so many bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::call) struct Short<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Short<N> {
    fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    pub(in crate::call) fn as_str(&self) -> &str {
        // Only whole texts are written, so this is one.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Write for Short<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// Returns a time as a date, to the second: `2026-01-01T00:00:00Z`.
pub(super) fn rfc3339(time: SystemTime) -> Short<20> {
    use fmt::Write as _;

    let mut out = Short::new();
    // Times that are signed are within the years that have four digits.
    let _ = write!(out, "{}", humantime::format_rfc3339_seconds(time));
    out
}

/// Returns 16 bytes in hexadecimal digits.
pub(super) fn hex(bytes: [u8; 16]) -> Short<32> {
    let mut out = Short { bytes: [0; 32], length: 32 };
    for (digits, byte) in out.bytes.chunks_exact_mut(2).zip(bytes) {
        digits.copy_from_slice(&hex_digits(byte));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_date_and_a_nonce_fit() {
        let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        assert_eq!(rfc3339(last).as_str(), "9999-12-31T23:59:59Z");
        assert_eq!(hex([0xa5; 16]).as_str(), "a5".repeat(16));
    }

    #[test]
    fn what_does_not_fit_is_refused_whole() {
        let mut short = Short::<3>::new();
        assert!(short.write_str("ab").is_ok() && short.write_str("cd").is_err());
        assert_eq!(short.as_str(), "ab");
    }
}
