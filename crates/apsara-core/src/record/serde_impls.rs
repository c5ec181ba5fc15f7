//! `Serialize` and `Deserialize` for every record, by wire names.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::decode::{Mode, ValueSeed};
use super::value::{AnyRecord, Record, Value, View};

/// Serializes a record as a map from wire names to what is set.
///
/// # Errors
///
/// Fails when the serializer does.
pub fn serialize<S: Serializer>(record: &dyn AnyRecord, serializer: S) -> Result<S::Ok, S::Error> {
    Written(View::Record(record)).serialize(serializer)
}

/// Serializes a single value.
///
/// # Errors
///
/// Fails when the serializer does.
pub fn serialize_value<S: Serializer>(value: &dyn Value, serializer: S) -> Result<S::Ok, S::Error> {
    Written(value.view()).serialize(serializer)
}

/// Deserializes a record strictly: an unknown name is refused with the name that was probably meant.
///
/// The format must describe itself, as JSON, YAML and TOML do.
///
/// # Errors
///
/// Fails with the path to what does not fit.
pub fn deserialize<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserialize_value(deserializer)
}

/// Deserializes a single value strictly.
///
/// # Errors
///
/// As [`deserialize`].
pub fn deserialize_value<'de, T: Value + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    ValueSeed::new(&mut value, Mode::STRICT).deserialize(deserializer)?;
    Ok(value)
}

/// Returns a value as compact JSON, without what is not set.
pub(crate) fn to_json(view: View<'_>) -> String {
    // Keys are texts and numbers are finite or null, so writing JSON to memory cannot fail.
    serde_json::to_string(&Written(view)).unwrap_or_default()
}

/// Returns a value as JSON that can be walked, without what is not set.
pub(super) fn to_value(view: View<'_>) -> serde_json::Value {
    // As above, it cannot fail.
    serde_json::to_value(Written(view)).unwrap_or_default()
}

struct Written<'a>(View<'a>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            View::Absent => serializer.serialize_none(),
            View::Bool(value) => serializer.serialize_bool(*value),
            View::Int(value) => serializer.serialize_i64(*value),
            View::Float(value) => serializer.serialize_f64(*value),
            View::Str(value) => serializer.serialize_str(value),
            View::Bytes(value) => serializer.serialize_str(&BASE64_STANDARD.encode(value)),
            View::Json(value) => value.serialize(serializer),
            View::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.count()))?;
                for index in 0..list.count() {
                    seq.serialize_element(&Written(list.at(index)))?;
                }
                seq.end()
            }
            View::Map(map) => {
                let mut out = serializer.serialize_map(None)?;
                let mut result = Ok(());
                map.each(&mut |key, value| {
                    if result.is_ok() {
                        result = out.serialize_entry(key, &Written(value));
                    }
                });
                result?;
                out.end()
            }
            View::Record(record) => {
                let mut out = serializer.serialize_map(None)?;
                for index in 0..record.count() {
                    match record.get(index).view() {
                        view if view.is_nothing() || record.meta(index).again => {}
                        view => out.serialize_entry(record.meta(index).name, &Written(view))?,
                    }
                }
                out.end()
            }
        }
    }
}
