//! JSON in which no key stands twice in an object: of such keys only the last would be read, without a word.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Flaws, join};

/// Reads JSON, and notes every key that stands twice in one object.
///
/// # Errors
///
/// Fails if it is no JSON.
pub(crate) fn read(text: &[u8], flaws: &mut Flaws) -> Result<Value, serde_json::Error> {
    let value = serde_json::from_slice(text)?;
    Walk { at: String::new(), flaws }.deserialize(&mut serde_json::Deserializer::from_slice(text))?;
    Ok(value)
}

/// Walks through a value, and keeps nothing of it.
struct Walk<'a> {
    at: String,
    flaws: &'a mut Flaws,
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
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let at = join(&self.at, &key);
            if !seen.insert(key) {
                self.flaws.note(at.as_str(), "stands twice; make one of the two");
            }
            map.next_value_seed(Walk { at, flaws: self.flaws })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while list.next_element_seed(Walk { at: format!("{}[{index}]", self.at), flaws: self.flaws })?.is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_told_by_its_path() {
        let text = br#"{"a":1,"b":[{"c":{"d e":null,"d e":"x"}},{"c":-1.5}],"a":{"b":true,"b":2},"B":1}"#;
        let mut flaws = Flaws::default();
        let value = read(text, &mut flaws).unwrap();
        assert_eq!((&value["a"]["b"], &value["B"]), (&Value::from(2), &Value::from(1)));
        let told: Vec<_> = flaws.into_vec().into_iter().map(|flaw| flaw.at).collect();
        assert_eq!(told, ["b[0].c[\"d e\"]", "a", "a.b"]);
        for text in ["", "{", "{} {}", "[1,]"] {
            assert!(read(text.as_bytes(), &mut Flaws::default()).is_err(), "{text}");
        }
    }
}
