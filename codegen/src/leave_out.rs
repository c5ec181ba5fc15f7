//! Goes on without what was refused: an operation, or a version of which something is refused that its operations share.

use std::collections::BTreeSet;

use crate::load::Version;
use crate::product::Product;
use crate::refusal::{Place, Refusal};
use crate::spec::{Api, Schema};

/// What a refusal is of.
pub(crate) enum Of {
    Operation(String),
    Component(String),
    Version,
}

/// Removes the operations that refusals are of, and the versions of which nothing else is sure.
pub(crate) fn leave_out(versions: &mut Vec<Version>, refusals: &[Refusal]) {
    versions.retain_mut(|version| {
        let (mut operations, mut components) = (BTreeSet::new(), BTreeSet::new());
        for place in refusals.iter().map(Refusal::place).filter(|place| place.is_in(&version.folder)) {
            match of(place, &version.folder) {
                Of::Operation(name) => operations.insert(name),
                Of::Component(name) => components.insert(name),
                Of::Version => return false,
            };
        }
        version
            .operations
            .retain(|name, (api, _)| !operations.contains(name) && !reaches(api, &version.product, &components));
        !version.operations.is_empty()
    });
}

/// Reads from a place what a refusal is of: by where it is in the file, else by the name of the file. The file is in `folder`, or it is a
/// document that `folder` is the path of.
pub(crate) fn of(place: &Place, folder: &str) -> Of {
    let file = place.file_name().rsplit('/').next().unwrap_or_default();
    let keys = place.keys();
    // The portal may have wrapped its document.
    let keys = if keys.first().is_some_and(|key| key == "data") { &keys[1..] } else { &keys };
    let is_shared = matches!(file, "api-docs.json" | "product.json") || place.file_name() == folder;
    match keys {
        [apis, name, ..] if apis == "apis" && is_shared => Of::Operation(name.clone()),
        [components, schemas, name, ..] if components == "components" && schemas == "schemas" && is_shared => {
            Of::Component(name.clone())
        }
        _ if is_shared => Of::Version,
        _ => match file.strip_suffix(".apsara.json").or_else(|| file.strip_suffix(".json")) {
            Some(name) => Of::Operation(name.to_owned()),
            None => Of::Version,
        },
    }
}

/// Returns whether an operation holds one of the components, however deep.
pub(crate) fn reaches(api: &Api, product: &Product, components: &BTreeSet<String>) -> bool {
    if components.is_empty() {
        return false;
    }
    let mut open: Vec<&Schema> = api.parameters.iter().map(|it| &it.schema).collect();
    open.extend(api.response.iter().chain(api.response_headers.values()));
    let mut seen = BTreeSet::new();
    while let Some(schema) = open.pop() {
        if let Some(name) = schema.reference.as_deref().and_then(|it| it.strip_prefix("#/components/schemas/")) {
            if components.contains(name) {
                return true;
            }
            if seen.insert(name) {
                open.extend(product.components.get(name));
            }
        }
        open.extend(schema.properties.values().chain(schema.items.as_deref()).chain(schema.additional.as_deref()));
    }
    false
}
