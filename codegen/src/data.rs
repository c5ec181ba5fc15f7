//! The specs as data: what was read, and what is derived of it, for programs that take any operation by its name.

use serde_json::{Map, Value, json};

use crate::facts::{Impact, Quota, Repeat};
use crate::load::Version;
use crate::names;
use crate::overlay::Ours;
use crate::spec::Api;

/// Holds the specs of a version: JSON for each operation, and for what they share.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VersionData {
    /// The product's folder.
    pub product: String,
    /// The product's module, which is the name of its feature as well.
    pub module: String,
    /// The version as the cloud writes it.
    pub version: String,
    /// What all operations share.
    pub shared: Value,
    /// By name: `spec`, `overlay` if there is one, `repeat`, `impact`, and `quota` if it is known.
    pub operations: Vec<(String, Value)>,
}

/// Returns the specs of every version.
pub(crate) fn data(versions: &[Version]) -> Vec<VersionData> {
    let one = |version: &Version| VersionData {
        product: version.product_folder.clone(),
        module: names::module(&version.product_folder),
        version: version.product.version.clone(),
        shared: without_schema(&version.product.source),
        operations: version.operations.iter().map(|(name, (api, ours))| (name.clone(), operation(api, ours))).collect(),
    };
    versions.iter().map(one).collect()
}

fn operation(api: &Api, ours: &Ours) -> Value {
    let word =
        |words: &[(&'static str, Repeat)], of: Repeat| words.iter().find(|(_, it)| *it == of).map(|(word, _)| *word);
    let repeat = word(&Repeat::WORDS, ours.repeat.unwrap_or_else(|| Repeat::derived(api)));
    let impact = ours.impact.unwrap_or_else(|| Impact::derived(api));
    let impact = Impact::WORDS.iter().find(|(_, it)| *it == impact).map(|(word, _)| *word);
    let mut entry = Map::new();
    entry.insert("spec".to_owned(), without_schema(&api.source));
    entry.extend(ours.source.as_ref().map(|overlay| ("overlay".to_owned(), without_schema(overlay))));
    entry.insert("repeat".to_owned(), json!(repeat));
    entry.insert("impact".to_owned(), json!(impact));
    if let Some(Quota { calls, seconds }) = ours.quota.or(api.quota) {
        entry.insert("quota".to_owned(), json!({ "calls": calls, "seconds": seconds }));
    }
    Value::Object(entry)
}

/// Leaves out the name of the file's own schema, which says nothing of the operation.
fn without_schema(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(entries) = value.as_object_mut() {
        entries.remove("$schema");
    }
    value
}
