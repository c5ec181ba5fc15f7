//! `cargo xtask generate`: the clients of crates/apsara, from api-specs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use apsara_codegen::{Changes, File, Generated, Options, Sources, compare, generate, write};

use crate::run::{Failure, root};
use crate::specs;

/// Where the specs are, and where the clients go.
const SPECS: &str = "api-specs";
const CRATE: &str = "crates/apsara";
const DATA: &str = "crates/apsara-specs";

/// What to generate.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Write nothing; fail, with the difference, if what is there is not what would be written.
    #[arg(long)]
    check: bool,
    /// Leave the files of all operations but these alone, for example `live:RestartLivePullToPush`. All specs must still be right; refused
    /// is what would not compile with the files of the others. The specs as data, which the terminal, the emulator and others read, are
    /// written whole.
    #[arg(long, value_name = "PRODUCT:OPERATION", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out what cannot be generated, and say why, instead of writing nothing.
    #[arg(long)]
    keep_going: bool,
    /// List the mistakes in documents of the portal, and how they were read.
    #[arg(long)]
    repairs: bool,
    /// Tell how lists go on from page to page, and which operations leave a doubt.
    #[arg(long)]
    pages: bool,
}

impl Args {
    /// Asks for a check of everything.
    pub(crate) fn check() -> Self {
        Self { check: true, ..Self::default() }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let sources = Sources::read(&root().join(SPECS), SPECS).map_err(|error| error.to_string())?;
    let mut options = Options::default();
    options.keep_going = args.keep_going;
    options.with_data = true;
    let generated =
        generate(&sources, SPECS, &options).map_err(|refusals| format!("{refusals}, nothing was written"))?;
    tell(&generated, args.repairs);
    if args.pages {
        crate::pages::print(&generated.pages);
    }
    let data_folder = root().join(DATA).join("src/generated");
    let mut files = generated.files;
    let missing: Vec<Failure> = [CRATE, DATA].iter().filter_map(|of| missing_features(&files, of).err()).collect();
    if !missing.is_empty() {
        return Err(missing.join("\n"));
    }
    let total = files.len();
    let left_alone = keep_only(&mut files, &args.only)?;
    let folder = root().join(CRATE).join("src/generated");
    fits(&files, &left_alone, &folder)?;
    let keep = |path: &str| left_alone.iter().any(|file| file.path == path);
    if args.check {
        let changes = compare(&files, &folder, &keep).map_err(|error| error.to_string())?;
        report(&changes)?;
        return match specs::write(&generated.data, &data_folder, true)?.as_slice() {
            [] => Ok(()),
            changed => Err(format!(
                "in {DATA}/src/generated, {} {}; run `cargo xtask generate`",
                changed.join(", "),
                "differ from what api-specs says"
            )),
        };
    }
    let changes = write(&files, &folder, &keep).map_err(|error| error.to_string())?;
    for name in specs::write(&generated.data, &data_folder, false)? {
        println!("wrote   {DATA}/src/generated/{name}");
    }
    for path in changes.changed.keys() {
        println!("wrote   {CRATE}/src/generated/{path}");
    }
    for path in &changes.stale {
        println!("removed {CRATE}/src/generated/{path}");
    }
    let (written, removed) = (changes.changed.len(), changes.stale.len());
    println!("{total} files generated, {written} written, {removed} removed, {} left alone", left_alone.len());
    Ok(())
}

/// Says what was left out, and what was read otherwise than it stands.
fn tell(generated: &Generated, repairs: bool) {
    for refusal in &generated.refusals {
        println!("left out: {refusal}");
    }
    if !generated.refusals.is_empty() {
        println!("{} refusals; what they are of was left out", generated.refusals.len());
    }
    if repairs {
        for repair in &generated.repairs {
            println!("repaired: {repair}");
        }
    } else if !generated.repairs.is_empty() {
        println!("{} mistakes in documents of the portal were repaired; --repairs lists them", generated.repairs.len());
    }
}

/// Takes the files of other operations out, and returns them.
fn keep_only(files: &mut Vec<File>, only: &[String]) -> Result<Vec<File>, Failure> {
    if only.is_empty() {
        return Ok(Vec::new());
    }
    let known: BTreeSet<String> = files.iter().filter_map(named).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(*name)) {
        let known: Vec<String> = known.into_iter().collect();
        return Err(format!("there is no operation `{unknown}`; there are {}", known.join(", ")));
    }
    let is_meant = |file: &File| named(file).is_none_or(|name| only.contains(&name));
    let (kept, others) = std::mem::take(files).into_iter().partition(is_meant);
    *files = kept;
    Ok(others)
}

/// Returns the name by which `--only` takes the operation that a file is of.
fn named(file: &File) -> Option<String> {
    file.operation.as_ref().map(|(product, name)| format!("{product}:{name}"))
}

