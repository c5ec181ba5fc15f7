//! Values that may be any JSON.

use std::ops::Deref;

use serde_json::Value;

/// Writes JSON compactly. `Display` would bring along what writes it over several lines.
pub(crate) fn written(value: &Value) -> String {
    // Keys are texts, and numbers are finite.
    serde_json::to_string(value).unwrap_or_default()
}

/// Shows any JSON, and brings along what writes it: a program in which no field holds any is linked without that.
#[derive(Clone, Copy)]
pub struct AnyJson<'a> {
    value: &'a Value,
    write: fn(&Value) -> String,
}

impl<'a> AnyJson<'a> {
    /// Shows a value.
    pub fn new(value: &'a Value) -> Self {
        Self { value, write: written }
    }

    /// Returns the value.
    pub(crate) fn value(self) -> &'a Value {
        self.value
    }

    /// Writes it compactly.
    pub(super) fn written(self) -> String {
        (self.write)(self.value)
    }

    /// Shows a value that was made of this one.
    pub(super) fn with<'b>(self, value: &'b Value) -> AnyJson<'b> {
        AnyJson { value, write: self.write }
    }
}

impl Deref for AnyJson<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value
    }
}
