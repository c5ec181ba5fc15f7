//! What a value must keep to.

use regex_lite::Regex;

use crate::json::Object;
use crate::refusal::Collector;

/// The numbers that a value must keep to, both ends included unless they are excluded, and the pattern that it must match.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    /// Whether the least and the greatest number are not allowed themselves.
    pub(crate) excluded: (bool, bool),
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    /// A regular expression that the runtime can compile.
    pub(crate) pattern: Option<String>,
}

/// Reads the limits of a schema.
pub(crate) fn limits(object: &Object<'_>, refusals: &Collector) -> Limits {
    let excluded = |key| object.flag(key).unwrap_or(false);
    Limits {
        minimum: object.number("minimum"),
        maximum: object.number("maximum"),
        excluded: (excluded("exclusiveMinimum"), excluded("exclusiveMaximum")),
        min_length: object.count("minLength"),
        max_length: object.count("maxLength"),
        min_items: object.count("minItems"),
        max_items: object.count("maxItems"),
        pattern: pattern(object, refusals),
    }
}

/// Reads a pattern. One that the runtime's engine cannot compile is refused; it has neither look-around nor back-references.
fn pattern(object: &Object<'_>, refusals: &Collector) -> Option<String> {
    let pattern = object.text("pattern").filter(|pattern| !pattern.is_empty())?;
    if let Err(error) = Regex::new(&pattern) {
        let problem = format!("the pattern `{pattern}` cannot be checked: {error}");
        let instead = "write it without look-around and back-references, or remove it";
        refusals.trifle(&object.place.child("pattern"), problem, instead);
        return None;
    }
    Some(pattern)
}
