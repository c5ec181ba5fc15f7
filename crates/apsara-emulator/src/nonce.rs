//! Nonces that were seen, each for a quarter of an hour.
//!
//! A nonce is kept as 128 bits of a keyed hash of itself and its access key, beside the second of its minute: 17 bytes,
//! and one more for the table. A table is at its worst when it has just doubled, with 7/16 of its places taken, which
//! is 42 bytes a nonce; while it doubles, both the old and the new one are there, which is 62. So a nonce takes at most
//! 64 bytes, whatever its length. Each minute has a table of its own, which leaves as a whole.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

use jiff::Timestamp;

/// How long a nonce may not come again, in seconds, by the documents of both signature versions.
pub(crate) const WINDOW: i64 = 15 * 60;
const MINUTE: i64 = 60;

/// What is kept of a nonce. It is bytes rather than a number so that a place in a table has no gap.
type Digest = [u8; 16];
/// The nonces that arrived in one minute, each with the second of it.
type Seen = HashMap<Digest, u8, BuildHasherDefault<Leading>>;

/// One minute.
#[derive(Debug)]
struct Minute {
    seen: Seen,
    /// The last second in which one arrived.
    last: i64,
}

/// Remembers which nonce an access key has used, and when.
#[derive(Debug)]
pub(crate) struct Nonces {
    /// Keys that nobody outside can know: nobody can make two nonces look alike.
    keys: [RandomState; 2],
    minutes: BTreeMap<i64, Minute>,
}

impl Nonces {
    pub(crate) fn new() -> Self {
        Self { keys: [RandomState::new(), RandomState::new()], minutes: BTreeMap::new() }
    }

    /// Notes a nonce and tells whether it is fresh.
    pub(crate) fn note(&mut self, access_key_id: &str, nonce: &str, now: Timestamp) -> bool {
        let now = now.as_second();
        while let Some(oldest) = self.minutes.first_entry() {
            if now - oldest.get().last < WINDOW {
                break;
            }
            oldest.remove();
        }
        let digest = self.digest(access_key_id, nonce);
        let is_recent = self.minutes.iter().any(|(minute, of)| {
            of.seen.get(&digest).is_some_and(|second| now - (minute * MINUTE + i64::from(*second)) < WINDOW)
        });
        if is_recent {
            return false;
        }
        self.insert(digest, now);
        true
    }

    /// Knows a nonce again that was noted at a second.
    pub(crate) fn restore(&mut self, access_key_id: &str, nonce: &str, second: i64) {
        let digest = self.digest(access_key_id, nonce);
        self.insert(digest, second);
    }

    fn insert(&mut self, digest: Digest, second: i64) {
        let minute = self.minutes.entry(second.div_euclid(MINUTE));
        let minute = minute.or_insert_with(|| Minute { seen: Seen::default(), last: second });
        minute.seen.insert(digest, u8::try_from(second.rem_euclid(MINUTE)).unwrap_or_default());
        minute.last = minute.last.max(second);
    }

    fn digest(&self, access_key_id: &str, nonce: &str) -> Digest {
        let [first, second] = &self.keys;
        let halves = [first, second].map(|key| key.hash_one((access_key_id, nonce)).to_le_bytes());
        let mut digest = Digest::default();
        digest.as_chunks_mut().0.copy_from_slice(&halves);
        digest
    }
}

/// Takes the first eight bytes for the hash: they are that of a keyed one already.
#[derive(Default)]
struct Leading(u64);

impl Hasher for Leading {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(leading) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*leading);
        }
    }

    /// The length, which comes before the bytes, says nothing.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_nonce_is_refused_for_fifteen_minutes_and_then_forgotten() {
        // In the first and in the last second of a minute, and before 1970.
        for start in [0, 59, -1] {
            let mut nonces = Nonces::new();
            assert!(nonces.note("a", "n", at(start)));
            assert!(!nonces.note("a", "n", at(start)));
            assert!(!nonces.note("a", "n", at(start + 899)));
            assert!(nonces.note("a", "n", at(start + 900)));
            assert!(!nonces.note("a", "n", at(start + 901)));
        }
    }

    #[test]
    fn a_nonce_of_a_clock_that_is_set_back_is_still_known() {
        let mut nonces = Nonces::new();
        assert!(nonces.note("a", "n", at(10_000)));
        assert!(!nonces.note("a", "n", at(5_000)));
        assert!(nonces.note("a", "m", at(5_000)));
        assert!(!nonces.note("a", "m", at(5_001)));
    }

    #[test]
    fn each_access_key_has_its_own_nonces() {
        let mut nonces = Nonces::new();
        assert!(nonces.note("a", "n", at(0)));
        assert!(nonces.note("b", "n", at(0)));
        assert!(nonces.note("ab", "c", at(0)));
        assert!(nonces.note("a", "bc", at(0)));
    }

    #[test]
    fn old_nonces_leave_with_their_minute() {
        let mut nonces = Nonces::new();
        for second in 0..10_000 {
            assert!(nonces.note("a", &second.to_string(), at(second)));
            assert!(nonces.minutes.len() <= 16, "{second}");
        }
        let kept: usize = nonces.minutes.values().map(|minute| minute.seen.len()).sum();
        assert!((900..960).contains(&kept), "{kept}");
    }

    #[test]
    fn nothing_is_left_a_quarter_of_an_hour_after_the_last_nonce() {
        let mut nonces = Nonces::new();
        for second in [0, 1, 59, 60, 61] {
            assert!(nonces.note("a", &second.to_string(), at(second)));
        }
        assert!(nonces.note("a", "later", at(61 + WINDOW)));
        assert_eq!(nonces.minutes.len(), 1);
    }

    /// What a table of so many places takes, by the layout of the standard library's: the places, a byte of each for
    /// its state, and sixteen more of those.
    fn bytes(capacity: usize) -> usize {
        let places =
            if capacity < 8 { (capacity + 1).next_power_of_two() } else { (capacity * 8 / 7).next_power_of_two() };
        places * (size_of::<(Digest, u8)>() + 1) + 16
    }

    #[test]
    fn a_nonce_takes_64_bytes_at_most_even_while_a_table_doubles() {
        assert_eq!(size_of::<(Digest, u8)>(), 17);
        let mut nonces = Nonces::new();
        let (mut before, mut worst) = (0, 0.0f64);
        for number in 1..=200_000usize {
            assert!(nonces.note("LTAI5tApsaraEmulator0000", &format!("{number:032x}"), at(0)));
            let capacity = nonces.minutes[&0].seen.capacity();
            let held = if capacity == before { bytes(capacity) } else { bytes(before) + bytes(capacity) };
            before = capacity;
            // Below that, the sixteen bytes and the map of minutes count for more than the nonces.
            if number >= 100 {
                worst = worst.max(held as f64 / number as f64);
            }
        }
        assert!(worst > 40.0 && worst <= 64.0, "{worst}");
    }
}
