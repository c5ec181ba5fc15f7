//! JSON that stays as it was written: names keep their order, and what nobody here knows stays there.

use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Holds a value whose objects keep their order.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Text(String),
    /// A number, a flag or null, as it stands there: a number may have more digits than any type of ours.
    Plain(Box<RawValue>),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text of JSON.
    pub(super) fn read(text: &[u8]) -> Result<Self, serde_json::Error> {
        // This one refuses what is nested too deeply, which reading piece by piece does not notice.
        serde_json::from_slice::<Value>(text)?;
        serde_json::from_slice(text)
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what an object has by a name; where it stands there several times, the last counts, as it does for everybody who reads it.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.iter().rfind(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns a place of an object to be changed, which is made at its end if it is not there.
    pub(super) fn entry(&mut self, name: &str, or: Json) -> Option<&mut Json> {
        let Self::Object(fields) = self else { return None };
        let at = fields.iter().rposition(|(known, _)| known == name).unwrap_or_else(|| {
            fields.push((name.to_owned(), or));
            fields.len() - 1
        });
        Some(&mut fields[at].1)
    }

    /// Sets what an object has by a name, in its place.
    pub(super) fn set(&mut self, name: &str, value: Json) {
        if let Some(place) = self.entry(name, Self::text("")) {
            *place = value;
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Plain(raw) => raw.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let mut reader = serde_json::Deserializer::from_str(raw.get());
        let read = match raw.get().as_bytes().first() {
            Some(b'{') => reader.deserialize_map(Reader),
            Some(b'[') => reader.deserialize_seq(Reader),
            Some(b'"') => String::deserialize(&mut reader).map(Self::Text),
            _ => IgnoredAny::deserialize(&mut reader).map(|_| Self::Plain(raw.to_owned())),
        };
        read.map_err(D::Error::custom)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element()? {
            out.push(item);
        }
        Ok(Json::List(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut out = Vec::new();
        while let Some(field) = fields.next_entry()? {
            out.push(field);
        }
        Ok(Json::Object(out))
    }
}
