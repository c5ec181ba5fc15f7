//! Answers in XML, as the value that the decoder walks: an element is a map of its children, a list where several have one name,
//! a text where it has none. Attributes say nothing that a table has a field for.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::Error as _;
use serde_json::{Error, Map, Value};

/// An element that is not closed yet.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    children: Map<String, Value>,
}

/// How deep elements may stand in each other, so that no answer exhausts the stack. The reader of JSON, which decodes them, takes as
/// many levels, and a list is one of its own.
const DEEPEST: usize = 127;

/// Reads a document: the name of its root element, and what is in it.
pub(crate) fn read(body: &[u8]) -> Result<(String, Value), Error> {
    let text = std::str::from_utf8(body).map_err(Error::custom)?;
    let mut reader = Reader::from_str(text);
    let mut open = vec![Open::default()];
    loop {
        let event = reader.read_event();
        let event =
            event.map_err(|error| Error::custom(format_args!("{error} at byte {}", reader.error_position())))?;
        match event {
            Event::Start(_) if open.len() > DEEPEST => {
                return Err(Error::custom(format_args!("the XML is nested more than {DEEPEST} deep")));
            }
            Event::Start(start) => open.push(Open { name: start.local_name().as_ref().to_owned(), ..Open::default() }),
            Event::Empty(start) => {
                let closed = Open { name: start.local_name().as_ref().to_owned(), ..Open::default() };
                close(&mut open, closed);
            }
            Event::End(_) => {
                let Some(closed) = open.pop() else { return Err(Error::custom("an element ends that never began")) };
                close(&mut open, closed);
            }
            Event::Text(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text.xml10_content());
                }
            }
            Event::CData(text) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&resolve(&reference)?);
                }
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let innermost = open.pop().unwrap_or_default();
    if !open.is_empty() {
        return Err(Error::custom(format_args!("the XML ends inside of `{}`", innermost.name)));
    }
    let mut roots = innermost.children.into_iter();
    match (roots.next(), roots.next()) {
        (Some(root), None) => Ok(root),
        _ => Err(Error::custom("the XML has not exactly one root element")),
    }
}

/// Returns the character of a reference such as `&lt;` or `&#10;`; documents define no others.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, Error> {
    if let Some(letter) = reference.resolve_char_ref().map_err(Error::custom)? {
        return Ok(letter.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| Error::custom(format_args!("there is no entity `&{name};`")))
}

/// Puts a closed element into the one around it.
fn close(open: &mut [Open], closed: Open) {
    let value = match closed.children.is_empty() {
        true => Value::String(closed.text),
        false => Value::Object(closed.children),
    };
    let Some(parent) = open.last_mut() else { return };
    match parent.children.get_mut(&closed.name) {
        None => {
            parent.children.insert(closed.name, value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn an_element_is_its_children_or_its_text() {
        let (root, content) = read(
            br#"<?xml version="1.0" encoding="UTF-8"?>
            <!-- who has what -->
            <Result xmlns="http://doc">
              <Owner><Id>1</Id><Name>a &amp; b&#33; <![CDATA[<c>]]></Name></Owner>
              <Bucket><Name>one</Name></Bucket><Bucket><Name>two</Name></Bucket>
              <Empty/>
            </Result>"#,
        )
        .unwrap();
        assert_eq!(root, "Result");
        let expected = json!({
            "Owner": { "Id": "1", "Name": "a & b! <c>" },
            "Bucket": [{ "Name": "one" }, { "Name": "two" }],
            "Empty": "",
        });
        assert_eq!(content, expected);
    }

    #[test]
    fn no_document_is_deeper_than_the_stack() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(read(nested(127).as_bytes()).is_ok());
        let error = read(nested(100_000).as_bytes()).unwrap_err().to_string();
        assert!(error.contains("more than 127 deep"), "{error}");
    }

    #[test]
    fn what_is_no_document_is_told() {
        for (text, message) in [
            ("<a><b></a>", "at byte"),
            ("<a><b>", "the XML ends inside of `b`"),
            ("<a>&nbsp;</a>", "there is no entity `&nbsp;`"),
            ("<!-- nothing -->", "not exactly one root"),
            ("<a/><b/>", "not exactly one root"),
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
