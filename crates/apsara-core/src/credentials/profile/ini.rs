//! A file of sections with `name = value` in their lines.

use super::without_mark;
use crate::error::Error;

/// A section, and what its lines say. The values may be secret, so it has no `Debug`.
pub(super) struct Section {
    pub(super) name: String,
    values: Vec<(String, String)>,
}

impl Section {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }
}

/// Reads all sections. Names are compared in lower case, and what follows a `#` is a comment, as the official SDK for Python
/// has it; so are lines that begin with `;`.
pub(super) fn read(text: &str) -> Result<Vec<Section>, Error> {
    let mut sections: Vec<Section> = Vec::new();
    for (index, line) in without_mark(text).lines().enumerate() {
        let refuse = |why: &str| Err(Error::config(format!("line {} {why}", index + 1)));
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            match rest.strip_suffix(']') {
                Some(name) => sections.push(Section { name: name.trim().to_owned(), values: Vec::new() }),
                None => return refuse("begins a section whose name does not end with `]`"),
            }
            continue;
        }
        let (Some((name, value)), Some(section)) = (line.split_once(['=', ':']), sections.last_mut()) else {
            return refuse(match sections.is_empty() {
                true => "stands in front of the first section; write for example [default] above it",
                false => "is neither a section nor `name = value`",
            });
        };
        section.values.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_values_are_read_without_comments() {
        let text =
            "# top\n[ default ]\nType = access_key # which\n; more\naccess_key_id=a\nempty =\n[b]\nurl: http://h/\n";
        let sections = read(text).unwrap();
        assert_eq!(sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(), ["default", "b"]);
        assert_eq!(sections[0].get("type"), Some("access_key"));
        assert_eq!(sections[0].get("access_key_id"), Some("a"));
        assert_eq!((sections[0].get("empty"), sections[1].get("url")), (None, Some("http://h/")));
    }

    #[test]
    fn what_is_none_of_it_is_refused_by_its_line_without_its_text() {
        for (text, told) in [
            ("canary = 1\n", "line 1 stands in front of the first section"),
            ("[default]\ncanary\n", "line 2 is neither a section nor"),
            ("[canary\n", "line 1 begins a section"),
        ] {
            let error = read(text).err().unwrap().to_string();
            assert!(error.contains(told) && !error.contains("canary"), "{error}");
        }
    }
}
