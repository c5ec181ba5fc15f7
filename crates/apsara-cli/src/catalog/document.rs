//! A document of the API portal, `api-docs.json`, whose operations are called.

use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::operation::Operation;
use crate::failure::Failure;
use crate::words::bare;

/// Holds a document: what its operations share, and the operations.
pub(crate) struct Document {
    shared: Value,
    apis: serde_json::Map<String, Value>,
}

impl Document {
    /// Reads a document; `name` must be that of its product.
    pub(crate) fn read(path: &Path, name: &str) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::usage(format!("{}: {what}", path.display()));
        let text = std::fs::read(path).map_err(|error| Failure::of_file(path, error))?;
        let mut shared: Value = serde_json::from_slice(&text).map_err(|error| wrong(format!("is no JSON: {error}")))?;
        let apis = shared.as_object_mut().and_then(|document| document.remove("apis"));
        let Some(Value::Object(apis)) = apis else {
            return Err(wrong("has no `apis`; the portal's document api-docs.json of a product is wanted".to_owned()));
        };
        let document = Self { shared, apis };
        let word = document.word();
        if word.is_empty() {
            return Err(wrong("names no product in `info.product`".to_owned()));
        }
        if bare(&word) != bare(name) {
            return Err(wrong(format!("is of the product {word}, not of {name}; write `apsara {word} …`")));
        }
        Ok(document)
    }

    pub(super) fn word(&self) -> String {
        self.shared["info"]["product"].as_str().unwrap_or_default().to_lowercase()
    }

    pub(super) fn shared(&self) -> &Value {
        &self.shared
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &str> {
        self.apis.keys().map(String::as_str)
    }

    pub(super) fn operation(&self, name: &str, shared: &Rc<Value>) -> Operation {
        let spec = self.apis.get(name).cloned().unwrap_or_default();
        Operation {
            product: self.word(),
            name: name.to_owned(),
            // Whoever makes the call derives them of the whole; until then it is what is said of an operation nobody knows.
            repeat: "unsafe".to_owned(),
            impact: "change".to_owned(),
            quota: None,
            shared: Rc::clone(shared),
            spec,
            overlay: None,
        }
    }
}
