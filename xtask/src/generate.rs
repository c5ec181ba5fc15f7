//! `cargo xtask generate`: the clients of crates/apsara, from api-specs.

use std::collections::BTreeSet;
use std::path::PathBuf;
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
    /// Leave the files of all operations but these alone, for example `live:RestartLivePullToPush`. All specs must still be right.
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
    let generated = generate(&sources, SPECS, &options).map_err(|refusals| refusals.to_string())?;
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
    let keep = |path: &str| left_alone.contains(path);
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

/// Drops the files of other operations, and returns their paths.
fn keep_only(files: &mut Vec<File>, only: &[String]) -> Result<BTreeSet<String>, Failure> {
    let mut left_alone = BTreeSet::new();
    if only.is_empty() {
        return Ok(left_alone);
    }
    let named = |file: &File| file.operation.as_ref().map(|(product, name)| format!("{product}:{name}"));
    let known: BTreeSet<String> = files.iter().filter_map(named).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(*name)) {
        let known: Vec<String> = known.into_iter().collect();
        return Err(format!("there is no operation `{unknown}`; there are {}", known.join(", ")));
    }
    files.retain(|file| {
        let kept = named(file).is_none_or(|name| only.contains(&name));
        if !kept {
            left_alone.insert(file.path.clone());
        }
        kept
    });
    Ok(left_alone)
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
    let package = packages.into_iter().find(|package| package["manifest_path"] == manifest.to_string_lossy().as_ref());
    let features = package.and_then(|package| package["features"].as_object());
    Ok(features.into_iter().flatten().map(|(name, _)| name.clone()).collect())
}
