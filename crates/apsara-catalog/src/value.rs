use serde_json::Value;

use crate::parameter::Schema;

/// Makes of a text what the documents say the value is.
///
/// # Errors
///
/// If it cannot be; the reason is the end of a sentence, without the value.
pub fn value(text: &str, schema: &Schema<'_>) -> Result<Value, String> {
    let json = |what: &str| serde_json::from_str::<Value>(text).map_err(|error| format!("must be {what}: {error}"));
    match schema.kind() {
        "string" => Ok(Value::String(text.to_owned())),
        "integer" => match text.trim().parse::<i64>() {
            Ok(number) => Ok(number.into()),
            Err(_) => text.trim().parse::<u64>().map(Value::from).map_err(|_| "must be an integer".to_owned()),
        },
        "number" => {
            let number = text.trim().parse::<serde_json::Number>().ok();
            number.map(Value::Number).ok_or_else(|| "must be a number".to_owned())
        }
        "boolean" => match text.trim() {
            "true" | "True" | "TRUE" => Ok(true.into()),
            "false" | "False" | "FALSE" => Ok(false.into()),
            _ => Err("must be true or false".to_owned()),
        },
        "array" if text.trim_start().starts_with('[') => json("a JSON list, or one item of it"),
        "array" => value(text, &schema.items()).map(|item| Value::Array(vec![item])),
        "object" => json("a JSON object").and_then(|value| match value {
            Value::Object(_) => Ok(value),
            _ => Err("must be a JSON object".to_owned()),
        }),
        // What may be anything is JSON if it can be, and else a text.
        _ => Ok(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))),
    }
}
