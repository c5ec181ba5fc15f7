//! The parameters of a call, as far as an observer may see them.

use std::fmt;

use serde_json::Value as Json;

use crate::record::{AnyRecord, View, find, text_without_named};

/// Gives the values of a call's parameters to an observer that knows which ones it needs.
///
/// What is sensitive, by the spec, our overlay or its name, is not given, and neither is what holds a URL, which may carry a key,
/// nor a text whose JSON holds something under a name that says that it is secret.
#[derive(Clone, Copy)]
pub struct Parameters<'a>(&'a dyn AnyRecord);

impl<'a> Parameters<'a> {
    pub(super) fn of(request: &'a dyn AnyRecord) -> Self {
        Self(request)
    }

    /// Returns the names of the parameters that the operation has, on the wire, whether or not they were given.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let request = self.0;
        (0..request.count()).filter(move |index| !request.meta(*index).again).map(move |index| request.meta(index).name)
    }

    /// Returns whether a parameter was given, also where its value must not be seen.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        find(self.0, name).is_some_and(|index| !self.0.get(index).view().is_nothing())
    }

    /// Returns the value of a parameter by its name on the wire, or several where it is a list. There are none if it was not given,
    /// if it must not be seen, or if it holds objects.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        if let Some(index) = find(self.0, name).filter(|index| !self.0.meta(*index).sensitive) {
            collect(&self.0.get(index).view(), &mut values);
        }
        values
    }
}

fn collect(view: &View<'_>, values: &mut Vec<String>) {
    match view {
        View::Str(text) if !text.contains("://") && text_without_named(text).is_none() => {
            values.push((*text).to_owned());
        }
        View::Int(number) => values.push(number.to_string()),
        View::Float(number) => values.push(number.to_string()),
        View::Bool(flag) => values.push(flag.to_string()),
        View::List(list) => (0..list.count()).for_each(|index| collect(&list.at(index), values)),
        View::Json(json) => collect_json(json, values),
        View::Absent | View::Str(_) | View::Bytes(_) | View::Map(_) | View::Record(_) => {}
    }
}

/// Collects from what an untyped call holds, of which no type is known.
fn collect_json(json: &Json, values: &mut Vec<String>) {
    match json {
        Json::String(text) => collect(&View::Str(text), values),
        Json::Number(number) => values.push(number.to_string()),
        Json::Bool(flag) => values.push(flag.to_string()),
        Json::Array(items) => items.iter().for_each(|item| collect_json(item, values)),
        Json::Null | Json::Object(_) => {}
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
