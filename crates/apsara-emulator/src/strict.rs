//! Reading documents that people write: everything that is wrong is told at once, by its JSON path.

mod once;

use std::fmt;

use serde_json::{Map, Value};

pub(crate) use self::once::read;

/// How alike two words are, from 0 to 1, for one to be offered in the place of the other.
const ALIKE: f64 = 0.8;

/// What is wrong at one place of a document, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// The JSON path; empty for the document as a whole.
    pub(crate) at: String,
    pub(crate) reason: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.at, self.reason) }
    }
}

/// Everything that is wrong with a document, in the order in which it was found.
#[derive(Debug, Default)]
pub(crate) struct Flaws(Vec<Flaw>);

impl Flaws {
    pub(crate) fn note(&mut self, at: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Flaw { at: at.into(), reason: reason.into() });
    }

    /// Notes that an object lacks a key.
    pub(crate) fn note_missing(&mut self, at: &str, key: &str) {
        self.note(at, missing(key));
    }

    /// Whether that has been noted, so that nothing else need be said of the key.
    pub(crate) fn is_missing(&self, at: &str, key: &str) -> bool {
        self.0.iter().any(|flaw| flaw.at == at && flaw.reason == missing(key))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Flaw> {
        self.0
    }
}

/// An object of which nothing but known keys is read.
pub(crate) struct Object<'v> {
    pub(crate) at: String,
    fields: &'v Map<String, Value>,
}

impl<'v> Object<'v> {
    /// Takes an object, and notes every key that it should not have.
    pub(crate) fn read(value: &'v Value, at: &str, known: &[&str], flaws: &mut Flaws) -> Option<Self> {
        let Some(fields) = value.as_object() else {
            flaws.note(at, "must be an object");
            return None;
        };
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            let hint = did_you_mean(key, known).map_or_else(
                || format!("; known are {}", known.join(", ")),
                |known| format!("; did you mean \"{known}\"?"),
            );
            flaws.note(at, format!("\"{key}\" is not known here{hint}"));
        }
        Some(Self { at: at.to_owned(), fields })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'v Value> {
        self.fields.get(key)
    }

    /// The path of a property.
    pub(crate) fn path(&self, key: &str) -> String {
        join(&self.at, key)
    }

    /// A text that must be there and hold something; empty if that was noted.
    pub(crate) fn text(&self, key: &str, flaws: &mut Flaws) -> &'v str {
        if self.get(key).is_none() {
            flaws.note_missing(&self.at, key);
            return "";
        }
        self.optional_text(key, flaws).unwrap_or("")
    }

    pub(crate) fn optional_text(&self, key: &str, flaws: &mut Flaws) -> Option<&'v str> {
        let value = self.get(key)?;
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            flaws.note(self.path(key), "must be a text that is not empty");
        }
        text
    }

    pub(crate) fn flag(&self, key: &str, default: bool, flaws: &mut Flaws) -> bool {
        match self.get(key) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                flaws.note(self.path(key), "must be true or false");
                default
            }
        }
    }

    /// The items of a list that may be absent, each with its path.
    pub(crate) fn list(&self, key: &str, flaws: &mut Flaws) -> Vec<(String, &'v Value)> {
        let at = self.path(key);
        match self.get(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect()
            }
            Some(_) => {
                flaws.note(at, "must be a list");
                Vec::new()
            }
        }
    }

    /// The items of a list of texts that may be absent.
    pub(crate) fn texts(&self, key: &str, flaws: &mut Flaws) -> Vec<&'v str> {
        let items = self.list(key, flaws);
        let text = |(at, item): (String, &'v Value)| {
            let text = item.as_str().filter(|text| !text.is_empty());
            if text.is_none() {
                flaws.note(at, "must be a text that is not empty");
            }
            text
        };
        items.into_iter().filter_map(text).collect()
    }
}

fn missing(key: &str) -> String {
    format!("\"{key}\" is missing")
}

/// Puts a key behind a path.
pub(crate) fn join(at: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match (at.is_empty(), is_plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{at}.{key}"),
        (_, false) => format!("{at}[{key:?}]"),
    }
}

/// Finds the known word that a word was most likely meant to be.
pub(crate) fn did_you_mean<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&word, &known.to_lowercase());
    let best = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(best) >= ALIKE).then_some(best)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_is_told_at_once_by_its_path() {
        let value = json!({ "nmae": 1, "keys": [1, "a", ""], "flag": "yes", "text": 7, "x-y": 1 });
        let mut flaws = Flaws::default();
        let object = Object::read(&value, "accounts[0]", &["name", "keys", "flag", "text"], &mut flaws).unwrap();
        assert_eq!(object.text("name", &mut flaws), "");
        assert_eq!(object.texts("keys", &mut flaws), ["a"]);
        assert!(object.flag("flag", true, &mut flaws));
        assert_eq!(object.optional_text("text", &mut flaws), None);
        let told: Vec<_> = flaws.into_vec().iter().map(Flaw::to_string).collect();
        assert_eq!(
            told,
            [
                "accounts[0]: \"nmae\" is not known here; did you mean \"name\"?",
                "accounts[0]: \"x-y\" is not known here; known are name, keys, flag, text",
                "accounts[0]: \"name\" is missing",
                "accounts[0].keys[0]: must be a text that is not empty",
                "accounts[0].keys[2]: must be a text that is not empty",
                "accounts[0].flag: must be true or false",
                "accounts[0].text: must be a text that is not empty",
            ]
        );
        assert!(Object::read(&json!([]), "a", &[], &mut Flaws::default()).is_none());
    }

    #[test]
    fn a_key_that_is_no_word_is_quoted_in_a_path() {
        assert_eq!(join("", "Statement"), "Statement");
        assert_eq!(join("Condition", "acs:SourceIp"), "Condition[\"acs:SourceIp\"]");
    }
}
