//! The parameters of one call, read with the refusals the gateway gives.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::clock::parse_utc;
use crate::refusal::Refusal;

/// The query and the form of a call, by name. A parameter without a value counts as absent.
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// Takes a value for what is absent.
    pub(crate) fn or(mut self, name: &str, value: String) -> Self {
        if self.optional(name).is_none() {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::missing(name))
    }

    pub(crate) fn integer(&self, name: &str, range: RangeInclusive<i32>) -> Result<Option<i32>, Refusal> {
        let Some(text) = self.optional(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            Ok(_) if *range.end() == i32::MAX => {
                Err(Refusal::invalid_parameter(&format!("{name} must be at least {}", range.start())))
            }
            Ok(_) => {
                Err(Refusal::invalid_parameter(&format!("{name} must be from {} to {}", range.start(), range.end())))
            }
            Err(_) => Err(Refusal::invalid_parameter(&format!("{name} must be an integer"))),
        }
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.optional(name) else {
            return Ok(None);
        };
        let time = parse_utc(text);
        time.map(Some)
            .ok_or_else(|| Refusal::invalid_parameter(&format!("{name} must be written as yyyy-MM-ddTHH:mm:ssZ")))
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Parameters {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
