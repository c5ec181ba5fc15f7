//! A value that is changed in the text of the official CLI's file, while all else stays as it is and where it is.

use std::ops::Range;

use serde_json::Value;

/// Sets a value of a profile: in its place, or else behind the profile's last one, written as that is. The text was read as JSON
/// before; nothing where it has no such profile.
pub(in crate::credentials) fn with_value(text: &str, profile: &str, name: &str, value: &Value) -> Option<String> {
    let root = members(text, text.find('{')?);
    let profiles = find(text, &root, "profiles").filter(|place| text[place.value.start..].starts_with('['))?;
    let is_it = |members: &Vec<Member>| {
        find(text, members, "name").and_then(|name| read(text, &name.value)).as_deref() == Some(profile)
    };
    let values = members(text, profiles.value.start).into_iter().map(|place| place.value.start);
    let objects = values.filter(|at| text[*at..].starts_with('{'));
    let members = objects.map(|at| members(text, at)).find(is_it)?;
    Some(match find(text, &members, name) {
        Some(Member { value: place, .. }) => format!("{}{value}{}", &text[..place.start], &text[place.end..]),
        None => {
            let last = members.last()?;
            let blank = &text[text[..last.name.start].trim_end().len()..last.name.start];
            let colon = &text[last.name.end..last.value.start];
            let (before, behind) = text.split_at(last.value.end);
            format!("{before},{blank}{}{colon}{value}{behind}", Value::from(name))
        }
    })
}

/// Where a value of an object stands, and its name with the quotation marks; in a list the name is empty.
struct Member {
    name: Range<usize>,
    value: Range<usize>,
}

/// Finds what an object has by a name: of several the last, as whoever reads the file does.
fn find<'a>(text: &str, members: &'a [Member], name: &str) -> Option<&'a Member> {
    members.iter().rfind(|member| read(text, &member.name).as_deref() == Some(name))
}

fn read(text: &str, place: &Range<usize>) -> Option<String> {
    serde_json::from_str(&text[place.clone()]).ok()
}

/// Finds the values of the object or the list that begins at a place.
fn members(text: &str, at: usize) -> Vec<Member> {
    let skip = |at: usize, marks: &[char]| {
        let rest = text.get(at..).unwrap_or_default();
        text.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || marks.contains(&c)).len()
    };
    let is_object = text[at..].starts_with('{');
    let mut members = Vec::new();
    let mut at = skip(at + 1, &[]);
    while at < text.len() && !text[at..].starts_with(['}', ']']) {
        let name = at..if is_object { end(text, at) } else { at };
        let start = skip(name.end, &[':']);
        let value = start..end(text, start);
        at = skip(value.end, &[',']);
        members.push(Member { name, value });
    }
    members
}

/// Returns where the value ends that begins at a place.
fn end(text: &str, at: usize) -> usize {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (index, byte) in text.bytes().enumerate().skip(at) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'{' | b'[' => depth += 1,
            // A number, a flag or null ends where something else begins.
            b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return index,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 && !is_text && matches!(byte, b'"' | b'}' | b']') {
            return index + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, name: &str, value: impl Into<Value>) -> Option<String> {
        with_value(text, "me", name, &value.into())
    }

    #[test]
    fn a_value_is_set_in_its_place_and_all_else_stays() {
        let text = "\u{feff}{\n\t\"z\": {\"profiles\": [1]},\n\t\"profiles\": [\n\t\t{\"name\": \"you\", \"token\": \"t\", \"n\": 18446744073709551617.50},\n\t\t{\n\t\t\t\"token\":\t\"a\\\"}]\",\n\t\t\t\"name\": \"m\\u0065\",\n\t\t\t\"list\": [{\"token\": \"]\"}, -1e400]\n\t\t},\n\t\t{\"name\": \"me\", \"token\": \"second\"}\n\t], \"a\": null\n}\n";
        assert_eq!(set(text, "token", "new").unwrap(), text.replace(r#""a\"}]""#, r#""new""#));
        let list = text.replace(r#"[{"token": "]"}, -1e400]"#, "7");
        assert_eq!(set(text, "list", 7).unwrap(), list);
        let behind = "-1e400],\n\t\t\t\"end\": 1\n";
        assert_eq!(set(text, "end", 1).unwrap(), text.replace("-1e400]\n", behind));
        let read = |text: &str| serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).unwrap();
        let small = text.replace("-1e400", "1");
        let changed = read(&set(&small, "token", "é\"\n").unwrap());
        assert_eq!(changed["profiles"][1]["token"], "é\"\n");
        assert_eq!(changed["profiles"][2], read(&small)["profiles"][2]);
    }

    #[test]
    fn where_a_name_stands_twice_the_one_that_is_read_is_changed() {
        let text = r#"{"profiles":[{"name":"me","t":0}],"profiles":[{"name":"x","t":1,"name":"me","t":2}]}"#;
        assert_eq!(set(text, "t", 3).unwrap(), text.replace(r#""t":2"#, r#""t":3"#));
        assert_eq!(set(text, "u", 3).unwrap(), text.replace(r#""t":2"#, r#""t":2,"u":3"#));
    }

    #[test]
    fn what_has_no_such_profile_is_not_changed() {
        for text in [
            "",
            "{",
            "{}",
            "[]",
            "{\"profiles\":3}",
            "{\"profiles\":{\"name\":\"me\"}}",
            "{\"profiles\":[[\"name\",\"me\"],\"me\",{\"n",
            "{\"profiles\":[]}",
        ] {
            assert_eq!(set(text, "t", 1), None, "{text}");
        }
    }
}