/// Fails if the files of other operations, left as they are, would not compile with those that are written: the module of a version names
/// the file of every operation, and the files of operations name its shared types.
fn fits(files: &[File], left_alone: &[File], folder: &Path) -> Result<(), Failure> {
    let differs = compare(left_alone, folder, &|_| true).map_err(|error| error.to_string())?.changed;
    let is_other = |path: &str| {
        let text = files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
        fs::read_to_string(folder.join(path)).ok().as_deref() != text
    };
    let (mut new, mut old) = (Vec::new(), Vec::new());
    for file in left_alone.iter().filter(|file| differs.contains_key(&file.path)) {
        let version = file.path.rsplit_once('/').map_or("", |(version, _)| version);
        if !folder.join(&file.path).exists() {
            new.extend(named(file));
        } else if is_other(&format!("{version}/types.rs")) {
            old.extend(named(file));
        }
    }
    let mut told = Vec::new();
    if !new.is_empty() {
        told.push(format!("the module names {}, of which there is no file yet", new.join(", ")));
    }
    if !old.is_empty() {
        told.push(format!("{} changed, and so did the types of the version", old.join(", ")));
    }
    if told.is_empty() {
        return Ok(());
    }
    Err(format!(
        "nothing was written, for it would not compile: {}; add what is named to --only, or leave --only out",
        told.join("; ")
    ))
}

fn report(changes: &Changes) -> Result<(), Failure> {
    if changes.is_empty() {
        println!("{CRATE}/src/generated is what {SPECS} says");
        return Ok(());
    }
    for difference in changes.changed.values() {
        println!("{difference}");
    }
    for stale in &changes.stale {
        println!("{stale} is no longer generated");
    }
    let count = changes.changed.len() + changes.stale.len();
    let files = if count == 1 { "1 file is" } else { &format!("{count} files are") };
    Err(format!("in {CRATE}/src/generated, {files} not what {SPECS} says; run `cargo xtask generate`"))
}

/// Fails, with the line to add, if a product has no feature in a crate.
fn missing_features(files: &[File], of: &str) -> Result<(), Failure> {
    let manifest = root().join(of).join("Cargo.toml");
    let features = features(&manifest)?;
    let products: BTreeSet<&str> =
        files.iter().filter_map(|file| file.path.split_once('/')).map(|(product, _)| product).collect();
    let missing: Vec<&str> = products.into_iter().filter(|product| !features.contains(*product)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing.iter().map(|product| format!("    {product} = []")).collect();
    Err(format!("add to [features] of {of}/Cargo.toml, then run this again:\n{}", lines.join("\n")))
}

/// Asks cargo for the features of a crate.
fn features(manifest: &PathBuf) -> Result<BTreeSet<String>, Failure> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo cannot read the workspace: {}", String::from_utf8_lossy(&output.stderr).trim()))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    // Compared part by part: systems differ in what stands between them.
    let is_it = |package: &&serde_json::Value| {
        package["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest.as_path())
    };
    let package = packages.into_iter().find(is_it);
    let features = package.and_then(|package| package["features"].as_object());
    Ok(features.into_iter().flatten().map(|(name, _)| name.clone()).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Makes a file of the version, of the operation that it is named after unless it is shared.
    fn file(name: &str, text: &str) -> File {
        let operation = !["mod", "types"].contains(&name);
        File {
            path: format!("live/v1/{name}.rs"),
            text: text.to_owned(),
            operation: operation.then(|| ("live".to_owned(), name.to_uppercase())),
        }
    }

    fn version(module: &str, types: &str, a: &str, b: &str) -> Vec<File> {
        vec![file("mod", module), file("types", types), file("a", a), file("b", b)]
    }

    #[test]
    fn only_what_fits_the_files_of_other_operations_is_written() {
        let folder = tempfile::tempdir().unwrap();
        write(&version("1", "1", "1", "1"), folder.path(), &|_| false).unwrap();
        let told = |mut files: Vec<File>| {
            let others = keep_only(&mut files, &["live:A".to_owned()]).unwrap();
            fits(&files, &others, folder.path()).err().unwrap_or_default()
        };
        assert_eq!(told(version("2", "2", "2", "1")), "");
        assert_eq!(told(version("2", "1", "2", "2")), "", "what B shares with none is another");
        assert_eq!(
            told(version("2", "2", "2", "2")),
            "nothing was written, for it would not compile: live:B changed, and so did the types of the version; add what is named \
             to --only, or leave --only out"
        );
        let mut without_types = version("2", "1", "2", "2");
        without_types.remove(1);
        assert!(told(without_types).contains("live:B changed"), "the types that it shared are gone");
        let mut files = version("2", "1", "2", "1");
        files.push(file("c", "1"));
        files.push(file("d", "1"));
        assert_eq!(
            told(files),
            "nothing was written, for it would not compile: the module names live:C, live:D, of which there is no file yet; add \
             what is named to --only, or leave --only out"
        );
    }
}
