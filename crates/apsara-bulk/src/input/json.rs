//! Reads JSON in which every name of an object stands once: of two values, nobody can say which is meant.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads JSON in which every name of an object stands once, as an input of calls has it.
///
/// # Errors
///
/// Fails where it is no JSON, or where a name stands twice: of two values, nobody can say which is meant.
pub fn read_json(text: &[u8]) -> serde_json::Result<Value> {
    let Once = serde_json::from_slice(text)?;
    serde_json::from_slice(text)
}

/// A value in whose objects no name stands twice. It is only looked at.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Looking)
    }
}

struct Looking;

impl<'de> Visitor<'de> for Looking {
    type Value = Once;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format_args!("the name `{name}` stands twice; write it once")));
            }
            let Once = members.next_value()?;
            names.insert(name);
        }
        Ok(Once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_serde_json_reads_unless_a_name_stands_twice() {
        for text in [
            "null",
            "[true, false, -3, 0, 18446744073709551615, 1e3, -0.5, \"\\u00e4\\n\", [], {}]",
            "{\"b\": {\"a\": [{\"a\": null}]}, \"a\": 1}",
        ] {
            assert_eq!(read_json(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        for text in ["", "{\"a\": 1", "[1,]", "{\"a\": 1} 2", "\"\\ud800\""] {
            let (ours, theirs) = (read_json(text.as_bytes()), serde_json::from_str::<Value>(text));
            assert_eq!(ours.unwrap_err().to_string(), theirs.unwrap_err().to_string(), "{text}");
        }
        for text in ["{\"a\": 1, \"a\": 1}", "[{\"b\": {\"a\": 1, \"c\": 2, \"\\u0061\": null}}]"] {
            let error = read_json(text.as_bytes()).unwrap_err();
            assert!(error.is_data() && error.to_string().starts_with("the name `a` stands twice"), "{error}");
        }
    }
}
