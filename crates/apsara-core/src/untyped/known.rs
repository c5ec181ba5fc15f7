//! The operations that untyped calls were made of. Errors and pacers name an operation as generated code does, for as long as the
//! program lives; so each distinct one is kept once, by its content, and there are no more than a program calls.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::description::{Description, Facts, Hosts, Version};
use crate::operation::{Operation, Product};

/// A version, with those of its operations that were called.
struct Known {
    product: &'static Product,
    operations: HashMap<Facts, &'static Operation>,
}

/// Returns the operation that is described.
pub(super) fn operation(description: &Description) -> &'static Operation {
    static KNOWN: LazyLock<Mutex<HashMap<Version, Known>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if !known.contains_key(&description.product) {
        let product = product(&description.product);
        known.insert(description.product.clone(), Known { product, operations: HashMap::new() });
    }
    // Just put there, where it was not.
    let Some(Known { product, operations }) = known.get_mut(&description.product) else {
        unreachable!("the version is among the known")
    };
    // Who writes the path into the call may write ids into it: it is no fact of the operation.
    let is_open = description.open || description.is_path_given;
    let open = is_open.then(|| Facts { path: "/".to_owned(), ..description.facts.clone() });
    let facts = open.as_ref().unwrap_or(&description.facts);
    if let Some(operation) = operations.get(facts) {
        return operation;
    }
    let Facts { name, method, path, security, repeat, impact, quota, ram_action } = facts.clone();
    let operation: &'static Operation = Box::leak(Box::new(Operation {
        product,
        name: leaked(name),
        method,
        path: leaked(path),
        security,
        repeat,
        impact,
        quota,
        ram_action: ram_action.map(leaked),
    }));
    operations.insert(facts.clone(), operation);
    operation
}

fn product(version: &Version) -> &'static Product {
    let version = version.clone();
    Box::leak(Box::new(Product {
        name: leaked(version.name),
        version: leaked(version.version),
        style: version.style,
        default_region: version.default_region.map(leaked),
        portal_endpoints: hosts(version.portal_endpoints),
        sdk_endpoints: hosts(version.sdk_endpoints),
        sdk_rule: version.sdk_rule,
        named_endpoint: version.named_endpoint.map(leaked),
        own_signature: version.own_signature.map(leaked),
    }))
}

fn hosts(hosts: Hosts) -> &'static [(&'static str, &'static [&'static str])] {
    let row = |(host, regions): (String, Vec<String>)| {
        let regions: Vec<&'static str> = regions.into_iter().map(leaked).collect();
        (leaked(host), &*regions.leak())
    };
    hosts.into_iter().map(row).collect::<Vec<_>>().leak()
}

fn leaked(text: String) -> &'static str {
    text.leak()
}
