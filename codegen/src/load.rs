//! Finds and reads the files of a folder of specs: the only input.

mod sources;
mod twice;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::overlay::{self, Ours};
use crate::product::{self, Product};
use crate::refusal::{Collector, Place, did_you_mean};
use crate::repair;
use crate::spec::{self, Api};
use sources::Files;
pub use sources::Sources;
pub use twice::keys_once;

/// The names of the files that say what a version's operations share, and how the names of overlays end.
const DOCUMENT: &str = "api-docs.json";
const PRODUCT: &str = "product.json";
const OVERLAY: &str = ".apsara.json";

/// One version of a product, as its files say it.
#[derive(Debug)]
pub(crate) struct Version {
    /// The folder, as it is named in the first line of what is generated.
    pub(crate) folder: String,
    /// The product's folder; the module has its name.
    pub(crate) product_folder: String,
    pub(crate) product: Product,
    /// Whether it stands for its product: the version that says so, else the newest.
    pub(crate) is_default: bool,
    /// Whether what its operations share is from a whole document of the portal.
    pub(crate) published: bool,
    /// By name.
    pub(crate) operations: BTreeMap<String, (Api, Ours)>,
}

/// Reads what the files say. What is wrong with them is refused; what is left is returned.
pub(crate) fn load(sources: &Sources, refusals: &Collector) -> Vec<Version> {
    for stray in &sources.strays {
        let problem = "no version has a file here, so that nobody would read it";
        refusals.refuse(&Place::file(&stray.path), problem, format!("move it to {}", stray.belongs));
    }
    let versions = sources.versions.iter().filter_map(|(folder, files)| version(folder, files, refusals));
    let mut versions: Vec<Version> = versions.collect();
    choose_defaults(&mut versions);
    versions
}

/// Chooses the version that stands for each product, whatever is asked for afterwards.
pub(crate) fn choose_defaults(versions: &mut [Version]) {
    let mut chosen: BTreeMap<&str, usize> = BTreeMap::new();
    let rank = |version: &Version| (version.product.default_version == Some(true), version.product.version.clone());
    for (index, version) in versions.iter().enumerate() {
        let best = chosen.entry(&version.product_folder).or_insert(index);
        if rank(version) > rank(&versions[*best]) {
            *best = index;
        }
    }
    let chosen: Vec<usize> = chosen.into_values().collect();
    for (index, version) in versions.iter_mut().enumerate() {
        version.is_default = chosen.contains(&index);
    }
}

