//! The one decoder: JSON straight into the fields of a record.

mod answer;
mod key;
mod list;
mod message;
mod xml;

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::written;
use super::value::{AnyRecord, Slot, Value, reset};
pub use answer::decode;
pub(crate) use answer::{decode_headers, decode_part};
use key::KeySeed;
use list::{ElementSeed, WrappedSeed};
pub(crate) use message::closest;
use message::{at, expected, mismatch, out_of_range, unknown_name};
pub(crate) use xml::read as read_xml;

/// Says how much is forgiven.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// For answers, where the cloud is loose: numbers as texts, texts as numbers, wrapped lists, null for anything.
    Lenient,
    /// For answers in XML, where a list of one element looks like the element.
    Xml,
    /// For our own files: what does not fit is refused. It brings along what tells of a name that no field has; answers do without.
    Strict(fn(&dyn AnyRecord, &str) -> String),
}

impl Mode {
    pub(super) const STRICT: Self = Self::Strict(unknown_name);

    fn is_strict(self) -> bool {
        matches!(self, Self::Strict(_))
    }

    fn is_xml(self) -> bool {
        matches!(self, Self::Xml)
    }
}

pub(super) struct ValueSeed<'a> {
    value: &'a mut dyn Value,
    mode: Mode,
    wrapper: Option<&'static str>,
}

impl<'a> ValueSeed<'a> {
    pub(super) fn new(value: &'a mut dyn Value, mode: Mode) -> Self {
        Self { value, mode, wrapper: None }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Null is asked for first, because a slot makes room for a value.
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.value.clear();
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        SlotSeed { slot: self.value.slot(), mode: self.mode, wrapper: self.wrapper }.deserialize(deserializer)
    }
}

/// Fills a value strictly.
///
/// # Errors
///
/// Fails with the path, which begins with the name, and with what does not fit there.
pub(crate) fn fill(name: &str, value: &mut dyn Value, json: &serde_json::Value) -> Result<(), (String, String)> {
    ValueSeed::new(value, Mode::STRICT).deserialize(json).map_err(|error: serde_json::Error| {
        let told = at(&error, name).to_string();
        told.split_once(": ").map_or_else(|| (name.to_owned(), told.clone()), |(path, why)| (path.into(), why.into()))
    })
}

struct SlotSeed<'a> {
    slot: Slot<'a>,
    mode: Mode,
    /// The entry of an object that a list comes in.
    wrapper: Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for SlotSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> SlotSeed<'a> {
    fn new(slot: Slot<'a>, mode: Mode) -> Self {
        Self { slot, mode, wrapper: None }
    }

    fn lenient(&self) -> bool {
        !self.mode.is_strict()
    }

    /// Takes an integer; `u64` beyond `i64` reaches only texts, numbers and JSON.
    fn take_integer<E: de::Error>(self, value: i128) -> Result<(), E> {
        let lenient = self.lenient();
        match self.slot {
            Slot::I32(to) => *to = value.try_into().map_err(|_| out_of_range::<E>("a 32-bit integer"))?,
            Slot::I64(to) => *to = value.try_into().map_err(|_| out_of_range::<E>("a 64-bit integer"))?,
            #[allow(clippy::cast_precision_loss)]
            Slot::F64(to, _) => *to = value as f64,
            Slot::Bool(to) if lenient => *to = value != 0,
            Slot::Str(to) if lenient => *to = value.to_string(),
            Slot::Named(to) if lenient => to.set(&value.to_string()),
            Slot::Json(to) => {
                *to = match (i64::try_from(value), u64::try_from(value)) {
                    (Ok(value), _) => value.into(),
                    (_, Ok(value)) => value.into(),
                    _ => return Err(out_of_range("a 64-bit integer")),
                }
            }
            slot => return Err(mismatch(&slot, "an integer")),
        }
        Ok(())
    }

    fn take_text<E: de::Error>(self, text: &str) -> Result<(), E> {
        let lenient = self.lenient();
        match self.slot {
            Slot::Str(to) => text.clone_into(to),
            Slot::Named(to) => to.set(text),
            Slot::Json(to) => *to = text.into(),
            Slot::Bytes(to, read) => {
                *to = read(text).ok_or_else(|| E::custom("expected Base64, found another text"))?;
            }
            Slot::Bool(to) if lenient && is_either(text, "true", "1") => *to = true,
            Slot::Bool(to) if lenient && (is_either(text, "false", "0") || text.is_empty()) => *to = false,
            Slot::I32(to) if lenient => *to = number(text, "a 32-bit integer", |text| whole(text).parse().ok())?,
            Slot::I64(to) if lenient => *to = number(text, "a 64-bit integer", |text| whole(text).parse().ok())?,
            Slot::F64(to, read) if lenient => *to = number(text, "a number", read)?,
            Slot::List(to) if lenient && text.is_empty() => to.empty(),
            Slot::List(to) if self.mode.is_xml() => {
                to.empty();
                return SlotSeed::new(to.push().slot(), self.mode).take_text(text);
            }
            Slot::Map(to) if lenient && text.is_empty() => to.empty(),
            Slot::Record(to) if lenient && text.is_empty() => reset(to),
            slot => return Err(mismatch(&slot, "a text")),
        }
        Ok(())
    }
}

/// Returns whether a text is one of the two ways to write a boolean, of which XML and old products have the second too.
fn is_either(text: &str, word: &str, digit: &str) -> bool {
    let text = text.trim();
    text.eq_ignore_ascii_case(word) || text == digit
}

