//! The operations that can be called: those that are shipped, and those of a document that is given.
//!
//! An operation is decoded when it is asked for; until then only names are known.

mod document;
mod operation;
mod parameter;

use std::cell::OnceCell;
use std::path::Path;
use std::rc::Rc;

use apsara_specs::Version;
use serde_json::Value;

pub(crate) use self::document::Document;
pub(crate) use self::operation::Operation;
pub(crate) use self::parameter::{Parameter, Schema};
use crate::failure::Failure;
use crate::words::{bare, hint, kebab};

/// Names a product that can be called.
pub(crate) struct Product {
    source: Source,
    /// What its operations share, decoded once.
    shared: OnceCell<Rc<Value>>,
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
        Self { source: Source::Shipped(version), shared: OnceCell::new() }
    }
}

/// Returns the versions that are shipped, one for each product.
pub(crate) fn products() -> impl Iterator<Item = &'static Version> {
    apsara_specs::versions()
}

/// Finds a product: in a document if one is given, else among those that are shipped.
pub(crate) fn product(name: &str, document: Option<&Path>) -> Result<Product, Failure> {
    if let Some(path) = document {
        let document = Document::read(path, name)?;
        return Ok(Product { source: Source::Given(document), shared: OnceCell::new() });
    }
    let found = products().find(|version| bare(version.product()) == bare(name));
    found.map(Product::from).ok_or_else(|| {
        let known: Vec<&str> = products().map(Version::product).collect();
        let all = known.iter().copied().chain(crate::builtin::NAMES);
        let message = format!("there is no product or command {name}{}", hint(name, all));
        Failure::usage(message)
            .with("products", known.join(", "))
            .with("others", "--spec FILE takes the API portal's document of any product")
    })
}

impl Product {
    /// Returns the word that stands for it on a command line.
    pub(crate) fn word(&self) -> String {
        match &self.source {
            Source::Shipped(version) => version.product().to_owned(),
            Source::Given(document) => document.word(),
        }
    }

    /// Returns what it is called in one line.
    pub(crate) fn summary(&self) -> String {
        let shared = self.shared();
        let text = |key: &str| shared[key].as_str().unwrap_or_default().to_owned();
        match (text("title"), text("summary")) {
            (title, summary) if title.is_empty() => summary,
            (title, summary) if summary.is_empty() => title,
            (title, summary) => format!("{title}. {summary}"),
        }
    }

    /// Returns what its operations share.
    fn shared(&self) -> &Rc<Value> {
        self.shared.get_or_init(|| match &self.source {
            Source::Shipped(version) => Rc::new(version.shared()),
            Source::Given(document) => Rc::new(document.shared().clone()),
        })
    }

    /// Returns the names of its operations on the wire, sorted.
    pub(crate) fn operations(&self) -> Vec<&str> {
        match &self.source {
            Source::Shipped(version) => version.operations().collect(),
            Source::Given(document) => document.operations().collect(),
        }
    }

    /// Finds an operation by a name that is written in any way.
    pub(crate) fn operation(&self, name: &str) -> Result<Operation, Failure> {
        let names = self.operations();
        let exact = names.iter().find(|known| **known == name);
        let wire = exact.or_else(|| names.iter().find(|known| bare(known) == bare(name)));
        let Some(wire) = wire else {
            let known: Vec<String> = names.iter().map(|name| kebab(name)).collect();
            let hint = hint(&kebab(name), known.iter().map(String::as_str));
            let product = self.word();
            return Err(Failure::usage(format!("{product} has no operation {name}{hint}"))
                .with("all of them", format!("apsara {product} --help")));
        };
        self.decode(wire)
    }

    /// Decodes an operation that is known to be there.
    pub(crate) fn decode(&self, wire: &str) -> Result<Operation, Failure> {
        match &self.source {
            Source::Shipped(version) => {
                let decoded = version.operation(wire);
                let decoded = decoded.ok_or_else(|| Failure::usage(format!("{wire} is not shipped")))?;
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
