//! Documents of the portal, `api-docs.json`, as people have them.

use serde_json::Value;

/// Reads a document of the portal: also one that begins by a byte order mark, as editors and shells of Windows write it, and one that
/// is wrapped in `{ "code": …, "data": … }`, as the portal answers with it.
///
/// # Errors
///
/// Fails if it is no JSON.
pub fn document(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)).map(unwrapped)
}

/// Returns a document without what the portal may have wrapped it in.
#[must_use]
pub fn unwrapped(mut document: Value) -> Value {
    match document.get_mut("data").filter(|data| data.get("apis").is_some()) {
        Some(data) => data.take(),
        None => document,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_as_people_have_it() {
        let plain = r#"{ "info": {}, "apis": { "data": {} } }"#;
        let expected = document(plain.as_bytes()).unwrap();
        assert!(expected["apis"]["data"].is_object());
        let wrapped = format!(r#"{{ "code": 0, "data": {plain} }}"#);
        for text in [wrapped.clone(), format!("\u{feff}{plain}"), format!("\u{feff}{wrapped}")] {
            assert_eq!(document(text.as_bytes()).unwrap(), expected, "{text}");
        }
        assert!(document(b"{").is_err());
    }
}
