//! The products and their operations, as the page lists and searches them.

use std::collections::BTreeMap;

use apsara_catalog::Product;
use serde_json::{Value, json};

/// Writes down every product with its operations.
pub(crate) fn write(products: &[Product]) -> Value {
    json!({ "products": products.iter().map(product).collect::<Vec<_>>() })
}

fn product(product: &Product) -> Value {
    let shared = product.shared();
    let groups = groups(&shared["directories"]);
    let names = product.operations();
    let mut operations: Vec<(usize, Value)> = Vec::with_capacity(names.len());
    for name in names {
        // What the portal lists and cannot be read is not listed here.
        let Ok(operation) = product.decode(name) else { continue };
        let mut codes: Vec<String> = operation.codes().into_iter().map(|code| code.code).collect();
        codes.dedup();
        let (place, group) = groups.get(name).map_or((usize::MAX, ""), |(place, group)| (*place, group.as_str()));
        let listed = json!({
            "name": name,
            "summary": operation.summary(),
            "impact": operation.impact,
            "deprecated": operation.spec()["deprecated"] == true,
            "group": group,
            "codes": codes,
        });
        operations.push((place, listed));
    }
    operations.sort_by_key(|(place, _)| *place);
    let text = |key: &str| shared[key].as_str().filter(|text| !text.is_empty());
    json!({
        "word": product.word(),
        "version": shared["info"]["version"],
        "title": text("title").map_or_else(|| product.word(), str::to_owned),
        "summary": text("summary"),
        "operations": operations.into_iter().map(|(_, operation)| operation).collect::<Vec<_>>(),
    })
}

/// Returns for each operation its place among all, and the title of the group that it stands in.
fn groups(directories: &Value) -> BTreeMap<String, (usize, String)> {
    fn walk(entries: &Value, title: &str, out: &mut BTreeMap<String, (usize, String)>) {
        for entry in entries.as_array().into_iter().flatten() {
            if let Some(name) = entry.as_str() {
                let place = out.len();
                out.entry(name.to_owned()).or_insert((place, title.to_owned()));
            } else {
                let inner = entry["title"].as_str().unwrap_or_default();
                let title = if title.is_empty() { inner.to_owned() } else { format!("{title}: {inner}") };
                walk(&entry["children"], &title, out);
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(directories, "", &mut out);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_live_is_listed_in_its_group() {
        let live = write(&[apsara_catalog::product("live", None).unwrap()]);
        let live = &live["products"][0];
        assert_eq!((&live["word"], &live["version"]), (&json!("live"), &json!("2016-11-01")));
        let operations = live["operations"].as_array().unwrap();
        assert_eq!(operations.len(), 418);
        let restart = operations.iter().find(|it| it["name"] == "RestartLivePullToPush").unwrap();
        assert_eq!(restart["impact"], "interrupt");
        assert!(!restart["group"].as_str().unwrap().is_empty(), "{restart}");
        assert!(restart["codes"].as_array().unwrap().contains(&json!("CodeTaskNotExist")), "{restart}");
    }

    #[test]
    fn groups_in_groups_have_both_names() {
        let directories =
            json!(["A", { "title": "One", "children": ["B", { "title": "Two", "children": ["C", "A"] }] }]);
        let groups = groups(&directories);
        let of = |name: &str| groups[name].clone();
        assert_eq!((of("A"), of("B")), ((0, String::new()), (1, "One".to_owned())));
        assert_eq!(of("C"), (2, "One: Two".to_owned()));
    }
}
