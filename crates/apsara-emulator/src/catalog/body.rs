//! Parameters that are the body of a request: JSON, XML, a form, or bytes.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::parameter::Parameter;
use super::read::{Unreadable, unflatten};
use super::schema::{DEEPEST, Kind, Schemas, kind, resolve};
use crate::request::WireRequest;

/// How deep the elements of an XML body may stand in each other; more is no body that a spec describes.
const DEEPEST_ELEMENT: usize = 64;

/// Reads a body; nothing if there is none.
pub(super) fn read(
    parameter: &Parameter,
    request: &WireRequest,
    schema: &Value,
    schemas: &Schemas,
) -> Result<Option<Value>, Unreadable> {
    if request.body.is_empty() {
        return Ok(None);
    }
    let kind = kind(schema);
    let content_type = request.header("content-type").unwrap_or("").to_ascii_lowercase();
    if parameter.style == "xml" || content_type.contains("xml") && kind == Kind::Object {
        let text = std::str::from_utf8(&request.body).map_err(|_| Unreadable)?;
        return read_xml(text).map(|value| Some(shaped(value, schema, schemas, DEEPEST)));
    }
    if !request.form.is_empty() {
        // Clients that know only forms flatten the body's properties into one.
        let pairs: Vec<_> = request.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        return match kind {
            Kind::List | Kind::Object | Kind::Any => unflatten(&pairs, schema, schemas, DEEPEST).map(Some),
            _ => Ok(Some(Value::String(String::from_utf8_lossy(&request.body).into_owned()))),
        };
    }
    match serde_json::from_slice(&request.body) {
        Ok(value) if kind != Kind::Text => Ok(Some(value)),
        Ok(Value::String(text)) => Ok(Some(Value::String(text))),
        // A text is sent as it is, and so are bytes, whose length is all that a spec could bound.
        _ if matches!(kind, Kind::Text | Kind::Any) => {
            Ok(Some(Value::String(String::from_utf8_lossy(&request.body).into_owned())))
        }
        _ => Err(Unreadable),
    }
}

/// Reads an entry of a body that several parameters make up; nothing if it is not there.
pub(super) fn entry(name: &str, request: &WireRequest) -> Result<Option<Value>, Unreadable> {
    if request.body.is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(mut entries)) => Ok(entries.remove(name).filter(|value| !value.is_null())),
        _ => Err(Unreadable),
    }
}

/// Reads a document: an element is an object of its children, a list where several have one name, a text without any.
/// The root's name is not in it.
fn read_xml(text: &str) -> Result<Value, Unreadable> {
    let mut reader = Reader::from_str(text);
    let mut root = None;
    loop {
        match reader.read_event().map_err(|_| Unreadable)? {
            Event::Start(_) if root.is_none() => root = Some(read_element(&mut reader, DEEPEST_ELEMENT)?),
            Event::Empty(_) if root.is_none() => root = Some(Value::Object(Map::new())),
            Event::Start(_) | Event::Empty(_) | Event::End(_) => return Err(Unreadable),
            Event::Eof => return root.ok_or(Unreadable),
            Event::Text(text) if !text.xml10_content().trim().is_empty() => return Err(Unreadable),
            _ => {}
        }
    }
}

/// Reads an element whose opening tag has been read.
fn read_element(reader: &mut Reader<&[u8]>, depth: usize) -> Result<Value, Unreadable> {
    let below = depth.checked_sub(1).ok_or(Unreadable)?;
    let (mut text, mut children) = (String::new(), Map::new());
    loop {
        match reader.read_event().map_err(|_| Unreadable)? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let child = read_element(reader, below)?;
                add(&mut children, name, child);
            }
            Event::Empty(start) => {
                let name = start.local_name().as_ref().to_owned();
                add(&mut children, name, Value::String(String::new()));
            }
            Event::End(_) if children.is_empty() => return Ok(Value::String(text)),
            Event::End(_) => return Ok(Value::Object(children)),
            Event::Text(more) => text.push_str(&more.xml10_content()),
            Event::CData(more) => text.push_str(&more.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().map_err(|_| Unreadable)? {
                Some(letter) => text.push(letter),
                None => {
                    let name = reference.xml10_content();
                    text.push_str(quick_xml::escape::resolve_predefined_entity(&name).ok_or(Unreadable)?);
                }
            },
            Event::Eof => return Err(Unreadable),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn add(children: &mut Map<String, Value>, name: String, child: Value) {
    match children.get_mut(&name) {
        None => {
            children.insert(name, child);
        }
        Some(Value::Array(list)) => list.push(child),
        Some(first) => *first = Value::Array(vec![first.take(), child]),
    }
}

/// Makes a list of what XML cannot tell from one: a single element, or an element around the items.
fn shaped(value: Value, schema: &Value, schemas: &Schemas, depth: usize) -> Value {
    let schema = resolve(schema, schemas);
    let Some(below) = depth.checked_sub(1) else {
        return value;
    };
    match (kind(schema), value) {
        (Kind::Object, Value::Object(mut fields)) => {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                // The name of an element may be another than the property's.
                let named = property["xml"]["name"].as_str().unwrap_or(key);
                if let Some(field) = fields.remove(named) {
                    fields.insert(key.clone(), shaped(field, property, schemas, below));
                }
            }
            Value::Object(fields)
        }
        (Kind::Object, Value::String(text)) if text.trim().is_empty() => Value::Object(Map::new()),
        (Kind::List, value) => {
            let items = match value {
                Value::Array(items) => items,
                Value::Object(mut fields) if fields.len() == 1 && fields.values().all(Value::is_array) => {
                    match fields.values_mut().next().map(Value::take) {
                        Some(Value::Array(items)) => items,
                        _ => Vec::new(),
                    }
                }
                one => vec![one],
            };
            Value::Array(items.into_iter().map(|item| shaped(item, &schema["items"], schemas, below)).collect())
        }
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_are_objects_lists_and_texts() {
        let schema = json!({ "type": "object", "properties": {
            "Rule": { "type": "array", "items": { "type": "object", "properties": { "ID": { "type": "string" } } } },
            "Note": { "type": "string" },
        } });
        let read = |text| read_xml(text).ok().map(|value| shaped(value, &schema, &Map::new(), DEEPEST));
        let expected = json!({ "Rule": [{ "ID": "a<b" }], "Note": "" });
        assert_eq!(read("<?xml version=\"1.0\"?>\n<X><Rule><ID>a&lt;b</ID></Rule><Note/></X>"), Some(expected));
        let expected = json!({ "Rule": [{ "ID": "1" }, { "ID": "2" }] });
        assert_eq!(read("<X><Rule><ID>1</ID></Rule><Rule><ID>2</ID></Rule></X>"), Some(expected));
    }

    #[test]
    fn what_is_no_document_cannot_be_read() {
        let deep = "<a>".repeat(100_000);
        for text in ["", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&nothing;</a>", &deep] {
            assert!(read_xml(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
