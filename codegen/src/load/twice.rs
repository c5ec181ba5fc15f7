//! Keys that stand twice in an object: of these only the last is read.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::refusal::{Collector, Place, Refusals};

/// Refuses every key that stands twice in one object of a JSON text, for a reader keeps the last alone without a word; `name` is what the
/// text is called in refusals.
///
/// # Errors
///
/// Fails with every such key. What is no JSON is left to its reader.
pub fn keys_once(name: &str, text: &str) -> Result<(), Refusals> {
    let refusals = Collector::default();
    refuse(text, &Place::file(name), &refusals);
    match refusals.refusals() {
        none if none.is_empty() => Ok(()),
        some => Err(Refusals::new(some)),
    }
}

/// Refuses every key that stands twice in one object of a file of our own.
pub(super) fn refuse(text: &str, place: &Place, refusals: &Collector) {
    find(text, place, &|place, key| {
        let problem = format!("`{key}` stands twice here, and the last alone would be read");
        refusals.refuse(place, problem, "make one of the two");
    });
}

/// Tells every key that stands twice in one object of what the portal publishes, where nobody can mend it.
pub(super) fn repair(text: &str, place: &Place, refusals: &Collector) {
    find(text, place, &|place, key| refusals.repair(place, format!("`{key}` stands twice here; the last is read")));
}

fn find(text: &str, place: &Place, found: &dyn Fn(&Place, &str)) {
    let walk = Walk { place: place.clone(), found };
    // What is no JSON is refused by whoever reads it.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_str(text));
}

/// Walks through a value, and keeps nothing of it.
struct Walk<'a> {
    place: Place,
    found: &'a dyn Fn(&Place, &str),
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let place = self.place.child(&key);
            if seen.contains(&key) {
                (self.found)(&place, &key);
            }
            seen.insert(key);
            map.next_value_seed(Walk { place, found: self.found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while list.next_element_seed(Walk { place: self.place.child(index), found: self.found })?.is_some() {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
