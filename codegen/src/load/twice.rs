//! Keys that stand twice in an object of a file of our own: of these only the last would be read.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::refusal::{Collector, Place};

/// Refuses every key that stands twice in one object. The text was read as JSON before.
pub(super) fn refuse(text: &str, place: &Place, refusals: &Collector) {
    let walk = Walk { place: place.clone(), refusals };
    // What is no JSON was refused as such.
    let _ = walk.deserialize(&mut serde_json::Deserializer::from_str(text));
}

/// Walks through a value, and keeps nothing of it.
struct Walk<'a> {
    place: Place,
    refusals: &'a Collector,
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
                let problem = format!("`{key}` stands twice here, and the last alone would be read");
                self.refusals.refuse(&place, problem, "make one of the two");
            }
            seen.insert(key);
            map.next_value_seed(Walk { place, refusals: self.refusals })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while list.next_element_seed(Walk { place: self.place.child(index), refusals: self.refusals })?.is_some() {
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
