//! Nonces that were seen, each for a quarter of an hour.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

/// How long a nonce may not come again, by the documents of both signature versions.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// The number of nonces below which looking for old ones is not worth the time.
const FEW: usize = 1024;

/// Remembers which nonce an access key has used, and when.
#[derive(Debug)]
pub(crate) struct Nonces {
    seen: HashMap<(String, String), Timestamp>,
    forget_at: usize,
}

impl Nonces {
    pub(crate) fn new() -> Self {
        Self { seen: HashMap::new(), forget_at: FEW }
    }

    /// Notes a nonce and tells whether it is fresh.
    pub(crate) fn note(&mut self, access_key_id: &str, nonce: &str, now: Timestamp) -> bool {
        if self.seen.len() >= self.forget_at {
            self.seen.retain(|_, at| is_recent(*at, now));
            self.forget_at = FEW.max(self.seen.len() * 2);
        }
        let earlier = self.seen.entry((access_key_id.to_owned(), nonce.to_owned()));
        match earlier {
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                let fresh = !is_recent(*entry.get(), now);
                if fresh {
                    entry.insert(now);
                }
                fresh
            }
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(now);
                true
            }
        }
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_nonce_is_refused_for_fifteen_minutes_and_then_forgotten() {
        let mut nonces = Nonces::new();
        assert!(nonces.note("a", "n", at(0)));
        assert!(!nonces.note("a", "n", at(0)));
        assert!(!nonces.note("a", "n", at(899)));
        assert!(nonces.note("a", "n", at(900)));
        assert!(!nonces.note("a", "n", at(901)));
    }

    #[test]
    fn each_access_key_has_its_own_nonces() {
        let mut nonces = Nonces::new();
        assert!(nonces.note("a", "n", at(0)));
        assert!(nonces.note("b", "n", at(0)));
    }

    #[test]
    fn old_nonces_do_not_pile_up() {
        let mut nonces = Nonces::new();
        for second in 0..10_000 {
            assert!(nonces.note("a", &second.to_string(), at(second)));
        }
        assert!(nonces.seen.len() <= FEW * 2, "{}", nonces.seen.len());
    }
}
