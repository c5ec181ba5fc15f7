//! The operations: what their specs say, for the official functions, and how our runtime is told of them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use apsara_core::untyped::Description;
use apsara_tests::workspace::root;
use serde_json::{Map, Value};

use crate::Result;
use crate::draw::Draw;

/// A version of a product: what its operations share, and their specs.
struct Version {
    product: String,
    shared: Value,
    /// Each with our overlay, if there is one.
    operations: Vec<(String, Value, Option<Value>)>,
}

/// All operations, each described when it is first drawn.
pub(crate) struct Operations {
    versions: Vec<Version>,
    /// Where each operation is: its version, and its place there.
    all: Vec<(usize, usize)>,
    /// Those of them that have more than texts in a query.
    compound: Vec<usize>,
    described: HashMap<usize, Option<Described>>,
}

/// An operation that can be called.
#[derive(Clone)]
pub(crate) struct Described {
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) spec: Arc<Value>,
    pub(crate) shared: Arc<Value>,
    pub(crate) ours: Arc<Description>,
    pub(crate) is_rpc: bool,
    /// Whether the official core has version 1 for operations of that style.
    pub(crate) has_v1: bool,
    pub(crate) method: String,
    pub(crate) path: String,
}

impl Operations {
    /// Reads the specs that are shipped, and the portal's documents where they are.
    pub(crate) fn read() -> Result<Self> {
        let mut versions: Vec<Version> = apsara_specs::versions()
            .map(|version| {
                let operations = version.operations().filter_map(|name| {
                    let operation = version.operation(name)?;
                    Some((name.to_owned(), operation.spec().clone(), operation.overlay().cloned()))
                });
                let operations = operations.collect();
                Version { product: version.product().to_owned(), shared: version.shared(), operations }
            })
            .collect();
        for (product, mut document) in documents()? {
            let number = &document["info"]["version"];
            if versions.iter().any(|known| known.product == product && known.shared["info"]["version"] == *number) {
                continue;
            }
            let Some(Value::Object(apis)) = document.as_object_mut().and_then(|document| document.remove("apis"))
            else {
                continue;
            };
            let operations = apis.into_iter().map(|(name, spec)| (name, spec, None)).collect();
            versions.push(Version { product, shared: document, operations });
        }
        let places = |(index, version): (usize, &Version)| (0..version.operations.len()).map(move |at| (index, at));
        let all: Vec<(usize, usize)> = versions.iter().enumerate().flat_map(places).collect();
        let is_compound = |index: &usize| {
            let (version, at) = all[*index];
            let parameters = versions[version].operations[at].1["parameters"].as_array();
            parameters
                .into_iter()
                .flatten()
                .any(|it| it["style"].is_string() || it["in"] != "query" && it["in"] != "path")
        };
        let compound = (0..all.len()).filter(is_compound).collect();
        Ok(Self { versions, all, compound, described: HashMap::new() })
    }

    /// Draws an operation that can be compared; every other one has more than texts in a query.
    pub(crate) fn draw(&mut self, draw: &mut Draw) -> Result<Described> {
        loop {
            let index = if draw.percent(50) { *draw.one(&self.compound) } else { draw.below(self.all.len()) };
            if let Some(operation) = self.get(index)? {
                return Ok(operation);
            }
        }
    }

    /// Returns an operation; nothing where the two sides cannot be compared.
    fn get(&mut self, index: usize) -> Result<Option<Described>> {
        if let Some(described) = self.described.get(&index) {
            return Ok(described.clone());
        }
        let (version, at) = self.all[index];
        let described = self.versions[version].describe(at)?;
        self.described.insert(index, described.clone());
        Ok(described)
    }

    /// How many operations were drawn that are compared, and how many that are not.
    pub(crate) fn drawn(&self) -> (usize, usize) {
        let compared = self.described.values().filter(|described| described.is_some()).count();
        (compared, self.described.len() - compared)
    }
}

impl Version {
    fn describe(&self, at: usize) -> Result<Option<Described>> {
        let (name, spec, overlay) = &self.operations[at];
        // What our generator refuses, no client of ours has.
        let Ok(data) = apsara_codegen::describe_data(&self.product, &self.shared, name, spec, overlay.as_ref()) else {
            return Ok(None);
        };
        let is_by_key = ["access_key_or_bearer", ""].contains(&data["security"].as_str().unwrap_or(""));
        // The official core signs for such gateways by other packages.
        if !is_by_key || data.get("ownSignature").is_some() {
            return Ok(None);
        }
        let path = spec["path"].as_str().filter(|path| !path.is_empty()).unwrap_or("/");
        // What stands there for a whole path is OSS's alone.
        if path.contains(['*', '?', '+']) {
            return Ok(None);
        }
        Ok(Some(Described {
            product: self.product.clone(),
            name: name.clone(),
            version: self.shared["info"]["version"].as_str().unwrap_or_default().to_owned(),
            is_rpc: self.shared["info"]["style"] == "RPC",
            has_v1: ["RPC", "ROA"].iter().any(|style| self.shared["info"]["style"] == *style),
            method: method(spec).to_ascii_uppercase(),
            path: path.to_owned(),
            spec: Arc::new(spec.clone()),
            shared: Arc::new(components(&self.shared)),
            ours: Arc::new(Description::from_json(&data)?),
        }))
    }
}

/// Of several methods the official generator takes `post`, or else the first.
fn method(spec: &Value) -> &str {
    let methods: Vec<&str> = spec["methods"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    methods.iter().find(|method| **method == "post").or(methods.first()).copied().unwrap_or("post")
}

fn components(shared: &Value) -> Value {
    Value::Object(Map::from_iter([("components".to_owned(), shared["components"].clone())]))
}

/// Reads the portal's documents, by the folder of the product; none where they are not, which is said, and on CI is an error.
fn documents() -> Result<Vec<(String, Value)>> {
    let folder = root().join("../shared/metadata");
    let mut documents = Vec::new();
    if !folder.exists() {
        if std::env::var_os("CI").is_some() {
            return Err("CI must have the portal's documents".into());
        }
        println!("the portal's documents are not here: operations are drawn of what is shipped alone");
        return Ok(documents);
    }
    for product in sorted(folder)? {
        for version in sorted(product.clone())? {
            let Ok(text) = fs::read_to_string(version.join("api-docs.json")) else { continue };
            let name = product.file_name().unwrap_or_default().to_string_lossy().into_owned();
            documents.push((name, serde_json::from_str(&text)?));
        }
    }
    Ok(documents)
}

/// Lists a folder, in an order by which a seed means the same everywhere.
fn sorted(folder: PathBuf) -> Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>()?;
    entries.retain(|entry| entry.is_dir());
    entries.sort();
    Ok(entries)
}
