#![doc = include_str!("../README.md")]

mod document;
#[rustfmt::skip]
mod generated;
mod ram;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

pub use self::document::{document, unwrapped};
pub use self::ram::{Ram, RamAction, RamResource};

/// Holds the specs of one version of a product.
pub struct Version {
    product: &'static str,
    version: &'static str,
    data: &'static [u8],
    index: OnceLock<BTreeMap<String, (usize, usize)>>,
}

/// Describes one operation: what the portal says of it, and what we know better.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    entry: Value,
}

/// Returns the versions whose features are on, sorted by product.
pub fn versions() -> impl Iterator<Item = &'static Version> {
    generated::VERSIONS.iter().copied()
}

/// Finds a version by its folder below the specs, such as `live` and `2016-11-01`; nothing if its feature is off.
#[must_use]
pub fn version(product: &str, version: &str) -> Option<&'static Version> {
    versions().find(|known| known.product == product && known.version == version)
}

impl Version {
    // Where no version is chosen, nobody calls it.
    #[allow(dead_code)]
    const fn new(product: &'static str, version: &'static str, data: &'static [u8]) -> Self {
        Self { product, version, data, index: OnceLock::new() }
    }

    /// Returns the product's folder, which its feature and module are called after.
    #[must_use]
    pub fn product(&self) -> &'static str {
        self.product
    }

    /// Returns the version as the cloud writes it, a date as a rule.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// Returns what all operations share: style, endpoints, components, named enums, groups; the JSON of `product.json`.
    #[must_use]
    pub fn shared(&self) -> Value {
        self.entry("").unwrap_or(Value::Null)
    }

    /// Returns the names of the operations, sorted.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.index().keys().map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Decodes an operation; nothing if there is none of that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<Operation> {
        if name.is_empty() { None } else { self.entry(name).map(|entry| Operation { entry }) }
    }

    /// Data begins with the length of its index; the index has, for each entry, its name, where it begins, and its length.
    fn index(&self) -> &BTreeMap<String, (usize, usize)> {
        self.index.get_or_init(|| {
            let length = self.data.first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
            let index = self.data.get(4..4 + length).and_then(decoded).unwrap_or_default();
            let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
            let entries = index.as_object().into_iter().flatten();
            entries.map(|(name, at)| (name.clone(), (4 + length + number(&at[0]), number(&at[1])))).collect()
        })
    }

    fn entry(&self, name: &str) -> Option<Value> {
        let (start, length) = *self.index().get(name)?;
        decoded(self.data.get(start..start + length)?)
    }
}

/// Decodes JSON that was compressed.
fn decoded(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(&miniz_oxide::inflate::decompress_to_vec(bytes).ok()?).ok()
}

impl Operation {
    /// Returns the spec as the portal publishes it, with our corrections in it: `methods`, `path`, `parameters`, `responses`,
    /// `errorCodes`.
    #[must_use]
    pub fn spec(&self) -> &Value {
        &self.entry["spec"]
    }

    /// Returns our overlay, if there is one: `summary`, `ram`, `sensitive`, and what it says of parameters and codes.
    #[must_use]
    pub fn overlay(&self) -> Option<&Value> {
        self.entry.get("overlay")
    }

    /// Returns whether it may be executed twice: `safe`, `with_token` or `unsafe`.
    #[must_use]
    pub fn repeat(&self) -> &str {
        self.entry["repeat"].as_str().unwrap_or("unsafe")
    }

    /// Returns what it does to what runs: `none`, `change` or `interrupt`.
    #[must_use]
    pub fn impact(&self) -> &str {
        self.entry["impact"].as_str().unwrap_or("change")
    }

    /// Returns how many calls an account may make, with all its RAM users, and in how many seconds; nothing where no document says it.
    #[must_use]
    pub fn quota(&self) -> Option<(u32, u32)> {
        let of = |key: &str| self.entry["quota"][key].as_u64().and_then(|number| u32::try_from(number).ok());
        of("calls").zip(of("seconds"))
    }

    /// Returns how it is found out what became of a call; nothing where no document allows to conclude it.
    #[must_use]
    pub fn reconcile(&self) -> Option<Reconcile<'_>> {
        let entry = self.overlay()?.get("reconcile")?;
        let of = |key: &str| entry[key].as_str();
        let (executed_when, not_executed_when) = (of("executed_when"), of("not_executed_when"));
        Some(Reconcile { operation: of("operation")?, executed_when, not_executed_when })
    }
}

/// Says how it is found out what became of a call of which nobody knows whether it was executed. The conditions are those of the
/// crate `apsara-predicate`; where neither holds it stays unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconcile<'a> {
    /// The operation that is asked; it only reads, and gets those parameters of the call that it has too.
    pub operation: &'a str,
    /// The condition on its answer under which the call was executed, or is of no use any more.
    pub executed_when: Option<&'a str>,
    /// The condition on its answer under which the call cannot have been executed.
    pub not_executed_when: Option<&'a str>,
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("product", &self.product)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_decoded() {
        let mut operations = 0;
        for version in versions() {
            assert!(version.shared()["info"]["version"] == version.version(), "{version:?}");
            for name in version.operations() {
                let operation = version.operation(name).unwrap_or_else(|| panic!("{version:?} {name}"));
                assert!(operation.spec()["methods"].is_array(), "{name}");
                operations += 1;
            }
        }
        assert!(operations >= 418, "{operations}");
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        assert_eq!(version("live", "2015-01-01").map(Version::version), None);
        assert_eq!(version("live", "2016-11-01").unwrap().operation("Restart"), None);
        assert_eq!(version("live", "2016-11-01").unwrap().operation(""), None);
    }

    #[test]
    fn what_we_know_better_stands_beside_what_the_portal_says() {
        let restart = version("live", "2016-11-01").unwrap().operation("RestartLivePullToPush").unwrap();
        assert_eq!((restart.repeat(), restart.impact(), restart.quota()), ("unsafe", "interrupt", Some((10, 1))));
        assert_eq!(restart.overlay().unwrap()["ram"]["action"], "live:RestartLivePullToPush");
        let reconcile = restart.reconcile().unwrap();
        assert_eq!(reconcile.operation, "DescribeLivePullToPush");
        // What a running or an exited task says depends on whether a restart gives it a new id, which only one document says.
        assert_eq!((reconcile.executed_when, reconcile.not_executed_when), (None, Some("TaskStatus == 0")));
        let list = version("live", "2016-11-01").unwrap().operation("DescribeLivePullToPushList").unwrap();
        assert_eq!((list.impact(), list.reconcile()), ("none", None));
    }
}
