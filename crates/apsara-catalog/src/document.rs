//! A document of the API portal, `api-docs.json`, whose operations are called.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::error::Error;
use crate::operation::Operation;
use crate::words::bare;

/// Holds a document: what its operations share, and the operations.
pub struct Document {
    shared: Value,
    apis: serde_json::Map<String, Value>,
}

impl Document {
    /// Reads a document; `name` must be that of its product, written in any way.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no document of the portal, or is of another product.
    pub fn read(path: &Path, name: &str) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(format!("{}: {what}", path.display()));
        let text = std::fs::read(path).map_err(|error| Error::of_file(format!("{}: {error}", path.display())))?;
        let mut shared = apsara_specs::document(&text).map_err(|error| wrong(format!("is no JSON: {error}")))?;
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

    pub(crate) fn word(&self) -> String {
        self.shared["info"]["product"].as_str().unwrap_or_default().to_lowercase()
    }

    pub(crate) fn shared(&self) -> &Value {
        &self.shared
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.apis.keys().map(String::as_str)
    }

    pub(crate) fn operation(&self, name: &str, shared: &Arc<Value>) -> Operation {
        let spec = self.apis.get(name).cloned().unwrap_or_default();
        Operation {
            product: self.word(),
            name: name.to_owned(),
            // Whoever makes the call derives them of the whole; until then it is what is said of an operation nobody knows.
            repeat: "unsafe".to_owned(),
            impact: "change".to_owned(),
            quota: None,
            shared: Arc::clone(shared),
            spec,
            overlay: None,
            rows: OnceLock::new(),
        }
    }
}
