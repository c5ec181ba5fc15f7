//! `cargo xtask import`: specs from what the API portal publishes.

mod document;
mod facts;
mod places;
mod pretty;
mod prose;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{Failure, root};
use document::{Document, Published, is_folder};
use places::Places;

/// What to import.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Documents of the portal: of a whole version (api-docs.json), or of one operation (api.json, called after the operation).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Take names, types, codes, limits and short values, and none of the portal's sentences. Sentences that stand in the specs stay.
    #[arg(long)]
    facts_only: bool,
    /// Take only these operations.
    #[arg(long, value_delimiter = ',')]
    operations: Vec<String>,
    /// The folder below the specs' that it goes to; a document of one operation does not say it.
    #[arg(long, value_name = "PRODUCT/VERSION", value_parser = product_and_version)]
    into: Option<String>,
    /// The folder of the specs.
    #[arg(long, default_value = "api-specs")]
    specs: PathBuf,
}

/// How the specs are taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    Everything,
    FactsOnly,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let take = if args.facts_only { Take::FactsOnly } else { Take::Everything };
    let specs = root().join(&args.specs);
    let mut places = Places::default();
    let mut known: Vec<String> = Vec::new();
    let mut derived = prose::Count::default();
    for file in &args.files {
        let document = Document::read(file, args.into.as_deref())?;
        let folder = specs.join(&document.folder);
        if folder.join("api-docs.json").exists() {
            return Err(format!("{} has a whole api-docs.json; remove it first", folder.display()));
        }
        for (name, api) in &document.operations {
            known.push(name.clone());
            if !args.operations.is_empty() && !args.operations.contains(name) {
                continue;
            }
            let path = folder.join(format!("{name}.json"));
            let kept = existing(&path)?;
            let spec = facts::operation(api, kept.as_ref(), take, &mut derived);
            places.put(path, pretty::text(&spec), format!("`{name}` of {}", file.display()))?;
        }
        if let Published::Version(version) = &document.published {
            let path = folder.join("product.json");
            let product = document::product(version, existing(&path)?.as_ref(), take);
            places.put(path, pretty::text(&product), format!("what all operations of {} share", file.display()))?;
        }
        tell_gone(&folder, &document)?;
    }
    if let Some(unknown) = args.operations.iter().find(|name| !known.contains(name)) {
        known.sort();
        return Err(format!("no document has an operation `{unknown}`; there are {}", known.join(", ")));
    }
    let (files, written) = places.write()?;
    let prose::Count { quotas, required, client_tokens } = derived;
    println!(
        "{files} files imported, {written} written; derived of sentences: {quotas} quotas, {required} required parameters, \
         {client_tokens} client tokens"
    );
    Ok(())
}

/// Takes the folder of a version: a spec that stands less deep, or deeper, is none of any version.
fn product_and_version(into: &str) -> Result<String, String> {
    match into.split('/').collect::<Vec<_>>().as_slice() {
        [product, version] if is_folder(product) && is_folder(version) => Ok(into.to_owned()),
        _ => Err("write PRODUCT/VERSION, the folder below api-specs, such as live/2016-11-01".to_owned()),
    }
}

/// Reads a spec that is there already.
fn existing(path: &Path) -> Result<Option<Value>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let value =
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}; mend it first", path.display()))?;
            apsara_codegen::keys_once(&path.display().to_string(), &text).map_err(|told| told.to_string())?;
            Ok(Some(value))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// Lists the operations that stand in the folder, and no longer in the document of the whole version.
fn tell_gone(folder: &Path, document: &Document) -> Result<(), Failure> {
    if !matches!(document.published, Published::Version(_)) || !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let name = entry.map_err(|error| error.to_string())?.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".json").filter(|name| !name.contains('.') && *name != "product") else {
            continue;
        };
        if !document.operations.contains_key(name) {
            println!("{name} stands in {} and not in the document; it was left alone", folder.display());
        }
    }
    Ok(())
}
