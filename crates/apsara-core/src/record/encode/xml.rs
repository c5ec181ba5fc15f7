//! Bodies in XML: an entry is an element, a list an element for each of its own, a scalar the text of its element.

use quick_xml::escape::escape;
use serde_json::Value;

use super::super::json::written;

/// Writes a document whose root is the one entry of the body.
///
/// # Errors
///
/// Fails with the reason where there is no single root, or where a name cannot be that of an element.
pub(super) fn write(body: &Value) -> Result<Vec<u8>, String> {
    let single = |value: &Value| !value.is_array() && !value.is_null();
    let root = body.as_object().filter(|entries| entries.len() == 1 && entries.values().all(single));
    let Some((name, content)) = root.and_then(|entries| entries.iter().next()) else {
        return Err("must have exactly one entry: the root of an XML document".to_owned());
    };
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    element(&mut out, name, content)?;
    Ok(out.into_bytes())
}

fn element(out: &mut String, name: &str, content: &Value) -> Result<(), String> {
    let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
    if !is_name {
        return Err(format!("`{name}` cannot be the name of an XML element"));
    }
    match content {
        Value::Null => return Ok(()),
        Value::Array(list) => return list.iter().try_for_each(|item| element(out, name, item)),
        Value::Object(entries) => {
            out.push_str(&format!("<{name}>"));
            entries.iter().try_for_each(|(name, content)| element(out, name, content))?;
        }
        Value::String(text) => out.push_str(&format!("<{name}>{}", escape(text.as_str()))),
        scalar => out.push_str(&format!("<{name}>{}", written(scalar))),
    }
    out.push_str(&format!("</{name}>"));
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::write;

    #[test]
    fn an_entry_is_an_element_and_a_list_several() {
        let body = json!({ "Delete": { "Quiet": true, "Object": [{ "Key": "a<b" }, { "Key": "c" }], "None": null } });
        let written = String::from_utf8(write(&body).unwrap()).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Delete><Object><Key>a&lt;b</Key></Object>\
                        <Object><Key>c</Key></Object><Quiet>true</Quiet></Delete>";
        assert_eq!(written, expected);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert!(write(&json!({ "One": 1, "Two": 2 })).unwrap_err().contains("exactly one entry"));
        assert!(write(&json!({ "List": [1, 2] })).unwrap_err().contains("exactly one entry"));
        assert!(write(&json!({ "a b": 1 })).unwrap_err().contains("`a b` cannot be the name"));
    }
}
