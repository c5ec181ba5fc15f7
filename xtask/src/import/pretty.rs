//! JSON as the specs stand in the repository: one order of keys, and what fits on a line stands on one, so that a change is a small
//! difference.

use serde_json::{Map, Value};

/// How wide a line may be.
const WIDTH: usize = 120;

/// The keys that come first, in this order; the others follow by the alphabet.
const FIRST: [&str; 46] = [
    "$schema",
    "info",
    "id",
    "name",
    "in",
    "regionId",
    "errorCode",
    "summary",
    "title",
    "description",
    "errorMessage",
    "defaultVersion",
    "defaultRegion",
    "methods",
    "path",
    "schemes",
    "security",
    "operationType",
    "deprecated",
    "systemTags",
    "staticInfo",
    "style",
    "product",
    "version",
    "derived",
    "type",
    "$ref",
    "format",
    "required",
    "docRequired",
    "sensitive",
    "default",
    "example",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "parameters",
    "schema",
    "responses",
    "errorCodes",
    "endpoint",
];

/// The keys whose objects are names of the cloud's, which have no order but that of the alphabet.
const MAPS: [&str; 5] = ["properties", "schemas", "responses", "headers", "errorCodes"];

/// Writes a document.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, 0, false);
    out.push('\n');
    out
}

/// Writes a value; `used` is how much of the line stands before it.
fn write(out: &mut String, value: &Value, indent: usize, used: usize, is_map: bool) {
    let flat = flat(value, is_map);
    // The comma, too, has to fit.
    if indent > 0 && used + flat.chars().count() < WIDTH || !matches!(value, Value::Array(_) | Value::Object(_)) {
        out.push_str(&flat);
        return;
    }
    let inner = indent + 2;
    let pad = " ".repeat(inner);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            out.push_str("{\n");
            for (index, (key, value)) in ordered(entries, is_map).into_iter().enumerate() {
                let comma = if index == 0 { "" } else { ",\n" };
                let start = format!("{pad}{}: ", Value::String(key.clone()));
                out.push_str(comma);
                out.push_str(&start);
                write(out, value, inner, start.chars().count(), !is_map && MAPS.contains(&key.as_str()));
            }
            out.push_str(&format!("\n{}}}", " ".repeat(indent)));
        }
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ",\n" });
                out.push_str(&pad);
                write(out, item, inner, inner, false);
            }
            out.push_str(&format!("\n{}]", " ".repeat(indent)));
        }
        _ => out.push_str(&flat),
    }
}

/// Writes a value on one line.
fn flat(value: &Value, is_map: bool) -> String {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let entries = ordered(entries, is_map).into_iter().map(|(key, value)| {
                format!("{}: {}", Value::String(key.clone()), flat(value, !is_map && MAPS.contains(&key.as_str())))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flat(item, false)).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn ordered(entries: &Map<String, Value>, is_map: bool) -> Vec<(&String, &Value)> {
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by(|(a, _), (b, _)| if is_map { a.cmp(b) } else { rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)) });
    entries
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn what_fits_stands_on_one_line_and_keys_have_one_order() {
        let value = json!({
            "responses": { "200": { "schema": { "properties": { "type": { "type": "string" }, "Id": { "type": "string" } }, "type": "object" } } },
            "methods": ["post", "get"],
            "zebra": "z".repeat(120),
            "summary": "Does it."
        });
        let expected = format!(
            r#"{{
  "summary": "Does it.",
  "methods": ["post", "get"],
  "responses": {{
    "200": {{
      "schema": {{ "type": "object", "properties": {{ "Id": {{ "type": "string" }}, "type": {{ "type": "string" }} }} }}
    }}
  }},
  "zebra": "{}"
}}
"#,
            "z".repeat(120)
        );
        assert_eq!(text(&value), expected);
    }
}
