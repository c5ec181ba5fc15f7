//! The specs in which operations are found.

use apsara_specs::{Ram, Version};
use serde_json::Value;

use crate::Used;

/// Finds what RAM must allow for operations: in the specs that are shipped, and in documents of the API portal.
#[derive(Debug)]
pub struct Specs(Vec<Product>);

#[derive(Debug)]
pub(crate) enum Product {
    Shipped(&'static Version),
    Given(Value),
}

impl Specs {
    /// Knows the specs whose features are on in `apsara-specs`.
    #[must_use]
    pub fn shipped() -> Self {
        Self(apsara_specs::versions().map(Product::Shipped).collect())
    }

    /// Adds a document of the portal, `api-docs.json`. It counts before what is shipped.
    #[must_use]
    pub fn with_document(mut self, document: Value) -> Self {
        self.0.insert(0, Product::Given(apsara_specs::unwrapped(document)));
        self
    }

    /// Finds an operation by its name, in any way of writing it: `RestartLivePullToPush` or `restart-live-pull-to-push`. The product
    /// is the word that stands for it on a command line, or its code. Without a version any will do.
    #[must_use]
    pub fn find(&self, product: &str, version: Option<&str>, operation: &str) -> Option<Used> {
        let meant = self.0.iter().filter(|known| known.is(product) && version.is_none_or(|one| one == known.version()));
        meant.filter_map(|known| known.used(known.name(operation)?)).next()
    }

    /// Returns the products that a word stands for.
    #[cfg(feature = "source")]
    pub(crate) fn products(&self, word: &str) -> impl Iterator<Item = &Product> {
        self.0.iter().filter(move |known| known.is(word))
    }
}

impl Product {
    /// Returns the word that stands for it.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Shipped(version) => version.product().to_owned(),
            Self::Given(document) => document["info"]["product"].as_str().unwrap_or_default().to_lowercase(),
        }
    }

    fn version(&self) -> &str {
        match self {
            Self::Shipped(version) => version.version(),
            Self::Given(document) => document["info"]["version"].as_str().unwrap_or_default(),
        }
    }

    fn is(&self, word: &str) -> bool {
        // The portal's code may be another word than the folder.
        bare(&self.word()) == bare(word)
            || matches!(self, Self::Shipped(version) if version.shared()["info"]["product"].as_str().is_some_and(|code| bare(code) == bare(word)))
    }

    /// Returns the name of an operation as it is on the wire.
    pub(crate) fn name(&self, operation: &str) -> Option<&str> {
        let names: Vec<&str> = self.names();
        let exact = names.iter().find(|known| **known == operation);
        exact.or_else(|| names.iter().find(|known| bare(known) == bare(operation))).copied()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Shipped(version) => version.operations().collect(),
            Self::Given(document) => {
                document["apis"].as_object().into_iter().flatten().map(|(name, _)| &**name).collect()
            }
        }
    }

    pub(crate) fn used(&self, name: &str) -> Option<Used> {
        let ram = match self {
            Self::Shipped(version) => {
                let operation = version.operation(name)?;
                Ram::read(name, operation.spec(), operation.overlay(), &version.shared())
            }
            Self::Given(document) => Ram::read(name, &document["apis"][name], None, document),
        };
        Some(Used { version: self.version().to_owned(), ..Used::new(self.word(), name, ram) })
    }

    /// Returns the operations that have a waiter of this name.
    #[cfg(feature = "source")]
    pub(crate) fn awaited(&self, waiter: &str) -> Vec<String> {
        let Self::Shipped(version) = self else { return Vec::new() };
        let has = |name: &&str| {
            let overlay = version.operation(name).and_then(|operation| operation.overlay().cloned());
            overlay.is_some_and(|overlay| overlay["waiters"].as_object().is_some_and(|all| all.contains_key(waiter)))
        };
        version.operations().filter(has).map(str::to_owned).collect()
    }
}

/// Takes from a name how it is written: `TaskId`, `task-id` and `task_id` are one.
pub(crate) fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).map(|letter| letter.to_ascii_lowercase()).collect()
}
