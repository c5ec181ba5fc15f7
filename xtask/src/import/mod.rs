//! `cargo xtask import`: specs from what the API portal publishes.

mod document;
mod facts;
mod pretty;
mod prose;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{Failure, root};
use document::{Document, Published};

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
    let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
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
            texts.insert(path, pretty::text(&spec));
        }
        if let Published::Version(version) = &document.published {
            let path = folder.join("product.json");
            let product = document::product(version, existing(&path)?.as_ref(), take);
            texts.insert(path, pretty::text(&product));
        }
        tell_gone(&folder, &document)?;
    }
    if let Some(unknown) = args.operations.iter().find(|name| !known.contains(name)) {
        known.sort();
        return Err(format!("no document has an operation `{unknown}`; there are {}", known.join(", ")));
    }
    let mut written = 0;
    for (path, text) in &texts {
        if fs::read_to_string(path).is_ok_and(|there| there == *text) {
            continue;
        }
        replace(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        written += 1;
    }
    let (files, prose::Count { quotas, required, client_tokens }) = (texts.len(), derived);
    println!(
        "{files} files imported, {written} written; derived of sentences: {quotas} quotas, {required} required parameters, \
         {client_tokens} client tokens"
    );
    Ok(())
}

/// Takes the folder of a version: a spec that stands less deep, or deeper, is none of any version.
fn product_and_version(into: &str) -> Result<String, String> {
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':']);
    match into.split('/').collect::<Vec<_>>().as_slice() {
        [product, version] if is_name(product) && is_name(version) => Ok(into.to_owned()),
        _ => Err("write PRODUCT/VERSION, the folder below api-specs, such as live/2016-11-01".to_owned()),
    }
}

/// Reads a spec that is there already.
fn existing(path: &Path) -> Result<Option<Value>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let value =
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}; mend it first", path.display()))?;
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

/// Writes a file beside the old one and puts it in its place, so that there is never half of one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("json.new");
    fs::write(&new, text)?;
    fs::rename(new, path)
}

#[cfg(test)]
#[allow(clippy::print_stdout, clippy::unwrap_used)]
mod tests {
    use apsara_codegen::{Options, Sources, generate};

    use super::*;

    #[test]
    fn a_spec_goes_to_the_folder_of_a_version() {
        assert_eq!(product_and_version("live/2016-11-01").as_deref(), Ok("live/2016-11-01"));
        for wrong in
            ["live", "live/", "/2016-11-01", "live/2016-11-01/", "live/2016-11-01/more", "../live", "live/..", ""]
        {
            let told = product_and_version(wrong).unwrap_err();
            assert!(told.starts_with("write PRODUCT/VERSION"), "{wrong}: {told}");
        }
    }

    /// Imports every document that the portal publishes, in memory, and generates what came of it.
    #[test]
    fn what_is_imported_generates_and_holds_no_sentence_of_the_portals() {
        let shared = root().join("../shared/metadata");
        if !shared.exists() {
            assert!(std::env::var_os("CI").is_none(), "the portal's documents must be there on CI");
            println!("skipped: the portal's documents are not here");
            return;
        }
        let mut sources = Sources::default();
        let mut operations = 0;
        for file in documents(&shared) {
            let document = Document::read(&file, None).unwrap();
            let Published::Version(version) = &document.published else { continue };
            let product = document::product(version, None, Take::FactsOnly);
            sources.insert(format!("specs/{}/product.json", document.folder), pretty::text(&product));
            for (name, api) in &document.operations {
                let spec = facts::operation(api, None, Take::FactsOnly, &mut prose::Count::default());
                let text = pretty::text(&spec);
                for key in ["\"summary\"", "\"description\"", "\"errorMessage\"", "\"title\"", "\"responseDemo\""] {
                    assert!(!text.contains(&format!("{key}: \"")), "{name}: {key}\n{text}");
                }
                sources.insert(format!("specs/{}/{name}.json", document.folder), text);
                operations += 1;
            }
        }
        let generated = generate(&sources, "specs", &Options::default()).unwrap();
        assert_eq!(generated.files.iter().filter(|file| file.operation.is_some()).count(), operations);
    }

    fn documents(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // The same product in another language would be the same operations again.
            if path.is_dir() && !path.ends_with("zh_cn") {
                found.extend(documents(&path));
            } else if path.ends_with("api-docs.json") {
                found.push(path);
            }
        }
        found
    }
}
