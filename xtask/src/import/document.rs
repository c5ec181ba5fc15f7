//! A document of the portal, of either kind, and what its operations share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Take, facts};
use crate::run::Failure;

/// A document that was read.
pub(super) struct Document {
    /// Where it belongs, below the folder of the specs: `PRODUCT/VERSION`.
    pub(super) folder: String,
    pub(super) operations: BTreeMap<String, Value>,
    pub(super) published: Published,
}

/// What the portal published.
pub(super) enum Published {
    /// A whole version.
    Version(Value),
    /// One operation.
    Operation,
}

impl Document {
    /// Reads a document; the portal may have wrapped it in `{ "code": …, "data": … }`.
    pub(super) fn read(path: &Path, into: Option<&str>) -> Result<Self, Failure> {
        let failed = |problem: &str| format!("{}: {problem}", path.display());
        let text = fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
        // Editors and shells of Windows begin a file by a byte order mark, which JSON does not have.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let value: Value = serde_json::from_str(text).map_err(|error| failed(&format!("this is not JSON: {error}")))?;
        apsara_codegen::keys_once(&path.display().to_string(), text).map_err(|told| told.to_string())?;
        let is_document = |value: &Value| value.get("apis").is_some() || value.get("methods").is_some();
        let value = match value.get("data") {
            Some(data) if !is_document(&value) => data.clone(),
            _ => value,
        };
        if let Some(apis) = value.get("apis") {
            let apis = apis.as_object().ok_or_else(|| failed("`apis` is no object"))?;
            if let Some(wrong) = apis.keys().find(|name| !is_operation(name)) {
                return Err(failed(&format!(
                    "an operation in `apis` is called {wrong:?}, and no file can be called so; {OPERATION}, so mend it there"
                )));
            }
            let operations = apis.iter().map(|(name, api)| (name.clone(), api.clone())).collect();
            let folder =
                into.map(str::to_owned).map_or_else(|| said(&value["info"]), Ok).map_err(|told| failed(&told))?;
            return Ok(Self { folder, operations, published: Published::Version(value) });
        }
        if value.get("methods").is_none() {
            return Err(failed("it is neither a version (with `apis`) nor an operation (with `methods`)"));
        }
        let folder = into.ok_or_else(|| {
            failed("a document of one operation does not say where it belongs; add --into PRODUCT/VERSION")
        })?;
        let stem = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "api");
        let title = value["title"].as_str().filter(|title| title.chars().all(|letter| letter.is_ascii_alphanumeric()));
        let name = stem.or(title).filter(|name| is_operation(name));
        let name = name.ok_or_else(|| failed(&format!("call the file after its operation; {OPERATION}")))?.to_owned();
        Ok(Self {
            folder: folder.to_owned(),
            operations: BTreeMap::from([(name, value)]),
            published: Published::Operation,
        })
    }
}

/// Returns the folder that a document says it belongs to.
fn said(info: &Value) -> Result<String, Failure> {
    let [product, version] = ["product", "version"].map(|key| {
        let name = info[key].as_str().ok_or("it does not say its product and version; add --into PRODUCT/VERSION")?;
        match is_folder(name) {
            true => Ok(name),
            false => Err(format!(
                "`info.{key}` is {name:?}, and no folder can be called so; letters, digits, `-`, `_` and `.` can, behind a letter \
                 or a digit, so mend it there, or add --into PRODUCT/VERSION"
            )),
        }
    });
    Ok(format!("{}/{}", product?.to_lowercase(), version?))
}

/// What an operation's name may be, for people.
const OPERATION: &str = "letters, digits, `-` and `_` make a name, but for `product` and `api-docs`";

/// Returns whether an operation can have this name; a point would make its file one of another kind, such as an overlay.
fn is_operation(name: &str) -> bool {
    is_folder(name) && !name.contains('.') && !["product", "api-docs"].contains(&&*name.to_lowercase())
}

/// Returns whether a folder, or a file, can have this name on every system.
pub(super) fn is_folder(name: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && name.chars().all(is_part) && !name.ends_with('.')
}

