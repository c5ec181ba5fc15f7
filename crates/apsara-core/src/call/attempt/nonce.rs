//! What tells attempts apart.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use super::short::{Short, hex};
use crate::error::Error;

/// The bytes of a nonce: no two attempts of this many random bits are the same.
const LENGTH: usize = 16;
/// How many nonces are drawn from the system at a time: asking it costs as much as writing some hundred bytes to a socket.
const AT_ONCE: usize = 32;

/// Random bytes that were drawn, and how many of them were used.
struct Drawn {
    bytes: [u8; LENGTH * AT_ONCE],
    used: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; LENGTH * AT_ONCE], used: LENGTH * AT_ONCE }) };
}

/// Returns 128 random bits in hexadecimal digits, given the time: no two attempts share a nonce.
pub(in crate::call) fn nonce(now: SystemTime) -> Result<Short<{ LENGTH * 2 }>, Error> {
    let mut bytes = DRAWN.with_borrow_mut(Drawn::next)?;
    // A process that was forked has its parent's bytes, and so have the copies of a machine that was stopped; the time, to the nanosecond,
    // tells what they make of them apart.
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    for (byte, time) in bytes.iter_mut().zip(since.to_le_bytes()) {
        *byte ^= time;
    }
    Ok(hex(bytes))
}

/// Returns 128 random bits in hexadecimal digits, drawn for this alone. Two calls with one client token would be one for the cloud, and
/// one of the callers would be told of the other's: it rests on no clock.
pub(in crate::call) fn new_client_token() -> Result<Short<{ LENGTH * 2 }>, Error> {
    let mut bytes = [0; LENGTH];
    draw(&mut bytes)?;
    Ok(hex(bytes))
}

fn draw(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| Error::config(format!("the system has no random numbers: {error}")))
}

impl Drawn {
    fn next(&mut self) -> Result<[u8; LENGTH], Error> {
        if self.used == self.bytes.len() {
            draw(&mut self.bytes)?;
            self.used = 0;
        }
        let mut next = [0; LENGTH];
        let end = self.used + LENGTH;
        next.copy_from_slice(&self.bytes[self.used..end]);
        self.used = end;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_nonces_are_the_same_on_one_thread_or_several() {
        let many = || -> Vec<String> {
            let nonce = || nonce(UNIX_EPOCH).map(|nonce| nonce.as_str().to_owned());
            (0..AT_ONCE * 3 + 1).filter_map(|_| nonce().ok()).collect()
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(many)).collect();
        let all: Vec<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), (AT_ONCE * 3 + 1) * 4);
        assert!(all.iter().all(|nonce| nonce.len() == 32));
    }

    #[test]
    fn bytes_that_were_used_do_not_come_again() {
        let mut drawn = Drawn { bytes: [0; LENGTH * AT_ONCE], used: LENGTH * AT_ONCE };
        let all: HashSet<_> = (0..AT_ONCE * 2).filter_map(|_| drawn.next().ok()).collect();
        assert_eq!(all.len(), AT_ONCE * 2);
    }
}
