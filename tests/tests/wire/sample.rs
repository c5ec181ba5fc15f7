//! Values for parameters: within what the documents allow, and with every letter that clients disagree on.

use serde_json::{Map, Value, json};

/// Follows references to the schema itself.
pub(crate) fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let mut at = schema;
    // A chain that is longer goes in a circle.
    for _ in 0..9 {
        match at["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
            Some(name) => at = &document["components"]["schemas"][name],
            None => return at,
        }
    }
    &Value::Null
}

/// Makes a value for a parameter.
pub(crate) fn value(schema: &Value, document: &Value, place: &str) -> Value {
    of(schema, document, place, 0)
}

fn of(schema: &Value, document: &Value, place: &str, depth: usize) -> Value {
    let schema = resolved(schema, document);
    let has = |key: &str| schema[key].as_object().is_some_and(|entries| !entries.is_empty());
    match schema["type"].as_str() {
        Some("string") => text(schema, place),
        Some("boolean") => json!(true),
        Some("integer") => json!(within(schema, 7.0) as i64),
        Some("number") => json!(within(schema, 1.5)),
        Some("array") => list(schema, document, place, depth),
        Some("object") | None if has("properties") => {
            let properties = schema["properties"].as_object().unwrap();
            // What is deeper than this holds itself.
            let properties = properties.iter().filter(|_| depth < 6);
            let entries = properties.map(|(name, property)| (name.clone(), of(property, document, place, depth + 1)));
            Value::Object(entries.filter(|(_, value)| !is_nothing(value)).collect::<Map<_, _>>())
        }
        Some("object") if has("additionalProperties") => {
            let inner = of(&schema["additionalProperties"], document, place, depth + 1);
            json!({ "one": inner.clone(), "two": inner })
        }
        Some("object" | "any") | None => json!({ "a b": [1, "é"], "c": true }),
        Some(_) => Value::Null,
    }
}

/// Returns whether a value would not be sent.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn list(schema: &Value, document: &Value, place: &str, depth: usize) -> Value {
    let item = of(&schema["items"], document, place, depth + 1);
    if is_nothing(&item) {
        return json!([]);
    }
    let most = number(&schema["maxItems"]).unwrap_or(2.0) as usize;
    let least = number(&schema["minItems"]).unwrap_or(0.0) as usize;
    Value::Array(vec![item; 2.min(most).max(least)])
}

/// Makes a text. A header holds no letter beyond ASCII; everywhere else are those that mean something there.
fn text(schema: &Value, place: &str) -> Value {
    if schema["format"] == "binary" {
        return json!("YSBiJmM=");
    }
    if schema["pattern"].as_str().is_some_and(|pattern| !pattern.is_empty()) {
        // Every pattern that the documents have takes two digits; of another, our client tells.
        return json!("42");
    }
    let letters = match place {
        "header" => "a b;c=d",
        "host" => "label-1",
        "path" => "a b:c",
        _ => "a b&c=d+e/é%*~'中",
    };
    let least = number(&schema["minLength"]).unwrap_or(0.0) as usize;
    let most = number(&schema["maxLength"]).map_or(usize::MAX, |most| most as usize);
    let text: String = letters.chars().cycle().take(letters.chars().count().max(least).min(most)).collect();
    json!(text)
}

fn within(schema: &Value, wanted: f64) -> f64 {
    let least = number(&schema["minimum"]).unwrap_or(f64::MIN);
    let most = number(&schema["maximum"]).unwrap_or(f64::MAX);
    if least > most { wanted } else { wanted.clamp(least, most) }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
