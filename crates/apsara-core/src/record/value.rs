//! What a field holds, and where a decoder puts it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use base64::prelude::{BASE64_STANDARD, Engine};

use super::field::{Field, Projected};
use super::meta::Meta;

/// Anything that a field can hold.
pub trait Value: Send + Sync {
    /// Shows what it holds.
    fn view(&self) -> View<'_>;
    /// Makes room for a value and shows where it goes.
    fn slot(&mut self) -> Slot<'_>;
    /// Makes it hold nothing.
    fn clear(&mut self);
}

/// Shows what a field holds.
pub enum View<'a> {
    /// Nothing.
    Absent,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Str(&'a str),
    /// Bytes, Base64 where they stand in a text.
    Bytes(&'a [u8]),
    /// Any JSON.
    Json(&'a serde_json::Value),
    /// A list.
    List(&'a dyn List),
    /// A map with keys that the spec does not name.
    Map(&'a dyn Map),
    /// An object with named fields.
    Record(&'a dyn AnyRecord),
}

impl View<'_> {
    /// Returns whether there is nothing to send or to show: nothing, or a list or map without elements.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::List(list) => list.count() == 0,
            Self::Map(map) => map.count() == 0,
            _ => false,
        }
    }

    /// Returns whether it is a text that says nothing, also one whose type is not known.
    pub(crate) fn is_empty_text(&self) -> bool {
        match self {
            Self::Str(text) => text.is_empty(),
            Self::Json(serde_json::Value::String(text)) => text.is_empty(),
            _ => false,
        }
    }
}

impl<'a> Slot<'a> {
    /// Shows where a number goes.
    pub(crate) fn number(to: &'a mut f64) -> Self {
        Self::F64(to, |text| text.parse().ok())
    }

    /// Shows where bytes go.
    pub(crate) fn bytes(to: &'a mut Vec<u8>) -> Self {
        Self::Bytes(to, |text| BASE64_STANDARD.decode(text).ok())
    }
}

/// Shows where a decoded value goes.
pub enum Slot<'a> {
    /// A boolean.
    Bool(&'a mut bool),
    /// A 32-bit integer.
    I32(&'a mut i32),
    /// A 64-bit integer.
    I64(&'a mut i64),
    /// A number, and what reads one from a text. It comes along, as with bytes, so that only programs that need it hold it.
    F64(&'a mut f64, fn(&str) -> Option<f64>),
    /// A text.
    Str(&'a mut String),
    /// A text of a named enum.
    Named(&'a mut dyn AnyNamed),
    /// Bytes, and what reads them from Base64.
    Bytes(&'a mut Vec<u8>, fn(&str) -> Option<Vec<u8>>),
    /// Any JSON.
    Json(&'a mut serde_json::Value),
    /// A list.
    List(&'a mut dyn List),
    /// A map with keys that the spec does not name.
    Map(&'a mut dyn Map),
    /// An object with named fields.
    Record(&'a mut dyn AnyRecord),
}

/// A list of values.
pub trait List: Send + Sync {
    /// Returns the number of elements.
    fn count(&self) -> usize;
    /// Shows an element.
    fn at(&self, index: usize) -> View<'_>;
    /// Appends an element that holds nothing yet.
    fn push(&mut self) -> &mut dyn Value;
    /// Removes the last element.
    fn pop(&mut self);
    /// Removes all elements.
    fn empty(&mut self);
}

/// A map from text to values.
pub trait Map: Send + Sync {
    /// Returns the number of entries.
    fn count(&self) -> usize;
    /// Visits the entries, sorted by key.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, View<'a>));
    /// Puts an entry that holds nothing yet.
    fn entry(&mut self, key: String) -> &mut dyn Value;
    /// Removes all entries.
    fn empty(&mut self);
}

/// A type with a table of fields.
pub trait Record: Default + Send + Sync + 'static {
    /// The table, sorted by wire name.
    const FIELDS: &'static [Field<Self>];
}

/// Any [`Record`], whatever its type.
pub trait AnyRecord: Send + Sync {
    /// Returns the path of the Rust type, or the name of what is described.
    fn type_path(&self) -> &str;
    /// Returns the number of fields.
    fn count(&self) -> usize;
    /// Returns the facts about a field.
    fn meta(&self, index: usize) -> &Meta<'_>;
    /// Returns what a field holds.
    fn get(&self, index: usize) -> &dyn Value;
    /// Returns a field to be filled.
    fn get_mut(&mut self, index: usize) -> &mut dyn Value;
}

/// Makes every field of a record hold nothing.
pub(crate) fn reset(record: &mut dyn AnyRecord) {
    for index in 0..record.count() {
        record.get_mut(index).clear();
    }
}

/// Finds a field by its name on the wire.
pub(crate) fn find(record: &dyn AnyRecord, name: &str) -> Option<usize> {
    (0..record.count()).find(|index| record.meta(*index).name == name)
}

/// Shows what a path of names on the wire, with dots between objects, leads to; nothing if a field on it is not there.
pub(crate) fn view_at<'a>(record: &'a dyn AnyRecord, path: &str) -> Option<View<'a>> {
    let (name, below) = path.split_once('.').map_or((path, None), |(name, below)| (name, Some(below)));
    match (record.get(find(record, name)?).view(), below) {
        (View::Record(record), Some(below)) => view_at(record, below),
        (_, Some(_)) | (View::Absent, None) => None,
        (view, None) => Some(view),
    }
}

/// Any named enum, whatever its type.
pub trait AnyNamed: Send + Sync {
    /// Takes the value that stands on the wire.
    fn set(&mut self, value: &str);
}

impl<T: Record> AnyRecord for T {
    fn type_path(&self) -> &str {
        std::any::type_name::<T>()
    }

    fn count(&self) -> usize {
        T::FIELDS.len()
    }

    fn meta(&self, index: usize) -> &Meta<'_> {
        &T::FIELDS[index].meta
    }

    fn get(&self, index: usize) -> &dyn Value {
        (T::FIELDS[index].project)(Projected::Ref(self)).into_ref()
    }

    fn get_mut(&mut self, index: usize) -> &mut dyn Value {
        (T::FIELDS[index].project)(Projected::Mut(self)).into_mut()
    }
}

impl<T: Record> Value for T {
    fn view(&self) -> View<'_> {
        View::Record(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Record(self)
    }

    fn clear(&mut self) {
        reset(self);
    }
}

impl<T: Value + Default> Value for Option<T> {
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, T::view)
    }

    fn slot(&mut self) -> Slot<'_> {
        self.get_or_insert_with(T::default).slot()
    }

    fn clear(&mut self) {
        *self = None;
    }
}

impl<T: Value + Default> Value for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }

    fn clear(&mut self) {
        Vec::clear(self);
    }
}

impl<T: Value + Default> List for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> View<'_> {
        self[index].view()
    }

    fn push(&mut self) -> &mut dyn Value {
        Vec::push(self, T::default());
        let last = self.len() - 1;
        &mut self[last]
    }

    fn pop(&mut self) {
        Vec::pop(self);
    }

    fn empty(&mut self) {
        Vec::clear(self);
    }
}

impl<T: Value + Default> Value for BTreeMap<String, T> {
    fn view(&self) -> View<'_> {
        View::Map(self)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }

    fn clear(&mut self) {
        BTreeMap::clear(self);
    }
}

