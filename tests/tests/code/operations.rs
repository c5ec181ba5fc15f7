//! Operations of every product, with a value for each parameter.

use std::collections::{BTreeMap, BTreeSet};

use apsara_catalog::words::kebab;
use apsara_catalog::{Operation, Product, products};
use serde_json::{Map, Value};

use crate::sample;

/// A call of an operation.
pub(crate) struct Call {
    pub(crate) operation: Operation,
    pub(crate) parameters: Map<String, Value>,
}

/// Returns a call of every operation that is shipped, with a value for each of its parameters.
pub(crate) fn all() -> Vec<Call> {
    products().flat_map(|version| of_product(&Product::from(version))).collect()
}

fn of_product(product: &Product) -> Vec<Call> {
    product.operations().into_iter().map(|name| call(product.operation(name).unwrap())).collect()
}

fn call(operation: Operation) -> Call {
    let mut parameters = Map::new();
    for given in operation.spec()["parameters"].as_array().into_iter().flatten() {
        let place = given["in"].as_str().unwrap_or("query");
        let value = sample::value(&given["schema"], operation.shared(), place);
        let name = given["name"].as_str().unwrap();
        // A region chooses the host, so that it must be one.
        let value = if name == "RegionId" { "cn-shanghai".into() } else { value };
        parameters.entry(name).or_insert(value);
    }
    Call { operation, parameters }
}

/// Chooses operations that have, between them, every place, style and type of a parameter that a product has.
pub(crate) fn cover() -> Vec<Call> {
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::new();
    for call in all() {
        let mut is_new = false;
        for given in call.operation.spec()["parameters"].as_array().into_iter().flatten() {
            let schema = sample::resolved(&given["schema"], call.operation.shared());
            let items = sample::resolved(&schema["items"], call.operation.shared());
            let cell = [&given["in"], &given["style"], &schema["type"], &schema["format"], &items["type"]];
            is_new |= seen.insert((call.operation.product.clone(), cell.map(ToString::to_string)));
        }
        if is_new {
            chosen.push(call);
        }
    }
    chosen
}

impl Call {
    /// Returns what the variables hold that its secrets come from: each of its values, by the name that it would have.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for (name, value) in &self.parameters {
            leaves(value, &format!("{}_{}", self.operation.product, kebab(name)), &mut out);
        }
        out
    }
}

fn leaves(value: &Value, path: &str, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{path}_{}", index + 1), out));
        }
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| leaves(value, &format!("{path}_{}", kebab(key)), out));
        }
        leaf => {
            let name: String =
                path.chars().map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' }).collect();
            out.insert(name, leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned));
        }
    }
}
