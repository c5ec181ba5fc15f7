//! Surfaces as JSON, so that what is generated can be compared with one that was taken long before.

use serde_json::{Map, Value, json};

use super::surface::{About, Item, Items, Told};
use super::{Class, Surface};

impl Surface {
    /// Returns it as JSON: by product and version, by operation, by path, what it comes with, its shape, what it is upstream, and its
    /// facts. Long texts, which are only ever compared, are digests.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut stored = json!({});
        for (path, Item { about, within, shape, facts }) in &self.items {
            let About { product, version, operation, words } = about;
            let told = facts.iter().filter(|(_, told)| !told.text.is_empty());
            let facts: Map<String, Value> = told.map(|(name, told)| (name.clone(), json!(told.text))).collect();
            let version = format!("{product} {version}");
            stored[version.trim_end()][operation.as_deref().unwrap_or_default()][path] =
                json!([within, shape, words, facts]);
        }
        stored
    }

    /// Reads what [`Surface::to_json`] returned.
    ///
    /// # Errors
    ///
    /// Says at which path it is something else.
    pub fn from_json(stored: &Value) -> Result<Self, String> {
        let entries = |value: &Value, at: &str| {
            let entries = value.as_object().cloned();
            entries.ok_or_else(|| format!("{at} is no object; take the surface anew from the specs of that release"))
        };
        let mut items = Items::new();
        for (key, operations) in entries(stored, "the surface")? {
            let (product, version) = key.split_once(' ').unwrap_or((&key, ""));
            for (operation, paths) in entries(&operations, &key)? {
                for (path, item) in entries(&paths, &format!("{key} {operation}"))? {
                    let text = |index: usize| item[index].as_str().map(str::to_owned);
                    let (Some(within), Some(shape), Some(words)) = (text(0), text(1), text(2)) else {
                        return Err(format!(
                            "{path} has no shape; take the surface anew from the specs of that release"
                        ));
                    };
                    let facts = entries(&item[3], &path)?.into_iter().filter_map(|(name, text)| {
                        // What a difference would be is said by the newer side.
                        Some((name, Told { text: text.as_str()?.to_owned(), class: Class::Patch }))
                    });
                    let about = About {
                        product: product.to_owned(),
                        version: version.to_owned(),
                        operation: Some(operation.clone()).filter(|operation| !operation.is_empty()),
                        words,
                    };
                    items.insert(path, Item { about, within, shape, facts: facts.collect() });
                }
            }
        }
        Ok(Self { items, refusals: Vec::new() })
    }
}