/// Makes the description of a version; what is ours in one that is there stays.
pub(super) fn product(version: &Value, kept: Option<&Value>, take: Take) -> Value {
    let mut product = kept.and_then(Value::as_object).cloned().unwrap_or_default();
    product.insert("$schema".to_owned(), json!("../../schema/product.schema.json"));
    let info = ["style", "product", "version"].map(|key| (key.to_owned(), version["info"][key].clone()));
    product.insert("info".to_owned(), Value::Object(info.into_iter().collect()));
    let mut endpoints: Vec<Value> = version["endpoints"].as_array().into_iter().flatten().map(endpoint).collect();
    endpoints.sort_by_key(|row| row["regionId"].as_str().map(str::to_owned));
    endpoints.dedup();
    set(&mut product, "endpoints", Value::Array(endpoints));
    let old = product.get("components").map(|components| components["schemas"].clone());
    let schemas = version["components"]["schemas"].as_object();
    let schemas: Map<String, Value> = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), facts::schema(schema, old.as_ref().map(|old| &old[name]), take)))
        .collect();
    product.remove("components");
    if !schemas.is_empty() {
        product.insert("components".to_owned(), json!({ "schemas": schemas }));
    }
    let titles = titles(product.get("directories"));
    let directories: Vec<Value> =
        version["directories"].as_array().into_iter().flatten().filter_map(|entry| directory(entry, &titles)).collect();
    set(&mut product, "directories", Value::Array(directories));
    product.remove("ram");
    let ram = &version["ram"]["ramCodes"];
    if ram.as_array().is_some_and(|codes| !codes.is_empty() && codes.iter().all(Value::is_string)) {
        product.insert("ram".to_owned(), json!({ "ramCodes": ram }));
    }
    Value::Object(product)
}

fn set(product: &mut Map<String, Value>, key: &str, value: Value) {
    if value.as_array().is_some_and(Vec::is_empty) {
        product.remove(key);
    } else {
        product.insert(key.to_owned(), value);
    }
}

/// Keeps of a row what decides where a call goes.
fn endpoint(row: &Value) -> Value {
    let of = |key: &str| row.get(key).filter(|value| value.is_string()).map(|value| (key.to_owned(), value.clone()));
    Value::Object(["regionId", "endpoint"].into_iter().filter_map(of).collect())
}

/// Returns the titles that directories have already, by their ids: the portal leaves out those of some languages.
fn titles(directories: Option<&Value>) -> BTreeMap<u64, String> {
    let mut titles = BTreeMap::new();
    let mut open: Vec<&Value> = directories.into_iter().collect();
    while let Some(value) = open.pop() {
        if let (Some(id), Some(title)) = (value["id"].as_u64(), value["title"].as_str()) {
            titles.insert(id, title.to_owned());
        }
        open.extend(value.as_array().into_iter().flatten().chain(value["children"].as_array().into_iter().flatten()));
    }
    titles
}

/// Keeps the title, the id and the operations of a directory.
fn directory(entry: &Value, titles: &BTreeMap<u64, String>) -> Option<Value> {
    if entry.is_string() {
        return Some(entry.clone());
    }
    let children = entry["children"].as_array().into_iter().flatten();
    let children: Vec<Value> = children.filter_map(|child| directory(child, titles)).collect();
    if children.is_empty() {
        return None;
    }
    let id = entry["id"].as_u64();
    let title = id.and_then(|id| titles.get(&id).cloned()).or_else(|| entry["title"].as_str().map(str::to_owned));
    let mut out = Map::new();
    out.extend(id.map(|id| ("id".to_owned(), json!(id))));
    out.extend(title.map(|title| ("title".to_owned(), json!(title))));
    out.insert("children".to_owned(), Value::Array(children));
    Some(Value::Object(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_stays_and_what_is_the_portals_is_replaced() {
        let version = json!({
            "info": { "style": "RPC", "product": "Vod", "version": "2017-03-21", "more": 1 },
            "endpoints": [
                { "regionId": "cn-shanghai", "endpoint": "vod.cn-shanghai.example", "areaName": "Asia" },
                { "regionId": "cn-beijing", "endpoint": "vod.example" }
            ],
            "directories": [{ "id": 7, "title": null, "type": "directory", "children": ["B", "A"] }, { "id": 8, "children": [] }],
            "components": { "schemas": {} },
            "ram": { "ramCodes": ["video"], "ramLevel": "RESOURCE" }
        });
        let kept = json!({
            "title": "VOD", "defaultRegion": "cn-shanghai", "endpoints": [{ "regionId": "gone", "endpoint": "gone" }],
            "directories": [{ "id": 7, "title": "Upload", "children": [] }]
        });
        let expected = json!({
            "$schema": "../../schema/product.schema.json",
            "info": { "style": "RPC", "product": "Vod", "version": "2017-03-21" },
            "title": "VOD", "defaultRegion": "cn-shanghai",
            "endpoints": [
                { "regionId": "cn-beijing", "endpoint": "vod.example" },
                { "regionId": "cn-shanghai", "endpoint": "vod.cn-shanghai.example" }
            ],
            "directories": [{ "id": 7, "title": "Upload", "children": ["B", "A"] }],
            "ram": { "ramCodes": ["video"] }
        });
        assert_eq!(product(&version, Some(&kept), Take::FactsOnly), expected);
    }
}
