//! An answer: its body, whatever it is written in, and its headers.

use serde::de::{self, DeserializeSeed};

use super::key::find;
use super::message::at;
use super::{Mode, SlotSeed, ValueSeed, xml};
use crate::record::json::written;
use crate::record::meta::Location;
use crate::record::value::{AnyRecord, Slot, Value};

/// Decodes an answer into a record: its JSON into the fields, or all of it into the one field that is the body.
///
/// # Errors
///
/// Fails with the path and the place of what cannot be decoded.
pub fn decode(body: &[u8], record: &mut dyn AnyRecord) -> Result<(), serde_json::Error> {
    let whole = (0..record.count()).find(|index| record.meta(*index).location == Location::Body);
    let slot = match whole {
        None => Slot::Record(record),
        Some(index) => record.get_mut(index).slot(),
    };
    let slot = match slot {
        Slot::Bytes(to, _) => {
            *to = body.to_vec();
            return Ok(());
        }
        Slot::Str(to) => return whole_text(body, to),
        slot => slot,
    };
    if body.trim_ascii_start().starts_with(b"<") {
        let (root, content) = xml::read(body)?;
        if root.eq_ignore_ascii_case("html") {
            return Err(de::Error::custom("expected an answer, found a page in HTML"));
        }
        // The root is the answer itself, or its one field.
        let is_field = match &slot {
            Slot::Record(record) => find(*record, &root, Mode::Xml).is_some(),
            _ => false,
        };
        let value = if is_field {
            let mut whole = serde_json::Map::new();
            whole.insert(root, content);
            serde_json::Value::Object(whole)
        } else {
            content
        };
        // It takes the same way as JSON, so that there is one decoder. A place in that JSON is none in the answer, so it is not told.
        let json = written(&value);
        return from_json(json.as_bytes(), slot, Mode::Xml).map_err(|error| {
            let (text, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
            de::Error::custom(text.strip_suffix(&place).unwrap_or(&text))
        });
    }
    match body.trim_ascii() {
        // Nothing, as a field may be.
        b"null" if !matches!(slot, Slot::Json(_)) => Ok(()),
        b"" => Ok(()),
        _ => from_json(body, slot, Mode::Lenient),
    }
}

/// Takes a text that is all there is: it is what came, unless it came as JSON.
fn whole_text(body: &[u8], to: &mut String) -> Result<(), serde_json::Error> {
    if !body.starts_with(b"\"") || from_json(body, Slot::Str(to), Mode::Lenient).is_err() {
        *to = std::str::from_utf8(body).map_err(de::Error::custom)?.to_owned();
    }
    Ok(())
}

// Linked into every program, so that there is one of it.
#[inline(never)]
fn from_json(json: &[u8], slot: Slot<'_>, mode: Mode) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    SlotSeed::new(slot, mode).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Decodes JSON that is a part of an answer, as leniently as answers are. A text may come without quotation marks, as answers may.
///
/// # Errors
///
/// As [`decode`].
pub(crate) fn decode_part(json: &[u8], value: &mut dyn Value) -> Result<(), serde_json::Error> {
    if let Slot::Str(to) = value.slot() {
        return whole_text(json, to);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    ValueSeed::new(value, Mode::Lenient).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Decodes the headers of an answer into the fields that travel there.
///
/// # Errors
///
/// Fails with the name of a header whose value is not of its field's type.
pub(crate) fn decode_headers(headers: &http::HeaderMap, record: &mut dyn AnyRecord) -> Result<(), serde_json::Error> {
    for index in 0..record.count() {
        let meta = record.meta(index);
        if meta.location != Location::Header {
            continue;
        }
        let field = meta.name.to_owned();
        let lower = field.to_ascii_lowercase();
        let prefix = lower.strip_suffix('*');
        for (name, value) in headers {
            let (name, Ok(text)) = (name.as_str(), value.to_str()) else { continue };
            let slot = match prefix {
                None if name == lower => record.get_mut(index).slot(),
                Some(prefix) if name.starts_with(prefix) => match record.get_mut(index).slot() {
                    Slot::Map(map) => map.entry(name[prefix.len()..].to_owned()).slot(),
                    slot => slot,
                },
                _ => continue,
            };
            SlotSeed::new(slot, Mode::Lenient)
                .take_text(text)
                .map_err(|error: serde_json::Error| at(&error, &field))?;
        }
    }
    Ok(())
}
