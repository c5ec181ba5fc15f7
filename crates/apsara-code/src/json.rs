//! JSON in which some values are not known yet, because they come from the environment where the code runs.

use serde_json::Number;

/// A value that must not be seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Secret {
    /// The variable of the environment that holds it.
    pub(crate) variable: String,
    pub(crate) is: Leaf,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Text,
    Integer,
    Number,
    Bool,
    /// Bytes, as they are in the variable, and Base64 in JSON.
    Bytes,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    Secret(Secret),
}

impl Json {
    /// Returns it as it is, unless a secret is in it.
    pub(crate) fn known(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(value) => value.clone().into(),
            Self::Text(value) => value.as_str().into(),
            Self::List(items) => serde_json::Value::Array(items.iter().map(Self::known).collect::<Option<_>>()?),
            Self::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| Some((key.clone(), value.known()?)));
                serde_json::Value::Object(entries.collect::<Option<_>>()?)
            }
            Self::Secret(_) => return None,
        })
    }

    /// Returns what a pair of a query or a form says, unless it is a list, an object or a secret.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            // JSON may have an exponent; the runtime writes none.
            Self::Number(value) if value.is_f64() => value.as_f64().map(|value| value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Text(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// Returns one pair for each leaf, `Name.1`, `Name.1.Key`, `Name.Key`, as the runtime sends them; elements count from 1.
    pub(crate) fn flat<'j>(&'j self, name: &str) -> Vec<(String, &'j Self)> {
        match self {
            Self::Null => Vec::new(),
            Self::List(items) => {
                let items = items.iter().enumerate();
                items.flat_map(|(index, item)| item.flat(&format!("{name}.{}", index + 1))).collect()
            }
            Self::Object(entries) => {
                entries.iter().flat_map(|(key, value)| value.flat(&format!("{name}.{key}"))).collect()
            }
            leaf => vec![(name.to_owned(), leaf)],
        }
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(value) => Self::Number(value),
            serde_json::Value::String(value) => Self::Text(value),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => {
                Self::Object(entries.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}
