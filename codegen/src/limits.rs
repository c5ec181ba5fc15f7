//! What a value must keep to.

use regex_lite::Regex;

use crate::json::Object;
use crate::refusal::{Collector, Place};

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
    let mut limits = Limits {
        minimum: object.number("minimum"),
        maximum: object.number("maximum"),
        excluded: (excluded("exclusiveMinimum"), excluded("exclusiveMaximum")),
        min_length: object.count("minLength"),
        max_length: object.count("maxLength"),
        min_items: object.count("minItems"),
        max_items: object.count("maxItems"),
        pattern: pattern(object, refusals),
    };
    if refusals.is_published() {
        // Whatever was meant, all values would be refused.
        for names in limits.refuse_upside_down(&object.place, refusals) {
            limits.clear(names);
        }
    }
    limits
}

/// The keys of two limits: of the least and of the most.
type Names = [&'static str; 2];

impl Limits {
    /// Refuses limits that no value keeps to; where the portal publishes them, they are passed over. Returns which they are.
    pub(crate) fn refuse_upside_down(&self, place: &Place, refusals: &Collector) -> Vec<Names> {
        let mut all: Vec<(Names, bool)> = Vec::new();
        all.push((["minimum", "maximum"], self.minimum.zip(self.maximum).is_some_and(|(least, most)| least > most)));
        let counts = [
            (["minLength", "maxLength"], self.min_length.zip(self.max_length)),
            (["minItems", "maxItems"], self.min_items.zip(self.max_items)),
        ];
        all.extend(counts.map(|(names, both)| (names, both.is_some_and(|(least, most)| least > most))));
        all.retain(|(_, is_upside_down)| *is_upside_down);
        for ([least, most], _) in &all {
            let problem = format!("`{least}` is greater than `{most}`");
            refusals.trifle(&place.child(least), problem, "exchange them, or mend one by the overlay");
        }
        all.into_iter().map(|(names, _)| names).collect()
    }

    fn clear(&mut self, names: Names) {
        match names[0] {
            "minimum" => (self.minimum, self.maximum) = (None, None),
            "minLength" => (self.min_length, self.max_length) = (None, None),
            _ => (self.min_items, self.max_items) = (None, None),
        }
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
