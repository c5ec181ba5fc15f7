//! JSON that is written.

use serde_json::Value;

/// Writes JSON compactly. `Display` would bring along what writes it over several lines.
pub(crate) fn written(value: &Value) -> String {
    // Keys are texts, and numbers are finite.
    serde_json::to_string(value).unwrap_or_default()
}
