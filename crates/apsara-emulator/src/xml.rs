//! Answers as XML: an object is its fields, a list is its name over and over.

use std::borrow::Cow;

use serde_json::Value;

/// Writes a document whose root has this name.
pub(crate) fn write(root: &str, body: &Value) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    match body {
        // A document has one root: a list is an element around its items.
        Value::Array(items) => {
            text.push_str(&format!("<{root}>"));
            items.iter().for_each(|item| write_element(&mut text, "item", item));
            text.push_str(&format!("</{root}>"));
        }
        body => write_element(&mut text, root, body),
    }
    text
}

fn write_element(text: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        for item in items {
            write_element(text, name, item);
        }
        return;
    }
    text.push_str(&format!("<{name}>"));
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                write_element(text, field, value);
            }
        }
        Value::String(plain) => text.push_str(&escape(plain)),
        Value::Null => {}
        other => text.push_str(&other.to_string()),
    }
    text.push_str(&format!("</{name}>"));
}

fn escape(plain: &str) -> Cow<'_, str> {
    if !plain.contains(|letter: char| letter.is_control() || "&<>\"'\u{fffe}\u{ffff}".contains(letter)) {
        return Cow::Borrowed(plain);
    }
    let mut escaped = String::with_capacity(plain.len() + 16);
    for letter in plain.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(letter))),
            // XML 1.0 has no way at all to write the other control characters.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_repeat_their_name_and_text_is_escaped() {
        let body = serde_json::json!({ "A": ["1 < 2", "b&c"], "B": { "C": 3 }, "D": "\u{1}\n" });
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><A>1 &lt; 2</A><A>b&amp;c</A><B><C>3</C></B><D>\u{fffd}&#10;</D></R>";
        assert_eq!(write("R", &body), expected);
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><item>1</item><item>2</item></R>";
        assert_eq!(write("R", &serde_json::json!([1, 2])), expected);
    }
}
