//! Answers as JSON.

use serde_json::Value;

use crate::terminal::{Paint, Style, steers};

/// Writes a value over several lines.
pub(super) fn write(value: &Value, paint: Paint) -> String {
    let mut out = String::new();
    push(&mut out, value, 0, paint);
    out.push('\n');
    out
}

fn push(out: &mut String, value: &Value, depth: usize, paint: Paint) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (number, (name, value)) in fields.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                line(out, depth + 1);
                out.push_str(&paint.mark(Style::Cyan, &quoted(name)));
                out.push_str(": ");
                push(out, value, depth + 1, paint);
            }
            line(out, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                line(out, depth + 1);
                push(out, item, depth + 1, paint);
            }
            line(out, depth);
            out.push(']');
        }
        Value::String(text) => out.push_str(&paint.mark(Style::Green, &quoted(text))),
        Value::Null => out.push_str(&paint.mark(Style::Dim, "null")),
        other => out.push_str(&paint.mark(Style::Yellow, &other.to_string())),
    }
}

/// Writes a text as JSON does; what steers a terminal and JSON leaves as it is, too.
pub(super) fn quoted(text: &str) -> String {
    escaped(&Value::from(text).to_string())
}

/// Escapes in JSON what steers a terminal and JSON leaves as it is.
pub(crate) fn escaped(json: &str) -> String {
    let steers = |c: char| steers(c) || c == '\t';
    if !json.contains(steers) {
        return json.to_owned();
    }
    json.chars().map(|c| if steers(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}
