//! Finds and reads the files of a folder of specs: the only input.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::overlay::{self, Ours};
use crate::product::{self, Product};
use crate::refusal::{Collector, Place, did_you_mean};
use crate::repair;
use crate::spec::{self, Api};

/// The names of the files that say what a version's operations share, and how the names of overlays end.
const DOCUMENT: &str = "api-docs.json";
const PRODUCT: &str = "product.json";
const OVERLAY: &str = ".apsara.json";

/// Holds spec files, version by version.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, Files>);

/// The files of a version.
#[derive(Clone, Debug, Default)]
struct Files {
    /// Whether they stand in `PRODUCT/VERSION/`; else only they themselves say what they are of.
    in_layout: bool,
    /// The path, by which a file is told, and the text, by the name that the file has in that layout.
    texts: BTreeMap<String, (String, String)>,
}

/// One version of a product, as its files say it.
#[derive(Debug)]
pub(crate) struct Version {
    /// The folder, as it is named in the first line of what is generated.
    pub(crate) folder: String,
    /// The product's folder; the module has its name.
    pub(crate) product_folder: String,
    pub(crate) product: Product,
    /// Whether what its operations share is from a whole document of the portal.
    pub(crate) published: bool,
    /// By name.
    pub(crate) operations: BTreeMap<String, (Api, Ours)>,
}

impl Sources {
    /// Reads every JSON file two folders below `root` (`PRODUCT/VERSION/*.json`); `name` is what the folder is called in
    /// refusals and in what is generated.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub fn read(root: &Path, name: &str) -> io::Result<Self> {
        let mut sources = Self::default();
        for product in folders(root)? {
            for version in folders(&root.join(&product))? {
                let folder = root.join(&product).join(&version);
                for (file, text) in texts(&folder)? {
                    sources.insert(format!("{name}/{product}/{version}/{file}"), text);
                }
            }
        }
        Ok(sources)
    }

    /// Reads what somebody has: a whole document of the portal, a folder with the files of one version, or a folder of
    /// `PRODUCT/VERSION` folders.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::find(path, &[]).map(|(sources, _)| sources)
    }

    /// Adds a file of a folder `PRODUCT/VERSION`.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let files = self.0.entry(folder.to_owned()).or_default();
        files.in_layout = true;
        files.texts.insert(file.to_owned(), (path.clone(), text.into()));
    }

    /// Adds a whole document of the portal, wherever it stands: it says its product and version itself.
    pub fn insert_document(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        self.0.entry(path.clone()).or_default().texts.insert(DOCUMENT.to_owned(), (path, text.into()));
    }

    /// Reads what somebody has: a whole document of the portal, a folder with the files of one version, or a folder of
    /// `PRODUCT/VERSION` folders; and overlays that stand elsewhere. Returns the paths that were read as well.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub(crate) fn find(source: &Path, overlays: &[PathBuf]) -> io::Result<(Self, Vec<PathBuf>)> {
        let name = shown(source);
        let mut sources = Self::default();
        if !source.is_dir() {
            sources.insert_document(&name, text(source)?);
        } else if source.join(PRODUCT).exists() || source.join(DOCUMENT).exists() {
            let files = sources.0.entry(name.clone()).or_default();
            for (file, text) in texts(source)? {
                files.texts.insert(file.clone(), (format!("{name}/{file}"), text));
            }
        } else {
            sources = Self::read(source, &name)?;
        }
        for overlay in overlays {
            let text = text(overlay)?;
            let file = overlay.file_name().unwrap_or_default().to_string_lossy();
            let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {what}", shown(overlay)));
            if !file.ends_with(OVERLAY) {
                return Err(wrong("call an overlay after its operation, Operation.apsara.json"));
            }
            if sources.0.len() != 1 {
                return Err(wrong("put it beside its operation, for there is not one version"));
            }
            for files in sources.0.values_mut() {
                files.texts.insert(file.clone().into_owned(), (shown(overlay), text.clone()));
            }
        }
        let mut paths: Vec<PathBuf> = overlays.to_vec();
        paths.push(source.to_owned());
        Ok((sources, paths))
    }
}

fn folders(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).map_err(|error| named(root, &error))? {
        let entry = entry?;
        if let (true, Ok(name)) = (entry.file_type()?.is_dir(), entry.file_name().into_string()) {
            found.push(name);
        }
    }
    Ok(found)
}

/// Reads the JSON files of a folder.
fn texts(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry?.path();
        let Some(file) = path.file_name().and_then(|file| file.to_str()) else { continue };
        if file.ends_with(".json") {
            found.push((file.to_owned(), text(&path)?));
        }
    }
    Ok(found)
}

fn text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| named(path, &error))
}

/// Returns a path as it is told, with `/` on every system.
fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/").trim_end_matches('/').to_owned()
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Reads what the files say. What is wrong with them is refused; what is left is returned.
pub(crate) fn load(sources: &Sources, refusals: &Collector) -> Vec<Version> {
    sources.0.iter().filter_map(|(folder, files)| version(folder, files, refusals)).collect()
}

fn version(folder: &str, sources: &Files, refusals: &Collector) -> Option<Version> {
    // In a schema folder, or in one without operations, is nothing to generate.
    let named = match sources.in_layout {
        true => Some(folder.rsplit_once('/')?),
        false => None,
    };
    let mut files: BTreeMap<&str, (Place, Value)> = BTreeMap::new();
    for (file, (path, text)) in &sources.texts {
        match serde_json::from_str(text) {
            Ok(value) => {
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
    refusals.published(document.is_some());
    let product = match (&described, &document) {
        (Some((place, value)), _) => product::product(value, place.clone(), refusals)?,
        (None, Some((place, value))) => product::of_document(value, place.clone(), refusals)?,
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
        let name = file.trim_end_matches(".json").to_owned();
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
        published: document.is_some(),
        operations: BTreeMap::new(),
    };
    let mut ours: BTreeMap<String, (Place, Value)> = BTreeMap::new();
    for (file, (place, value)) in overlays {
        let name = file.trim_end_matches(OVERLAY).to_owned();
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
        refusals.published(value.get("$schema").is_none());
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
        let Some(mut api) = spec::api(&name, &value, place, refusals) else { continue };
        api.source = value;
        if api.published {
            repair::repair(&mut api, &loaded.product.style, &hosts, refusals);
        }
        let ours = overlay.map(|(place, overlay)| overlay::apply(&mut api, overlay, place.clone(), refusals));
        loaded.operations.insert(name, (api, ours.unwrap_or_default()));
    }
    refusals.published(false);
    Some(loaded)
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
