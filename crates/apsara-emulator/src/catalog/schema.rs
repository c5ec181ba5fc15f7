//! Schemas, and those that they refer to.

use serde_json::{Map, Value};

/// How deep schemas are followed: some contain themselves.
pub(super) const DEEPEST: usize = 12;

/// The schemas of a product that others refer to.
pub(super) type Schemas = Map<String, Value>;

/// Follows references to the schema that says something; what leads nowhere says nothing.
pub(super) fn resolve<'s>(mut schema: &'s Value, schemas: &'s Schemas) -> &'s Value {
    for _ in 0..DEEPEST {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return schema;
        };
        let name = reference.strip_prefix("#/components/schemas/").unwrap_or(reference);
        schema = schemas.get(name).unwrap_or(&Value::Null);
    }
    &Value::Null
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    List,
    Object,
    Any,
}

/// Tells the kind of a resolved schema; what names none is known by its parts.
pub(super) fn kind(schema: &Value) -> Kind {
    match schema["type"].as_str() {
        Some("string") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::List,
        Some("object") => Kind::Object,
        _ if schema.get("properties").is_some() => Kind::Object,
        _ if schema.get("items").is_some() => Kind::List,
        _ => Kind::Any,
    }
}

/// Reads a bound, which specs write as a number or as a text; what is no finite number bounds nothing.
pub(super) fn bound(schema: &Value, name: &str) -> Option<f64> {
    let value = schema.get(name)?;
    let number: f64 = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// Reads a count, which specs write as a number or as a text.
pub(super) fn count(schema: &Value, name: &str) -> Option<usize> {
    let value = schema.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).and_then(|count| usize::try_from(count).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_finite_number_bounds_nothing() {
        for (written, expected) in [
            (json!(2), Some(2.0)),
            (json!(" -1.5 "), Some(-1.5)),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!("1e999"), None),
            (json!("many"), None),
            (json!(null), None),
        ] {
            assert_eq!(bound(&json!({ "minimum": written }), "minimum"), expected, "{written}");
        }
    }
}
