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

impl Limits {
    /// Returns these limits, and of what they do not say those of another.
    pub(crate) fn or(self, other: Self) -> Self {
        let (min, max) = (self.minimum.is_some(), self.maximum.is_some());
        Self {
            minimum: self.minimum.or(other.minimum),
            maximum: self.maximum.or(other.maximum),
            excluded: (
                if min { self.excluded.0 } else { other.excluded.0 },
                if max { self.excluded.1 } else { other.excluded.1 },
            ),
            min_length: self.min_length.or(other.min_length),
            max_length: self.max_length.or(other.max_length),
            min_items: self.min_items.or(other.min_items),
            max_items: self.max_items.or(other.max_items),
            pattern: self.pattern.or(other.pattern),
        }
    }
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
        limits.refuse_upside_down(&object.place, refusals);
    }
    limits
}

impl Limits {
    /// Refuses limits that no value keeps to, and takes them away; where the portal publishes them, they are passed over.
    pub(crate) fn refuse_upside_down(&mut self, place: &Place, refusals: &Collector) {
        upside_down((&mut self.minimum, &mut self.maximum), ["minimum", "maximum"], place, refusals);
        upside_down((&mut self.min_length, &mut self.max_length), ["minLength", "maxLength"], place, refusals);
        upside_down((&mut self.min_items, &mut self.max_items), ["minItems", "maxItems"], place, refusals);
    }
}

fn upside_down<T: PartialOrd>(
    (least, most): (&mut Option<T>, &mut Option<T>),
    names: [&'static str; 2],
    place: &Place,
    refusals: &Collector,
) {
    if least.as_ref().zip(most.as_ref()).is_some_and(|(least, most)| least > most) {
        let problem = format!("`{}` is greater than `{}`", names[0], names[1]);
        refusals.trifle(&place.child(names[0]), problem, "exchange them, or mend one by the overlay");
        (*least, *most) = (None, None);
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
