use std::path::Path;
use std::sync::{Arc, OnceLock};

use apsara_specs::Version;
use serde_json::Value;

use crate::document::Document;
use crate::error::Error;
use crate::operation::Operation;
use crate::words::{bare, hint, kebab};

/// Names a product that can be called.
pub struct Product {
    source: Source,
    /// What its operations share, decoded once.
    shared: OnceLock<Arc<Value>>,
}

/// Where the operations of a product stand.
enum Source {
    /// In what is shipped.
    Shipped(&'static Version),
    /// In a document.
    Given(Document),
}

impl From<&'static Version> for Product {
    fn from(version: &'static Version) -> Self {
        Self { source: Source::Shipped(version), shared: OnceLock::new() }
    }
}

/// Returns the versions that are shipped, one for each product.
pub fn products() -> impl Iterator<Item = &'static Version> {
    apsara_specs::versions()
}

/// Finds a product: in a document if one is given, else among those that are shipped.
///
/// # Errors
///
/// If there is none of that name, with the one that was most likely meant, or the document cannot be used.
pub fn product(name: &str, document: Option<&Path>) -> Result<Product, Error> {
    if let Some(path) = document {
        let document = Document::read(path, name)?;
        return Ok(Product { source: Source::Given(document), shared: OnceLock::new() });
    }
    let found = products().find(|version| bare(version.product()) == bare(name));
    found.map(Product::from).ok_or_else(|| {
        let known: Vec<&str> = products().map(Version::product).collect();
        let message = format!("there is no product {name}{}", hint(name, known.iter().copied()));
        Error::new(message)
            .with("products", known.join(", "))
            .with("others", "--spec FILE takes the API portal's document of any product")
    })
}

impl Product {
    /// Returns the word that stands for it on a command line.
    #[must_use]
    pub fn word(&self) -> String {
        match &self.source {
            Source::Shipped(version) => version.product().to_owned(),
            Source::Given(document) => document.word(),
        }
    }

    /// Returns what it is called in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let shared = self.shared();
        let text = |key: &str| shared[key].as_str().unwrap_or_default().to_owned();
        match (text("title"), text("summary")) {
            (title, summary) if title.is_empty() => summary,
            (title, summary) if summary.is_empty() => title,
            (title, summary) => format!("{title}. {summary}"),
        }
    }

    /// Returns what its operations share, as `product.json` or the head of the document has it.
    #[must_use]
    pub fn shared(&self) -> &Arc<Value> {
        self.shared.get_or_init(|| match &self.source {
            Source::Shipped(version) => Arc::new(version.shared()),
            Source::Given(document) => Arc::new(document.shared().clone()),
        })
    }

    /// Returns the names of its operations on the wire, sorted.
    #[must_use]
    pub fn operations(&self) -> Vec<&str> {
        match &self.source {
            Source::Shipped(version) => version.operations().collect(),
            Source::Given(document) => document.operations().collect(),
        }
    }

    /// Finds an operation by a name that is written in any way: as on the wire, or as a command line has it.
    ///
    /// # Errors
    ///
    /// If there is none of that name, with the one that was most likely meant.
    pub fn operation(&self, name: &str) -> Result<Operation, Error> {
        let names = self.operations();
        let exact = names.iter().find(|known| **known == name);
        let wire = exact.or_else(|| names.iter().find(|known| bare(known) == bare(name)));
        let Some(wire) = wire else {
            let known: Vec<String> = names.iter().map(|name| kebab(name)).collect();
            let hint = hint(&kebab(name), known.iter().map(String::as_str));
            let product = self.word();
            return Err(Error::new(format!("{product} has no operation {name}{hint}"))
                .with("all of them", format!("apsara {product} --help")));
        };
        self.decode(wire)
    }

    /// Decodes an operation by its name on the wire.
    ///
    /// # Errors
    ///
    /// If the product ships no such operation.
    pub fn decode(&self, wire: &str) -> Result<Operation, Error> {
        match &self.source {
            Source::Shipped(version) => {
                let decoded = version.operation(wire);
                let decoded = decoded.ok_or_else(|| Error::new(format!("{wire} is not shipped")))?;
                Ok(Operation::shipped(version, wire, &decoded, self.shared()))
            }
            Source::Given(document) => Ok(document.operation(wire, self.shared())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_however_its_name_is_written() {
        let live = product("live", None).unwrap();
        for name in ["RestartLivePullToPush", "restart-live-pull-to-push", "restartlivepulltopush"] {
            assert_eq!(live.operation(name).unwrap().name, "RestartLivePullToPush");
        }
    }

    #[test]
    fn a_name_that_is_almost_right_says_which_is_meant() {
        let error = product("lvie", None).err().unwrap().to_string();
        assert!(error.contains("did you mean live?"), "{error}");
        let error = product("live", None).unwrap().operation("restart-live-pull-push").err().unwrap().to_string();
        assert!(error.contains("did you mean restart-live-pull-to-push?"), "{error}");
    }

    #[test]
    fn no_two_operations_of_a_product_are_written_alike() {
        for version in products() {
            let mut seen = std::collections::BTreeSet::new();
            assert!(version.operations().all(|name| seen.insert(bare(name))), "{version:?}");
        }
    }
}
