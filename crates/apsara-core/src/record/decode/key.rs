//! The names of fields, as they come.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use super::Mode;
use crate::record::value::AnyRecord;

/// Finds the field that a key names. Most keys are the names of fields, and need no copy.
pub(super) struct KeySeed<'a> {
    pub(super) record: &'a dyn AnyRecord,
    pub(super) mode: Mode,
}

/// A key, with its field if there is one.
pub(super) struct Key {
    pub(super) field: Option<usize>,
    /// As it came, where it is not the very name of the field.
    other: Option<String>,
}

impl Key {
    pub(super) fn text<'a>(&'a self, record: &'a dyn AnyRecord) -> &'a str {
        match (&self.other, self.field) {
            (Some(other), _) => other,
            (None, field) => field.map_or("", |index| record.meta(index).name),
        }
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        let field = find(self.record, key, self.mode);
        let is_exact = field.is_some_and(|index| self.record.meta(index).name == key);
        Ok(Key { field, other: (!is_exact).then(|| key.to_owned()) })
    }
}

/// Finds the field of a name; an answer may spell it in another case where no field has the very name.
pub(super) fn find(record: &dyn AnyRecord, key: &str, mode: Mode) -> Option<usize> {
    let exact = (0..record.count()).find(|index| record.meta(*index).name == key);
    if exact.is_some() || mode.is_strict() {
        return exact;
    }
    (0..record.count()).find(|index| record.meta(*index).name.eq_ignore_ascii_case(key))
}
