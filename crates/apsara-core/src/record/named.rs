//! Enums of named values that may grow.

use super::value::AnyNamed;

/// An enum of values that the documents name, with room for those that they do not.
pub trait Named: Clone + Send + Sync + 'static {
    /// Every named value beside the text that stands on the wire.
    const VALUES: &'static [(&'static str, Self)];
    /// Creates the variant for a value that has no name.
    fn unknown(value: UnknownValue) -> Self;
    /// Returns the value of the variant for values without a name.
    fn as_unknown(&self) -> Option<&UnknownValue>;
}

/// Holds a value that has no name yet. Match on the enum's `as_str()`: a later version may name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnknownValue(String);

/// Returns the named value for a text, or the unknown one that holds it.
pub fn named_from<T: Named>(value: &str) -> T {
    T::VALUES
        .iter()
        .find(|(text, _)| *text == value)
        .map_or_else(|| T::unknown(UnknownValue(value.to_owned())), |(_, named)| named.clone())
}

/// Returns the text that stands on the wire.
pub fn named_as_str<T: Named>(value: &T) -> &str {
    if let Some(unknown) = value.as_unknown() {
        return &unknown.0;
    }
    let variant = std::mem::discriminant(value);
    T::VALUES.iter().find(|(_, named)| std::mem::discriminant(named) == variant).map_or("", |(text, _)| *text)
}

/// Returns every value that has a name, as it stands on the wire.
pub(super) fn named_values<T: Named>() -> Vec<&'static str> {
    T::VALUES.iter().map(|(text, _)| *text).collect()
}

impl<T: Named> AnyNamed for T {
    fn set(&mut self, value: &str) {
        *self = named_from(value);
    }
}
