//! What a parameter is: its name, where it travels, what it holds, and what it must be.

use serde_json::Value;

use crate::record::{Documents, Known, Location, Meta, Pattern, Shape, fill_path};
use crate::sensitive::is_sensitive_name;

/// Describes a parameter, or a field of an object that one holds.
///
/// Unless it is said otherwise it is an optional one of the query that holds any JSON; lists and objects are written as `Name.1`
/// and `Name.Key` there.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Parameter {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) location: Location,
    pub(super) again: Vec<Location>,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) sensitive: bool,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
    pub(super) excluded: (bool, bool),
    pub(super) length: (usize, usize),
    pub(super) items: (usize, usize),
    pub(super) pattern: Option<String>,
    pub(super) texts: Vec<String>,
    pub(super) numbers: Vec<i64>,
}

/// Says what a parameter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A boolean.
    Bool,
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// A number.
    Number,
    /// A text.
    Text,
    /// Bytes, which are given as Base64.
    Bytes,
    /// Any JSON.
    Json,
    /// A list.
    List(Box<Kind>),
    /// An object whose keys are not known.
    Map(Box<Kind>),
    /// An object of the description, by its name there.
    Object(String),
}

impl Kind {
    /// Returns the value that a text stands for, as a command line has it: a list or an object is JSON, everything else is
    /// written as it is.
    ///
    /// # Errors
    ///
    /// Fails with what was expected; the text itself is not in it.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let number = |what: &str| format!("expected {what}, found a text that is none");
        match self {
            Self::Text | Self::Bytes => Ok(text.into()),
            Self::Bool => text.parse::<bool>().map(Value::from).map_err(|_| "expected true or false".to_owned()),
            Self::Int32 => text.parse::<i32>().map(Value::from).map_err(|_| number("a 32-bit integer")),
            Self::Int64 => text.parse::<i64>().map(Value::from).map_err(|_| number("a 64-bit integer")),
            // JSON has no other: they would be null, which is none.
            Self::Number => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(value.into()),
                _ => Err(number("a number")),
            },
            Self::Json => Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into())),
            Self::List(_) | Self::Map(_) | Self::Object(_) => {
                let what = if matches!(self, Self::List(_)) { "a list" } else { "an object" };
                let at = |error: serde_json::Error| {
                    format!("expected {what} in JSON, found none (column {})", error.column())
                };
                serde_json::from_str(text).map_err(at)
            }
        }
    }
}

impl Parameter {
    /// Describes an optional parameter of the query that holds any JSON. Whether it is sensitive is told by its name.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            sensitive: is_sensitive_name(&name),
            name,
            kind: Kind::Json,
            location: Location::Query,
            again: Vec::new(),
            shape: Shape::Flat,
            required: false,
            least: None,
            most: None,
            excluded: (false, false),
            length: (0, usize::MAX),
            items: (0, usize::MAX),
            pattern: None,
            texts: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Says what it holds.
    pub fn of(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Says where it travels.
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// Says that it travels elsewhere as well.
    pub fn also_at(mut self, location: Location) -> Self {
        self.again.push(location);
        self
    }

    /// Says how a list or an object becomes text.
    pub fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Refuses a call without it.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says whether its value must be kept from being seen.
    pub fn sensitive(mut self, sensitive: bool) -> Self {
        self.sensitive = sensitive;
        self
    }

    /// Limits a number from below, the limit included.
    pub fn at_least(mut self, least: f64) -> Self {
        (self.least, self.excluded.0) = (Some(least), false);
        self
    }

    /// Limits a number from above, the limit included.
    pub fn at_most(mut self, most: f64) -> Self {
        (self.most, self.excluded.1) = (Some(most), false);
        self
    }

    /// Limits a number from below, the limit excluded.
    pub fn more_than(mut self, least: f64) -> Self {
        (self.least, self.excluded.0) = (Some(least), true);
        self
    }

    /// Limits a number from above, the limit excluded.
    pub fn less_than(mut self, most: f64) -> Self {
        (self.most, self.excluded.1) = (Some(most), true);
        self
    }

    /// Limits the length of a text, in characters, both ends included.
    pub fn length(mut self, least: usize, most: usize) -> Self {
        self.length = (least, most);
        self
    }

    /// Limits the number of elements, both ends included.
    pub fn items(mut self, least: usize, most: usize) -> Self {
        self.items = (least, most);
        self
    }

    /// Wants a text to match a regular expression, somewhere unless it says where. One that `regex-lite` cannot read is no rule.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = Some(pattern.into());
        self
    }

    /// Lists the texts that are documented; another one is a warning.
    pub fn one_of(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.texts = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Lists the integers that are documented; another one is a warning.
    pub fn one_of_numbers(mut self, numbers: impl IntoIterator<Item = i64>) -> Self {
        self.numbers = numbers.into_iter().collect();
        self
    }

    /// Returns the name on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it holds.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Returns where it travels.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// Returns whether a call without it is refused.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Returns whether its value must be kept from being seen.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// Returns the texts that are documented; empty if none are.
    #[must_use]
    pub fn documented(&self) -> &[String] {
        &self.texts
    }

    /// Returns the row of another place where it travels too.
    pub(super) fn meta_again(&self, location: Location) -> Meta<'_> {
        let (path, documents) = (Some(fill_path as _), Some(Documents::new()));
        Meta { location, again: true, path, documents, ..Meta::new(&self.name) }
    }

    /// Returns the row that encoder, validation and `Debug` walk.
    pub(super) fn meta(&self) -> Meta<'_> {
        Meta {
            location: self.location,
            shape: self.shape,
            path: Some(fill_path),
            documents: Some(Documents::new()),
            required: self.required,
            sensitive: self.sensitive,
            least: self.least,
            most: self.most,
            excluded: self.excluded,
            length: self.length,
            items: self.items,
            pattern: self.pattern.as_deref().map(Pattern::new),
            known: match (&self.texts[..], &self.numbers[..]) {
                ([], []) => Known::Any,
                ([], numbers) => Known::Numbers(numbers),
                (texts, _) => Known::Described(texts),
            },
            ..Meta::new(&self.name)
        }
    }
}
