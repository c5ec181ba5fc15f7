//! Values that travel as documents: in JSON, and in XML.

use serde_json::Map;

use super::super::json::written;
use super::super::meta::{Location, Shape};
use super::super::serde_impls::{to_json, to_value};
use super::super::value::{AnyRecord, View};
use super::{view_of, xml};

/// Holds a body that is not a form.
#[derive(Debug)]
pub(crate) enum Body {
    Json(Vec<u8>),
    Xml(Vec<u8>),
    Bytes(Vec<u8>),
}

/// What writes documents. The fields that need it hold it: a program that has none of them is linked without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Documents {
    json: fn(View<'_>) -> String,
    body: WriteBody,
}

/// Writes the body of a request, of which one field may be filled.
type WriteBody = for<'a> fn(&'a dyn AnyRecord, Option<(usize, &'a str)>) -> Result<Option<Body>, (String, String)>;

impl Documents {
    pub(crate) const fn new() -> Self {
        Self { json: to_json, body }
    }

    /// Writes a value as JSON.
    pub(super) fn json(self, view: View<'_>) -> String {
        (self.json)(view)
    }

    /// Writes the body of a request; see [`super::encode`].
    pub(super) fn body<'a>(
        self,
        record: &'a dyn AnyRecord,
        filled: Option<(usize, &'a str)>,
    ) -> Result<Option<Body>, (String, String)> {
        (self.body)(record, filled)
    }
}

fn body<'a>(record: &'a dyn AnyRecord, filled: Option<(usize, &'a str)>) -> Result<Option<Body>, (String, String)> {
    let fields = (0..record.count()).filter(|index| record.meta(*index).location == Location::Body);
    let several = fields.clone().count() > 1;
    let mut set = fields.map(|index| (record.meta(index), view_of(record, index, filled)));
    let mut set = std::iter::from_fn(|| set.find(|(_, view)| !view.is_nothing()));
    if several {
        // Where several parameters make up the body, it is an object with an entry for each.
        let parts: Map<_, _> = set.map(|(meta, view)| (meta.name.to_owned(), to_value(view))).collect();
        return Ok(Some(Body::Json(written(&serde_json::Value::Object(parts)).into_bytes())));
    }
    let Some((meta, view)) = set.next() else { return Ok(None) };
    if meta.shape == Shape::Xml {
        let document = xml::write(&to_value(view)).map_err(|reason| (meta.name.to_owned(), reason))?;
        return Ok(Some(Body::Xml(document)));
    }
    let is_written = meta.shape == Shape::Json;
    Ok(Some(match view {
        // It is JSON already.
        View::Str(text) if is_written => Body::Json(text.as_bytes().to_vec()),
        View::Bytes(bytes) if is_written => Body::Json(bytes.to_vec()),
        View::Str(text) => Body::Bytes(text.as_bytes().to_vec()),
        View::Bytes(bytes) => Body::Bytes(bytes.to_vec()),
        view => Body::Json(to_json(view).into_bytes()),
    }))
}