/// Reads a number that came as a text; an empty text is the number that was not set, zero.
fn number<N: Default, E: de::Error>(text: &str, what: &str, read: fn(&str) -> Option<N>) -> Result<N, E> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(N::default());
    }
    read(text).ok_or_else(|| E::custom(format_args!("expected {what}, found a text that is none")))
}

/// Returns the digits of an integer that is written as a number with a fraction, which is zero.
fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((digits, zeros)) if !digits.is_empty() && zeros.bytes().all(|byte| byte == b'0') => digits,
        _ => text,
    }
}

impl<'de> Visitor<'de> for SlotSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(expected(&self.slot))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        let lenient = self.lenient();
        match self.slot {
            Slot::Bool(to) => *to = value,
            Slot::Json(to) => *to = value.into(),
            Slot::Str(to) if lenient => *to = value.to_string(),
            Slot::I32(to) if lenient => *to = value.into(),
            Slot::I64(to) if lenient => *to = value.into(),
            Slot::F64(to, _) if lenient => *to = u8::from(value).into(),
            slot => return Err(mismatch(&slot, "a boolean")),
        }
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.take_integer(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.take_integer(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        let lenient = self.lenient();
        match self.slot {
            Slot::F64(to, _) => *to = value,
            Slot::Json(to) => *to = value.into(),
            Slot::Str(to) if lenient => *to = value.to_string(),
            // 1.0 where an integer is meant is the integer; the bounds keep the conversion exact.
            #[allow(clippy::cast_possible_truncation)]
            slot @ (Slot::I32(_) | Slot::I64(_)) if lenient && value.fract() == 0.0 && value.abs() < 9.0e15 => {
                return SlotSeed::new(slot, self.mode).take_integer(value as i128);
            }
            slot => return Err(mismatch(&slot, "a number with a fraction")),
        }
        Ok(())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.take_text(text)
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<(), E> {
        match self.slot {
            Slot::Str(to) => *to = text,
            slot => return SlotSeed::new(slot, self.mode).take_text(&text),
        }
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        match self.slot {
            Slot::Json(to) => *to = serde_json::Value::Null,
            slot => return Err(mismatch(&slot, "null")),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let lenient = self.lenient();
        match self.slot {
            Slot::List(list) => {
                list.empty();
                let mut index = 0;
                while let Some(kept) = seq
                    .next_element_seed(ElementSeed { list: &mut *list, mode: self.mode })
                    .map_err(|error| at(&error, &format!("[{index}]")))?
                {
                    if !kept {
                        list.pop();
                    }
                    index += 1;
                }
                Ok(())
            }
            Slot::Json(to) => {
                *to = de::Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                Ok(())
            }
            Slot::Str(to) if lenient => {
                let json: serde_json::Value = de::Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                *to = written(&json);
                Ok(())
            }
            // PHP writes an empty object as an empty list.
            slot @ (Slot::Record(_) | Slot::Map(_)) if lenient => match seq.next_element::<IgnoredAny>()? {
                None => Ok(()),
                Some(_) => Err(mismatch(&slot, "a list")),
            },
            slot => Err(mismatch(&slot, "a list")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mode = self.mode;
        match self.slot {
            Slot::Record(record) => fill_record(record, map, mode),
            Slot::Map(to) => {
                to.empty();
                while let Some(key) = map.next_key::<String>()? {
                    let value = to.entry(key.clone());
                    map.next_value_seed(ValueSeed::new(value, mode)).map_err(|error| at(&error, &key))?;
                }
                Ok(())
            }
            Slot::Json(to) => {
                *to = de::Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(())
            }
            Slot::Str(to) if !mode.is_strict() => {
                let json: serde_json::Value = de::Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                *to = written(&json);
                Ok(())
            }
            Slot::List(list) if !mode.is_strict() && self.wrapper.is_some() => {
                list.empty();
                while let Some(key) = map.next_key::<String>()? {
                    if self.wrapper.is_some_and(|wrapper| key.eq_ignore_ascii_case(wrapper)) {
                        map.next_value_seed(WrappedSeed(&mut *list, mode)).map_err(|error| at(&error, &key))?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(())
            }
            Slot::List(list) if mode.is_xml() => {
                list.empty();
                let first = SlotSeed::new(list.push().slot(), mode);
                first.deserialize(de::value::MapAccessDeserializer::new(map))
            }
            // Old products wrap every list in an object with one property.
            Slot::List(list) if !mode.is_strict() => {
                list.empty();
                if let Some(key) = map.next_key::<String>()? {
                    map.next_value_seed(WrappedSeed(list, mode)).map_err(|error| at(&error, &key))?;
                    if let Some(second) = map.next_key::<String>()? {
                        return Err(de::Error::custom(format_args!(
                            "expected a list, found an object with `{key}` and `{second}`"
                        )));
                    }
                }
                Ok(())
            }
            slot => Err(mismatch(&slot, "an object")),
        }
    }
}

fn fill_record<'de, A: MapAccess<'de>>(record: &mut dyn AnyRecord, mut map: A, mode: Mode) -> Result<(), A::Error> {
    while let Some(key) = map.next_key_seed(KeySeed { record, mode })? {
        match key.field {
            Some(index) => {
                let wrapper = record.meta(index).wrapper;
                let seed = ValueSeed { value: record.get_mut(index), mode, wrapper };
                map.next_value_seed(seed).map_err(|error| at(&error, key.text(record)))?;
            }
            None => match mode {
                Mode::Strict(tell) => return Err(de::Error::custom(tell(record, key.text(record)))),
                Mode::Lenient | Mode::Xml => {
                    map.next_value::<IgnoredAny>()?;
                }
            },
        }
    }
    Ok(())
}
