//! Parameters of operations, and where they stand.

use serde_json::Value;

use super::operation::{Flaw, flaw};

/// One parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) style: String,
    pub(crate) required: bool,
    pub(crate) may_be_empty: bool,
    pub(crate) schema: Value,
}

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Form,
    Path,
    Header,
    Host,
    Body,
}

impl Parameter {
    pub(super) fn read(mut parameter: Value) -> Result<Self, Flaw> {
        let Some(name) = parameter["name"].as_str().map(str::to_owned) else {
            return Err(flaw(".name", "must be a text"));
        };
        let place = match parameter["in"].as_str().unwrap_or("") {
            "query" => Place::Query,
            "formData" => Place::Form,
            "path" => Place::Path,
            "header" => Place::Header,
            "host" => Place::Host,
            "body" => Place::Body,
            _ => {
                return Err(flaw(".in", "must be \"query\", \"formData\", \"path\", \"header\", \"host\" or \"body\""));
            }
        };
        let schema = parameter["schema"].take();
        if !schema.is_object() {
            return Err(flaw(".schema", "must be an object"));
        }
        let style = parameter["style"].as_str().unwrap_or("").to_owned();
        let may_be_empty = parameter["allowEmptyValue"] == true;
        let required = schema["required"] == true || parameter["required"] == true;
        Ok(Self { name, place, style, required, may_be_empty, schema })
    }
}
