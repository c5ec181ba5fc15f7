//! Documents of the portal, as files.

use std::path::Path;

use serde_json::Value;

use super::operation::{Flaw, Operation, Product, flaw};
use crate::start_error::StartError;

impl Product {
    /// Reads a whole document, which the portal calls `api-docs.json`.
    pub(crate) fn load(file: &Path) -> Result<Self, StartError> {
        let refused = |found: Flaw| {
            let at = found.at.trim_start_matches('.').to_owned();
            StartError::InvalidSpec { file: file.to_owned(), at, reason: found.reason }
        };
        let bytes = std::fs::read(file).map_err(|error| refused(flaw("", error.to_string())))?;
        let document = apsara_specs::document(&bytes).map_err(|error| refused(flaw("", error.to_string())))?;
        read(document).map_err(refused)
    }
}

fn read(mut document: Value) -> Result<Product, Flaw> {
    if !document.is_object() {
        return Err(flaw("", "must be an object, as the portal's api-docs.json is"));
    }
    let text = |key: &str| {
        let value = document["info"][key].as_str().filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| flaw(format!("info.{key}"), "must be a text"))
    };
    let (code, version) = (text("product")?, text("version")?);
    text("style")?;
    let Value::Object(apis) = document["apis"].take() else {
        return Err(flaw("apis", "must be an object of operations by name"));
    };
    let read = |(name, spec): (String, Value)| {
        Operation::read(&name, spec).map_err(|found| flaw(format!("apis.{name}{}", found.at), found.reason))
    };
    let operations = apis.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Product::given(code, version, &document, operations))
}
