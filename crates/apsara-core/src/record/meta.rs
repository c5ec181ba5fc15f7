//! Facts about a field that do not depend on its type.

use super::encode::{Documents, FillPath};
use super::pattern::Pattern;

/// States the facts about a field that do not depend on its type.
///
/// Generated tables live as long as the program, those of a description that is read at run time as long as it.
#[derive(Clone, Copy, Debug)]
pub struct Meta<'a> {
    /// The name on the wire.
    pub name: &'a str,
    /// Where a parameter travels.
    pub location: Location,
    /// How a list or an object becomes text there.
    pub shape: Shape,
    /// What puts it into the path, where it travels there.
    pub(crate) path: Option<FillPath>,
    /// What writes it, where it travels as a document or in one.
    pub(crate) documents: Option<Documents>,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Whether its value must not be seen.
    pub sensitive: bool,
    /// Whether the row above is of the same field: the parameter travels in both places.
    pub again: bool,
    /// The name of the one entry of an object that a list comes in.
    pub wrapper: Option<&'static str>,
    /// The least number that is allowed. This and what follows is asked of every element of a list or a map.
    pub least: Option<f64>,
    /// The greatest number that is allowed.
    pub most: Option<f64>,
    /// Whether the least and the greatest number are not allowed themselves.
    pub excluded: (bool, bool),
    /// The least and the greatest length, in characters.
    pub length: (usize, usize),
    /// The regular expression that a text matches.
    pub pattern: Option<Pattern<'a>>,
    /// The values that are documented.
    pub known: Known<'a>,
    /// The least and the greatest number of elements of a list.
    pub items: (usize, usize),
}

impl<'a> Meta<'a> {
    /// States of a field that it is an optional query parameter, or in an answer, and nothing else.
    pub(crate) const fn new(name: &'a str) -> Self {
        Self {
            name,
            location: Location::Query,
            shape: Shape::Flat,
            path: None,
            documents: None,
            required: false,
            sensitive: false,
            again: false,
            wrapper: None,
            least: None,
            most: None,
            excluded: (false, false),
            length: (0, usize::MAX),
            pattern: None,
            known: Known::Any,
            items: (0, usize::MAX),
        }
    }
}

/// Lists the values that are documented. The cloud may take others: documents lag behind it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Known<'a> {
    /// No list.
    Any,
    /// Texts.
    Texts(&'static [&'static str]),
    /// Texts of a description.
    Described(&'a [String]),
    /// Integers.
    Numbers(&'a [i64]),
    /// The values of a named enum.
    Named(fn() -> Vec<&'static str>),
}

/// Says where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the query.
    Query,
    /// In a form, the body of the request.
    Form,
    /// In the body.
    Body,
    /// In the path.
    Path,
    /// In a header.
    Header,
    /// In the name of the host.
    Host,
}

/// Says how a list or an object becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// One parameter for each leaf: `Name.1`, `Name.1.Key`, `Name.Key`. The portal calls it `repeatList` or `flat`.
    Flat,
    /// One parameter that holds JSON.
    Json,
    /// One parameter that holds the elements, joined by commas.
    Simple,
    /// One parameter that holds XML.
    Xml,
}