fn version(folder: &str, sources: &Files, refusals: &Collector) -> Option<Version> {
    // In a schema folder, or in one without operations, is nothing to generate.
    let named = match sources.in_layout {
        true => Some(folder.rsplit_once('/')?),
        false => None,
    };
    let mut files: BTreeMap<&str, (Place, Value)> = BTreeMap::new();
    for (file, (path, text)) in &sources.texts {
        let text = without_mark(text);
        match serde_json::from_str(text) {
            Ok(value) => {
                if is_ours(file, &value) {
                    twice::refuse(text, &Place::file(path), refusals);
                } else {
                    twice::repair(text, &Place::file(path), refusals);
                }
                files.insert(file, (Place::file(path), value));
            }
            Err(error) => {
                refusals.refuse(&Place::file(path), format!("this is not JSON: {error}"), "mend it there");
            }
        }
    }
    if files.is_empty() {
        return None;
    }
    let (document, described) = (files.remove(DOCUMENT), files.remove(PRODUCT));
    let mut document = document.map(unwrapped);
    let apis = document.as_mut().map(|(place, value)| (place.clone(), value.get_mut("apis").map(Value::take)));
    let is_published = document.is_some() || files.iter().any(|(file, (_, value))| !is_ours(file, value));
    let product = match (&described, &document) {
        (Some((place, value)), document) => {
            let mut product = product::product(value, place.clone(), is_published, refusals)?;
            if let Some((place, value)) = document {
                refusals.reading(true, || product::complete(&mut product, value, place.clone(), refusals));
            }
            product
        }
        (None, Some((place, value))) => {
            refusals.reading(true, || product::of_document(value, place.clone(), refusals))?
        }
        (None, None) => {
            let problem = "there is neither a product.json nor a whole api-docs.json here";
            let instead = "add a product.json, as api-specs/README.md shows it";
            refusals.refuse(&Place::file(folder), problem, instead);
            return None;
        }
    };
    if let Some((_, version_folder)) = named
        && product.version != version_folder
        && !product.version.is_empty()
    {
        let place = product.place.child("info").child("version");
        let problem = format!("the version is `{}`, but the folder is `{version_folder}`", product.version);
        refusals.refuse(&place, problem, "name the folder after the version");
    }
    let mut specs: BTreeMap<String, (Place, Value)> = BTreeMap::new();
    match apis {
        Some((place, Some(Value::Object(apis)))) => {
            let place = place.child("apis");
            specs.extend(apis.into_iter().map(|(name, value)| {
                let place = place.child(&name);
                (name, (place, value))
            }));
        }
        Some((place, _)) => {
            refusals.refuse(&place, "there are no `apis`", "take the document that the portal gives as metadata");
        }
        None => {}
    }
    let (overlays, operations): (Vec<_>, Vec<_>) = files.into_iter().partition(|(file, _)| file.ends_with(OVERLAY));
    for (file, (place, value)) in operations {
        let name = file.strip_suffix(".json").unwrap_or(file).to_owned();
        match specs.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert((place, value));
            }
            Entry::Occupied(entry) => {
                let problem = format!("`{}` stands in api-docs.json as well", entry.key());
                refusals.refuse(&place, problem, "remove one of them");
            }
        }
    }
    let product_folder = match named {
        Some((above, _)) => above.rsplit_once('/').map_or(above, |(_, name)| name).to_owned(),
        None => product.name.to_lowercase(),
    };
    let mut loaded = Version {
        folder: folder.to_owned(),
        product_folder,
        product,
        is_default: false,
        published: document.is_some(),
        operations: BTreeMap::new(),
    };
    let mut ours: BTreeMap<String, (Place, Value)> = BTreeMap::new();
    for (file, (place, value)) in overlays {
        let name = file.strip_suffix(OVERLAY).unwrap_or(file).to_owned();
        if specs.contains_key(&name) {
            ours.insert(name, (place, value));
        } else {
            let near = did_you_mean(&name, specs.keys().map(String::as_str));
            refusals.refuse(
                &place,
                format!("there is no operation `{name}`{near}"),
                "name the file after its operation",
            );
        }
    }
    let hosts: BTreeSet<String> = specs.values().flat_map(|(_, value)| host_parameters(value)).collect();
    for (name, (place, mut value)) in specs {
        let overlay = ours.get(&name);
        if let Some((place, overlay)) = overlay {
            overlay::correct(&mut value, overlay, place, refusals);
        }
        // A file of ours names its schema. What the portal publishes does not, and what is wrong there nobody can mend.
        let is_published = value.get("$schema").is_none();
        if name.is_empty() {
            refusals.refuse(
                &place,
                "an operation has no name",
                "call it, or its file, as the cloud does: DescribeTasks.json",
            );
            continue;
        }
        let (place, value) = match value.get_mut("data").filter(|data| data.get("methods").is_some()) {
            Some(wrapped) => (place.child("data"), wrapped.take()),
            None => (place, value),
        };
        let read = || {
            let mut api = spec::api(&name, &value, place, refusals)?;
            if is_published {
                repair::repair(&mut api, &loaded.product.style, &hosts, refusals);
            }
            Some(api)
        };
        let Some(mut api) = refusals.reading(is_published, read) else { continue };
        api.source = value;
        let ours = overlay
            .map(|(place, overlay)| overlay::apply(&mut api, &mut loaded.product, overlay, place.clone(), refusals));
        loaded.operations.insert(name, (api, ours.unwrap_or_default()));
    }
    Some(loaded)
}

/// Returns whether somebody here wrote a file: an operation of ours names its schema, and what the portal publishes does not.
fn is_ours(file: &str, value: &Value) -> bool {
    file == PRODUCT || file.ends_with(OVERLAY) || value.get("$schema").is_some()
}

/// Returns a text without the byte order mark by which editors and shells of Windows begin a file, and which JSON does not have.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Returns a document of the portal without what it may be wrapped in: `{ "code": …, "data": … }`.
fn unwrapped((place, mut value): (Place, Value)) -> (Place, Value) {
    match value.get_mut("data").filter(|data| data.get("apis").is_some()) {
        Some(data) => (place.child("data"), data.take()),
        None => (place, value),
    }
}

/// Returns the names of an operation's parameters that stand in the host's name.
fn host_parameters(spec: &Value) -> Vec<String> {
    let parameters = spec.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let hosts = parameters.filter(|it| it.get("in").and_then(Value::as_str) == Some("host"));
    hosts.filter_map(|it| it.get("name")?.as_str()).map(str::to_owned).collect()
}
