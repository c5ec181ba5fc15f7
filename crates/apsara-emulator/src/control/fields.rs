//! Reading JSON strictly: what nobody knows is refused, with the name that may have been meant.

use serde_json::{Map, Value};

use super::Wrong;
use crate::strict::did_you_mean;

/// The fields of an object, and where it stands.
pub(super) struct Fields<'a> {
    at: String,
    fields: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Reads the object that is all of a body or of a query.
    pub(super) fn root(value: &'a Value, known: &[&str]) -> Result<Self, Wrong> {
        Self::new(String::new(), value, known)
    }

    pub(super) fn new(at: String, value: &'a Value, known: &[&str]) -> Result<Self, Wrong> {
        let Some(fields) = value.as_object() else {
            return Err(Wrong::new(at, "must be an object"));
        };
        let read = Self { at, fields };
        match fields.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(read.unknown(key, known)),
            None => Ok(read),
        }
    }

    fn unknown(&self, key: &str, known: &[&str]) -> Wrong {
        let near = suggestion(key, known.iter().copied());
        let all = if known.is_empty() { "nothing is".to_owned() } else { known.join(", ") };
        Wrong::new(self.at(key), format!("is not known{near}; known here: {all}"))
    }

    /// Where a field stands, such as `rule.calls.from`.
    pub(super) fn at(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    pub(super) fn wrong(&self, key: &str, reason: impl Into<String>) -> Wrong {
        Wrong::new(self.at(key), reason)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key)
    }

    /// All fields, in their order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.fields.iter()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Wrong> {
        self.read(key, "must be a text", Value::as_str)
    }

    pub(super) fn required_text(&self, key: &str) -> Result<&'a str, Wrong> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn missing(&self, key: &str) -> Wrong {
        self.wrong(key, "is required")
    }

    /// A whole number from 0; in a query it is a text.
    pub(super) fn whole(&self, key: &str) -> Result<Option<u64>, Wrong> {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        self.read(key, "must be a whole number from 0", number)
    }

    pub(super) fn integer(&self, key: &str) -> Result<Option<i64>, Wrong> {
        self.read(key, "must be a whole number", Value::as_i64)
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, Wrong> {
        self.read(key, "must be a number", Value::as_f64)
    }

    /// True or false; in a query it is a text.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Wrong> {
        let flag = |value: &Value| value.as_bool().or_else(|| value.as_str()?.parse().ok());
        self.read(key, "must be true or false", flag)
    }

    fn read<T>(&self, key: &str, reason: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Wrong> {
        match self.fields.get(key) {
            Some(value) => read(value).map(Some).ok_or_else(|| self.wrong(key, reason)),
            None => Ok(None),
        }
    }
}

/// Says which name may have been meant; empty if none is near.
pub(super) fn suggestion<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> String {
    let near = did_you_mean(given, &known.collect::<Vec<_>>());
    near.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_told_with_the_one_that_may_be_meant() {
        let value = serde_json::json!({ "operatoin": "A" });
        let wrong = Fields::new("rule".to_owned(), &value, &["fault", "operation"]).err();
        let reason = "is not known; did you mean operation?; known here: fault, operation";
        assert_eq!(wrong, Some(Wrong::new("rule.operatoin", reason)));
        assert_eq!(suggestion("colour", ["fault", "operation"].into_iter()), "");
    }
}
