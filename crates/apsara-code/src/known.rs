//! How an operation is called, as the generator knows it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use apsara_catalog::Operation;
use apsara_codegen::{Usage, usages};
use apsara_specs::Version;

use crate::error::Error;

/// The usages of a version, by the names of the operations.
type Usages = Arc<BTreeMap<String, Usage>>;

/// What was worked out, by product and version: a name depends on all others of its version, so a version is done as a whole.
static KNOWN: Mutex<BTreeMap<(&'static str, &'static str), Usages>> = Mutex::new(BTreeMap::new());

/// Says how an operation is called. One that is shipped has the names that it has in the crate `apsara`.
pub(crate) fn usage(operation: &Operation) -> Result<Usage, Error> {
    let found = match shipped(operation) {
        Some(version) => of_version(version)?.get(&operation.name).cloned(),
        None => alone(operation)?,
    };
    found.ok_or_else(|| Error::new(format!("the spec of {} cannot be used", operation.name)))
}

/// Returns the version that an operation is shipped in; none if it is of somebody's own document.
pub(crate) fn shipped(operation: &Operation) -> Option<&'static Version> {
    let version = apsara_specs::version(&operation.product, operation.version())?;
    let shipped = version.operation(&operation.name)?;
    (shipped.spec() == operation.spec()).then_some(version)
}

fn of_version(version: &'static Version) -> Result<Usages, Error> {
    let key = (version.product(), version.version());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(usages) = known.get(&key) {
        return Ok(Arc::clone(usages));
    }
    let names: Vec<&str> = version.operations().collect();
    let decoded: Vec<_> = names.iter().filter_map(|name| Some((*name, version.operation(name)?))).collect();
    let operations = decoded.iter().map(|(name, operation)| (*name, operation.spec(), operation.overlay()));
    let made = usages(version.product(), &version.shared(), operations).map_err(refused)?;
    Ok(Arc::clone(known.entry(key).or_insert(Arc::new(made))))
}

fn alone(operation: &Operation) -> Result<Option<Usage>, Error> {
    let one = (operation.name.as_str(), operation.spec(), operation.overlay());
    let made = usages(&operation.product, operation.shared(), [one]).map_err(refused)?;
    Ok(made.into_values().next())
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed on by map_err")]
fn refused(refusals: apsara_codegen::Refusals) -> Error {
    Error::new(format!("the spec cannot be used: {}", refusals.to_string().trim_end()))
}