impl<T: Value + Default> Map for BTreeMap<String, T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, View<'a>)) {
        for (key, value) in self {
            visit(key, value.view());
        }
    }

    fn entry(&mut self, key: String) -> &mut dyn Value {
        BTreeMap::entry(self, key).or_default()
    }

    fn empty(&mut self) {
        BTreeMap::clear(self);
    }
}

/// Writes [`Value`] for a scalar: how it is shown, and which slot it is.
macro_rules! scalar {
    ($($type:ty, |$value:ident| $view:expr, |$to:ident| $slot:expr;)*) => {$(
        impl Value for $type {
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }

            fn slot(&mut self) -> Slot<'_> {
                let $to = self;
                $slot
            }

            fn clear(&mut self) {
                *self = Self::default();
            }
        }
    )*};
}

scalar! {
    bool, |value| View::Bool(*value), |to| Slot::Bool(to);
    i32, |value| View::Int(i64::from(*value)), |to| Slot::I32(to);
    i64, |value| View::Int(*value), |to| Slot::I64(to);
    f64, |value| View::Float(*value), |to| Slot::number(to);
    String, |value| View::Str(value), |to| Slot::Str(to);
    Vec<u8>, |value| View::Bytes(value), |to| Slot::bytes(to);
    serde_json::Value, |value| View::Json(value), |to| Slot::Json(to);
}

/// Holds a value on the heap, so that a type can hold itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recursive<T>(Box<T>);

impl<T> Recursive<T> {
    /// Moves a value to the heap.
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        *self.0
    }
}

impl<T> From<T> for Recursive<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> Deref for Recursive<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Recursive<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Record> Value for Recursive<T> {
    fn view(&self) -> View<'_> {
        View::Record(&*self.0)
    }

    fn slot(&mut self) -> Slot<'_> {
        Slot::Record(&mut *self.0)
    }

    fn clear(&mut self) {
        reset(&mut *self.0);
    }
}
