//! Reads JSON values and refuses, with their place, those of another kind than was asked for.
//!
//! A derived deserializer stops at the first mistake. This one goes on, so that a spec's mistakes are told all at once.

use std::cell::RefCell;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::refusal::{Collector, Place, did_you_mean};

/// An object, with the keys that were asked for.
pub(crate) struct Object<'a> {
    pub(crate) place: Place,
    map: &'a Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
    refusals: &'a Collector,
}

impl<'a> Object<'a> {
    /// Takes a value for an object, or refuses it.
    pub(crate) fn new(value: &'a Value, place: Place, refusals: &'a Collector) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self { place, map, asked: RefCell::default(), refusals }),
            // PHP writes an empty object as `[]`, and so does the portal.
            Value::Array(list) if list.is_empty() => Some(Self::empty(place, refusals)),
            other => {
                refusals.refuse(&place, format!("{} stands where an object is expected", kind(other)), "write { … }");
                None
            }
        }
    }

    /// Stands for an object that is not there.
    pub(crate) fn empty(place: Place, refusals: &'a Collector) -> Self {
        static EMPTY: OnceLock<Map<String, Value>> = OnceLock::new();
        Self { place, map: EMPTY.get_or_init(Map::new), asked: RefCell::default(), refusals }
    }

    /// Returns the object itself, without one of its entries.
    pub(crate) fn without(&self, key: &str) -> Value {
        Value::Object(
            self.map
                .iter()
                .filter(|(name, _)| *name != key)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// Returns a value that is there and not null.
    pub(crate) fn get(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().push(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Returns a text.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        match self.get(key)? {
            Value::String(text) => Some(text.clone()),
            other => self.trifle(key, other, "a text", "write \"…\""),
        }
    }

    /// Returns a text that is not empty. Nothing can be generated without it, whoever publishes the file.
    pub(crate) fn required_text(&self, key: &'static str) -> String {
        match self.get(key) {
            Some(Value::String(text)) if !text.is_empty() => return text.clone(),
            Some(Value::String(_)) => {
                self.refusals.refuse(&self.place.child(key), "the text is empty", "write what it shall be");
            }
            Some(other) => _ = self.refuse::<()>(key, other, "a text", "write \"…\""),
            None => self.refusals.refuse(&self.place, format!("`{key}` is not there"), format!("add \"{key}\": \"…\"")),
        }
        String::new()
    }

    /// Returns what the cloud calls something, as [`Self::required_text`] does, without white space around it.
    pub(crate) fn required_name(&self, key: &'static str) -> String {
        self.refusals.trimmed(&self.place.child(key), self.required_text(key))
    }

    /// Returns anything as a text, as examples and defaults are given.
    pub(crate) fn anything(&self, key: &'static str) -> Option<String> {
        Some(match self.get(key)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }

    /// Returns a boolean; it is also taken from the texts `true` and `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            other => self.trifle(key, other, "a boolean", "write true or false"),
        }
    }

    /// Returns a number; it is also taken from a text, as the portal gives it now and then.
    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        number.or_else(|| self.trifle(key, value, "a number", "write a number"))
    }

    /// Returns a number that counts something.
    pub(crate) fn count(&self, key: &'static str) -> Option<usize> {
        let number = self.number(key)?;
        if number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX) {
            return Some(number as usize);
        }
        let problem = format!("{number} counts nothing");
        self.refusals.trifle(&self.place.child(key), problem, "write a whole number that is not negative");
        None
    }

    /// Returns an object.
    pub(crate) fn object(&self, key: &'static str) -> Option<Object<'a>> {
        Object::new(self.get(key)?, self.place.child(key), self.refusals)
    }

    /// Returns the elements of a list with their places; none if it is not there.
    pub(crate) fn list(&self, key: &'static str) -> Vec<(Place, &'a Value)> {
        match self.get(key) {
            None => Vec::new(),
            // And an empty list as `{}`.
            Some(Value::Object(map)) if map.is_empty() => Vec::new(),
            Some(Value::Array(list)) => {
                let place = self.place.child(key);
                list.iter().enumerate().map(|(index, value)| (place.child(index), value)).collect()
            }
            Some(other) => self.refuse(key, other, "a list", "write [ … ]").unwrap_or_default(),
        }
    }

    /// Returns the elements of a list of texts.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<String> {
        let mut texts = Vec::new();
        for (place, value) in self.list(key) {
            match value {
                Value::String(text) => texts.push(text.clone()),
                other => {
                    let problem = format!("{} stands where a text is expected", kind(other));
                    self.refusals.refuse(&place, problem, "write \"…\"");
                }
            }
        }
        texts
    }

    /// Returns the elements of a list of objects.
    pub(crate) fn objects(&self, key: &'static str) -> Vec<Object<'a>> {
        self.list(key).into_iter().filter_map(|(place, value)| Object::new(value, place, self.refusals)).collect()
    }

    /// Returns all entries with their places, sorted by key.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Place, &'a Value)> {
        let mut entries: Vec<_> =
            self.map.iter().map(|(key, value)| (key.as_str(), self.place.child(key), value)).collect();
        entries.sort_by_key(|(key, ..)| *key);
        entries
    }

    /// Refuses the keys that nobody asked for: files of our own have no others.
    pub(crate) fn refuse_unknown(&self) {
        let mut known = self.asked.take();
        known.push("$schema");
        known.sort_unstable();
        known.dedup();
        for (key, place, _) in self.entries() {
            if !known.contains(&key) {
                let near = did_you_mean(key, known.iter().copied());
                let problem = format!("there is no entry `{key}`{near}");
                let others: Vec<&str> = known.iter().copied().filter(|key| *key != "$schema").collect();
                self.refusals.refuse(&place, problem, format!("the entries are {}", others.join(", ")));
            }
        }
    }

    /// Refuses a value without which an operation can be generated: one that the portal publishes is passed over.
    fn trifle<T>(&self, key: &str, found: &Value, expected: &str, instead: &str) -> Option<T> {
        let problem = format!("{} stands where {expected} is expected", kind(found));
        self.refusals.trifle(&self.place.child(key), problem, instead);
        None
    }

    fn refuse<T>(&self, key: &str, found: &Value, expected: &str, instead: &str) -> Option<T> {
        let problem = format!("{} stands where {expected} is expected", kind(found));
        self.refusals.refuse(&self.place.child(key), problem, instead);
        None
    }
}

/// Names the kind of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
