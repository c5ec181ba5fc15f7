//! Answers that are kept for calls that come again with the same client token.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::catalog::{Found, Place, Sampled, fingerprint, text};
use crate::refusal::Refusal;
use crate::request::WireRequest;
use crate::store::{REPLAYS, Rows, Store, UnreadableRow, second_key};

/// The parameter that names a call over all of its attempts.
const CLIENT_TOKEN: &str = "ClientToken";
/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Which call: account, product, version, operation and token.
type Key = [String; 5];

/// Remembers what was answered to calls with a client token.
#[derive(Default)]
pub(crate) struct Replays {
    kept: HashMap<Key, Kept>,
    /// The keys in the order in which they came, to forget them in.
    order: VecDeque<(Timestamp, Key)>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    fingerprint: [u8; 32],
    answer: Sampled,
}

/// A call that is to be carried out once, however often it comes.
pub(crate) struct Tokened {
    key: Key,
    fingerprint: [u8; 32],
}

impl Tokened {
    /// Reads the token of a call; nothing if it has none, or if its operation knows none.
    pub(crate) fn read(account: &str, found: &Found<'_>, request: &WireRequest) -> Option<Self> {
        let Found { product, operation, .. } = found;
        let is_it = |place: Place| matches!(place, Place::Query | Place::Form | Place::Entry);
        let mut parameters = operation.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.name == CLIENT_TOKEN && is_it(parameter.place))?;
        let token = text(parameter, found, request).filter(|token| !token.is_empty())?;
        let key = [account, product.code(), product.version(), &operation.name, &token].map(str::to_owned);
        Some(Self { key, fingerprint: fingerprint(operation, request) })
    }
}

impl Replays {
    /// Finds what was answered before; refuses a token that was given to a call that asked for something else.
    pub(crate) fn find(&self, call: &Tokened, now: Timestamp) -> Result<Option<&Sampled>, Refusal> {
        match self.kept.get(&call.key).filter(|kept| is_kept(kept.at, now)) {
            Some(kept) if kept.fingerprint != call.fingerprint => Err(Refusal::idempotent_parameter_mismatch()),
            kept => Ok(kept.map(|kept| &kept.answer)),
        }
    }

    /// Keeps an answer, and forgets those that were kept for long enough.
    pub(crate) fn keep(&mut self, call: Tokened, answer: Sampled, now: Timestamp, store: &mut Store) {
        while let Some((at, key)) = self.order.front().filter(|(at, _)| !is_kept(*at, now)) {
            // The key may have come again since.
            if self.kept.get(key).is_some_and(|kept| kept.at == *at) {
                self.kept.remove(key);
            }
            self.order.pop_front();
        }
        let kept = Kept { at: now, fingerprint: call.fingerprint, answer };
        store.delete_before(REPLAYS, second_key(now.as_second().saturating_sub(KEPT.as_secs())));
        store.put(REPLAYS, || format!("{} {:?}", second_key(now.as_second()), call.key), &(&call.key, &kept));
        self.insert(call.key, kept);
    }

    fn insert(&mut self, key: Key, kept: Kept) {
        self.order.push_back((kept.at, key.clone()));
        self.kept.insert(key, kept);
    }

    /// Takes up the answers that were saved.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        for (_, (key, kept)) in rows.read::<(Key, Kept)>(REPLAYS)? {
            self.insert(key, kept);
        }
        Ok(())
    }
}

fn is_kept(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < KEPT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Form;

    #[test]
    fn answers_are_forgotten_after_a_day() {
        let (mut replays, mut store) = (Replays::default(), Store::default());
        let call = |token: i64| Tokened {
            key: ["1", "Ecs", "v", "A", &token.to_string()].map(str::to_owned),
            fingerprint: [0; 32],
        };
        let answer = || Sampled { status: 200, body: None, form: Form::Document };
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        for hour in 0..100 {
            replays.keep(call(hour), answer(), at(hour), &mut store);
        }
        assert_eq!((replays.kept.len(), replays.order.len()), (24, 24));
        assert!(replays.find(&call(76), at(99)).unwrap().is_some());
        assert!(replays.find(&call(76), at(100)).unwrap().is_none());
        // One that comes again is kept from then on.
        replays.keep(call(76), answer(), at(100), &mut store);
        replays.keep(call(100), answer(), at(101), &mut store);
        assert!(replays.find(&call(76), at(123)).unwrap().is_some());
    }
}
