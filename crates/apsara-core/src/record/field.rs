//! One row of a type's table.

use super::encode::{Documents, fill_path};
use super::meta::{Known, Location, Meta, Shape};
use super::named::{Named, named_values};
use super::pattern::Pattern;
use super::value::Value;

/// Describes a field of `T`: its name on the wire, facts about it, and where it is.
pub struct Field<T> {
    pub(super) meta: Meta<'static>,
    /// From a record to this field of it. One function reads and writes, for every function costs time when it is compiled.
    pub(super) project: fn(Projected<'_, T>) -> Projected<'_, dyn Value>,
}

/// A record or one of its fields, to be read or to be written.
pub enum Projected<'a, T: ?Sized> {
    /// To be read.
    Ref(&'a T),
    /// To be written.
    Mut(&'a mut T),
}

impl<'a> Projected<'a, dyn Value> {
    pub(super) fn into_ref(self) -> &'a dyn Value {
        match self {
            Self::Ref(field) => field,
            Self::Mut(field) => field,
        }
    }

    pub(super) fn into_mut(self) -> &'a mut dyn Value {
        match self {
            Self::Mut(field) => field,
            Self::Ref(_) => unreachable!("a record that is to be written has fields to be written"),
        }
    }
}

impl<T> Field<T> {
    /// Creates a row for an optional query parameter or a field of an answer.
    pub const fn new(name: &'static str, project: fn(Projected<'_, T>) -> Projected<'_, dyn Value>) -> Self {
        let meta = Meta::new(name);
        Self { meta, project }
    }

    /// Puts it into the query, where it is unless it is put elsewhere.
    #[must_use]
    pub const fn query(self) -> Self {
        self.at(Location::Query)
    }

    /// Moves it to the form.
    #[must_use]
    pub const fn form(self) -> Self {
        self.at(Location::Form)
    }

    /// Makes it the body.
    #[must_use]
    pub const fn body(self) -> Self {
        self.documents().at(Location::Body)
    }

    /// Moves it to the path.
    #[must_use]
    pub const fn path(mut self) -> Self {
        self.meta.path = Some(fill_path);
        self.at(Location::Path)
    }

    /// Moves it to the headers.
    #[must_use]
    pub const fn header(self) -> Self {
        self.at(Location::Header)
    }

    /// Moves it to the host's name.
    #[must_use]
    pub const fn host(self) -> Self {
        self.at(Location::Host)
    }

    /// Sends a list as `Name.1`, `Name.2`, …; the portal's `repeatList`.
    #[must_use]
    pub const fn repeated(self) -> Self {
        self.shaped(Shape::Flat)
    }

    /// Sends an object as `Name.Key`, …; the portal's `flat`.
    #[must_use]
    pub const fn flat(self) -> Self {
        self.shaped(Shape::Flat)
    }

    /// Sends a list or an object as JSON; a body that is a text or bytes is JSON already.
    #[must_use]
    pub const fn json(self) -> Self {
        self.documents().shaped(Shape::Json)
    }

    /// Sends a list as its elements, joined by commas.
    #[must_use]
    pub const fn simple(self) -> Self {
        self.shaped(Shape::Simple)
    }

    /// Sends an object as XML.
    #[must_use]
    pub const fn xml(self) -> Self {
        self.documents().shaped(Shape::Xml)
    }

    const fn documents(mut self) -> Self {
        self.meta.documents = Some(Documents::new());
        self
    }

    /// Refuses a call without it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.meta.required = true;
        self
    }

    /// Keeps its value from being seen.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.meta.sensitive = true;
        self
    }

    /// Says that the row above is of the same field, which travels in both places.
    #[must_use]
    pub const fn again(mut self) -> Self {
        self.meta.again = true;
        self
    }

    /// Says that an answer has the list in an object, whose entry of this name it is.
    #[must_use]
    pub const fn wrapped(mut self, name: &'static str) -> Self {
        self.meta.wrapper = Some(name);
        self
    }

    /// Limits a number, both ends included.
    #[must_use]
    pub const fn range(self, least: f64, most: f64) -> Self {
        self.at_least(least).at_most(most)
    }

    /// Limits a number from below, the limit included.
    #[must_use]
    pub const fn at_least(mut self, least: f64) -> Self {
        self.meta.least = Some(least);
        self
    }

    /// Limits a number from above, the limit included.
    #[must_use]
    pub const fn at_most(mut self, most: f64) -> Self {
        self.meta.most = Some(most);
        self
    }

    /// Limits a number from below, the limit excluded.
    #[must_use]
    pub const fn more_than(mut self, least: f64) -> Self {
        self.meta.excluded.0 = true;
        self.at_least(least)
    }

    /// Limits a number from above, the limit excluded.
    #[must_use]
    pub const fn less_than(mut self, most: f64) -> Self {
        self.meta.excluded.1 = true;
        self.at_most(most)
    }

    /// Limits the length of a text, in characters, both ends included.
    #[must_use]
    pub const fn length(mut self, least: usize, most: usize) -> Self {
        self.meta.length = (least, most);
        self
    }

    /// Limits the length of a text from above, in characters.
    #[must_use]
    pub const fn longest(self, most: usize) -> Self {
        self.length(0, most)
    }

    /// Limits the number of elements, both ends included.
    #[must_use]
    pub const fn items(mut self, least: usize, most: usize) -> Self {
        self.meta.items = (least, most);
        self
    }

    /// Wants a text to match a regular expression, somewhere unless it says where.
    ///
    /// One that `regex-lite` cannot read is no rule; the generator refuses it.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.meta.pattern = Some(Pattern::new(pattern));
        self
    }

    /// Lists the texts that are documented; another one is a warning.
    #[must_use]
    pub const fn one_of(self, values: &'static [&'static str]) -> Self {
        self.known(Known::Texts(values))
    }

    /// Lists the integers that are documented; another one is a warning.
    #[must_use]
    pub const fn one_of_numbers(self, values: &'static [i64]) -> Self {
        self.known(Known::Numbers(values))
    }

    /// Says of which enum the values are; one that has no name is a warning.
    #[must_use]
    pub const fn named<N: Named>(self) -> Self {
        self.known(Known::Named(named_values::<N>))
    }

    const fn known(mut self, known: Known<'static>) -> Self {
        self.meta.known = known;
        self
    }

    const fn at(mut self, location: Location) -> Self {
        self.meta.location = location;
        self
    }

    const fn shaped(mut self, shape: Shape) -> Self {
        self.meta.shape = shape;
        self
    }
}
