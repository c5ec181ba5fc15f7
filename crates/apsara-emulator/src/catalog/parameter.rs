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
    /// It is the body.
    Body,
    /// It is an entry of the body.
    Entry,
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

/// Says where parameters of the body stand in a request, which a spec leaves open where it has several or a form beside them: there the
/// official SDKs send an object with an entry for each, or parts of the form.
pub(super) fn share_the_body(parameters: &mut [Parameter]) {
    let has_form = parameters.iter().any(|parameter| parameter.place == Place::Form);
    let mut bodies: Vec<&mut Parameter> =
        parameters.iter_mut().filter(|parameter| parameter.place == Place::Body).collect();
    let several = bodies.windows(2).any(|pair| pair[0].name != pair[1].name);
    for body in &mut bodies {
        if has_form {
            body.place = Place::Form;
            if body.style != "flat" {
                "json".clone_into(&mut body.style);
            }
        } else if several {
            body.place = Place::Entry;
        }
    }
}
