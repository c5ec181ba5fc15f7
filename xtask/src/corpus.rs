//! `cargo xtask corpus`: every document of a folder, generated and compiled.

use std::collections::BTreeMap;
use std::fs;
use std::io::{IsTerminal, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use apsara_codegen::{File, Generated, Options, Sources, generate};
use serde_json::Value;

use crate::bench::memory::most_resident;
use crate::run::{Failure, cargo, root, succeed, target};
use crate::scratch;

/// What to generate.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder; every JSON file in it, however deep, that is a document of the portal is taken.
    folder: PathBuf,
    /// Only generate, compile nothing.
    #[arg(long)]
    no_compile: bool,
    /// Build the documentation too, with every warning an error.
    #[arg(long)]
    doc: bool,
    /// List every repair beside every refusal.
    #[arg(long)]
    repairs: bool,
    /// Tell how lists go on from page to page, and which operations leave a doubt.
    #[arg(long)]
    pages: bool,
    /// How many operations are compiled at once; it bounds the memory.
    #[arg(long, default_value_t = 1000)]
    batch: usize,
}

/// What became of a document.
struct Row {
    name: String,
    operations: usize,
    generated: usize,
    refusals: Vec<String>,
    repairs: Vec<String>,
    /// Fields that hold any JSON.
    any: usize,
    lines: usize,
    took: Duration,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    rows(args).map(drop)
}

/// Generates and compiles; returns what became of each document.
fn rows(args: &Args) -> Result<Vec<Row>, Failure> {
    let mut documents = Vec::new();
    find(&args.folder, &mut documents)?;
    documents.sort();
    if documents.is_empty() {
        return Err(format!("there is no JSON file in {}", args.folder.display()));
    }
    let folder = target().join("scratch/corpus");
    let mut rows = Vec::new();
    let mut pages = Vec::new();
    let mut batch: Vec<File> = Vec::new();
    let mut failed = Vec::new();
    let mut compiling = Duration::ZERO;
    let mut generating = Duration::ZERO;
    // A few for each core, so that none is idle while a large one is made, and the memory is bounded.
    let at_once = 4 * thread::available_parallelism().map_or(1, NonZero::get);
    for (turn, paths) in documents.chunks(at_once).enumerate() {
        let done = turn * at_once + paths.len();
        progress(done, documents.len(), &paths[0]);
        let read: Vec<Document> =
            paths.iter().filter_map(|path| read(path, &args.folder).transpose()).collect::<Result<_, _>>()?;
        let start = Instant::now();
        let generated: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = read.iter().map(|document| scope.spawn(|| document.generate())).collect();
            running.into_iter().map(|one| one.join().map_err(|_| "the generator panicked".to_owned())?).collect()
        });
        generating += start.elapsed();
        for (document, generated) in read.into_iter().zip(generated) {
            let (generated, took) = generated?;
            pages.extend(generated.pages.iter().cloned());
            rows.push(row(document, &generated, took));
            // The list of products is that of the batch, and is made when it is whole.
            batch.extend(generated.files.into_iter().filter(|file| file.path != "mod.rs"));
        }
        let full = batch.iter().filter(|file| file.operation.is_some()).count() >= args.batch;
        if (full || done == documents.len()) && !batch.is_empty() {
            let start = Instant::now();
            if !args.no_compile && compile(&folder, &mut batch, args.doc).is_err() {
                failed.extend(paths.iter().map(|path| path.display().to_string()));
            }
            compiling += start.elapsed();
            batch.clear();
        }
    }
    if rows.is_empty() {
        return Err(format!("of the JSON files in {} none is a document of the portal", args.folder.display()));
    }
    print(&rows, generating, args.repairs);
    if args.pages {
        crate::pages::print(&pages);
    }
    if !args.no_compile {
        println!("compiled in {:.0} s, with every warning an error", compiling.as_secs_f64());
    }
    match failed.as_slice() {
        [] => Ok(rows),
        failed => Err(format!("the batches that ended with these documents do not compile: {}", failed.join(", "))),
    }
}

/// Generates, compiles and documents those of the portal's documents that are unlike the others: styles, bodies, names.
pub(crate) fn sample() -> Result<(), Failure> {
    const SAMPLE: [&str; 6] = ["airticketopen", "aligenie", "cloudcontrol", "fc", "hcs-mgw", "oss"];
    let shared = root().join("../shared/metadata");
    if !shared.exists() {
        if std::env::var_os("CI").is_some() {
            return Err("the portal's documents are absent, and CI must have them".to_owned());
        }
        println!("skipped: the portal's documents are absent");
        return Ok(());
    }
    let folder = target().join("scratch/corpus-sample");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    for product in SAMPLE {
        for version in fs::read_dir(shared.join(product)).map_err(failed)? {
            let version = version.map_err(failed)?.path();
            let to = folder.join(product).join(version.file_name().unwrap_or_default());
            fs::create_dir_all(&to).map_err(failed)?;
            fs::copy(version.join("api-docs.json"), to.join("api-docs.json")).map_err(failed)?;
        }
    }
    let rows = rows(&Args { folder, no_compile: false, doc: true, repairs: false, pages: false, batch: 1000 })?;
    whole(&rows, &SAMPLE)
}

/// Fails unless every operation of each of the products was generated.
fn whole(rows: &[Row], products: &[&str]) -> Result<(), Failure> {
    for product in products {
        let mut versions = rows.iter().filter(|row| row.name.split('/').next() == Some(product)).peekable();
        if versions.peek().is_none() {
            return Err(format!("no document of {product} was read"));
        }
        if let Some(row) = versions.find(|row| row.generated < row.operations) {
            return Err(format!("{}: {} of {} operations were generated", row.name, row.generated, row.operations));
        }
    }
    Ok(())
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(())
}

/// A document that was read.
struct Document {
    name: String,
    operations: usize,
    sources: Sources,
}

/// Reads a document; nothing where the file is JSON of another kind.
fn read(path: &Path, root: &Path) -> Result<Option<Document>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: this is not JSON: {error}", path.display()))?;
    let (Some(apis), Some(version)) = (value["apis"].as_object(), value["info"]["version"].as_str()) else {
        return Ok(None);
    };
    // Two folders may hold the same product, in two languages for example, so the product is called after the folder.
    let folder = path.parent().unwrap_or(path).strip_prefix(root).unwrap_or(path);
    let mut parts: Vec<String> = folder.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == version) {
        parts.pop();
    }
    let product = if parts.is_empty() {
        value["info"]["product"].as_str().unwrap_or("product").to_owned()
    } else {
        parts.join("-")
    };
    let name = format!("{product}/{version}");
    let mut sources = Sources::default();
    // Each document is a product of its own: the versions of one would have one module, and all but the last would not be compiled.
    sources.insert(format!("specs/{product}-{version}/{version}/api-docs.json"), text.as_str());
    Ok(Some(Document { name, operations: apis.len(), sources }))
}

impl Document {
    /// Generates its clients; returns how long it took as well.
    fn generate(&self) -> Result<(Generated, Duration), Failure> {
        let mut options = Options::default();
        options.keep_going = true;
        let start = Instant::now();
        let generated = generate(&self.sources, "specs", &options).map_err(|refusals| refusals.to_string())?;
        Ok((generated, start.elapsed()))
    }
}

fn row(document: Document, generated: &Generated, took: Duration) -> Row {
    let lines = generated.files.iter().flat_map(|file| file.text.lines());
    let is_any =
        |line: &&str| line.trim_start().starts_with("pub ") && line.contains("rt::Json") && !line.contains("fn ");
    Row {
        operations: document.operations,
        generated: generated.files.iter().filter(|file| file.operation.is_some()).count(),
        refusals: generated.refusals.iter().map(ToString::to_string).collect(),
        repairs: generated.repairs.iter().map(ToString::to_string).collect(),
        any: lines.clone().filter(is_any).count(),
        lines: lines.count(),
        took,
        name: document.name,
    }
}

/// Compiles the clients of a batch of documents.
fn compile(folder: &Path, batch: &mut Vec<File>, doc: bool) -> Result<(), Failure> {
    let mut products: Vec<String> =
        batch.iter().filter_map(|file| file.path.split_once('/')).map(|(product, _)| product.to_owned()).collect();
    products.sort();
    products.dedup();
    let modules: String = products.iter().map(|product| format!("pub mod {product};\n")).collect();
    let mut list = batch[0].clone();
    list.path = "mod.rs".to_owned();
    list.text = format!("{}\n//! Clients.\n\n{modules}", list.text.lines().next().unwrap_or_default());
    batch.push(list);
    scratch::write_crate(folder, batch)?;
    let build = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command.arg("--quiet").current_dir(folder).env("RUSTDOCFLAGS", "-D warnings");
        succeed(command.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", root().join(folder).join("target")))
    };
    build(&["check"])?;
    if doc {
        build(&["doc", "--no-deps"])?;
    }
    Ok(())
}

fn progress(done: usize, all: usize, path: &Path) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let filled = done * 30 / all;
        let bar = format!("{}{}", "#".repeat(filled), ".".repeat(30 - filled));
        // A progress bar that cannot be shown is no failure.
        let _ = write!(err, "\r[{bar}] {done}/{all} {:<40.40}\r", path.parent().unwrap_or(path).display());
    }
}

fn print(rows: &[Row], generating: Duration, repairs: bool) {
    println!(
        "{:<40} {:>10} {:>9} {:>7} {:>8} {:>5} {:>8} {:>7}",
        "document", "operations", "generated", "refused", "repaired", "any", "lines", "seconds"
    );
    for row in rows {
        let Row { name, operations, generated, any, lines, .. } = row;
        let (left_out, repaired, seconds) = (operations - generated, row.repairs.len(), row.took.as_secs_f64());
        println!(
            "{name:<40} {operations:>10} {generated:>9} {left_out:>7} {repaired:>8} {any:>5} {lines:>8} {seconds:>7.2}"
        );
    }
    let sum = |of: fn(&Row) -> usize| rows.iter().map(of).sum::<usize>();
    let (operations, generated) = (sum(|row| row.operations), sum(|row| row.generated));
    let seconds = rows.iter().map(|row| row.took).sum::<Duration>().as_secs_f64();
    println!(
        "{:<40} {operations:>10} {generated:>9} {:>7} {:>8} {:>5} {:>8} {seconds:>7.2}",
        format!("{} documents", rows.len()),
        operations - generated,
        sum(|row| row.repairs.len()),
        sum(|row| row.any),
        sum(|row| row.lines),
    );
    let rate = generated as f64 / generating.as_secs_f64();
    println!(
        "generated in {:.2} s, {rate:.0} operations per second; at most {} MB of memory",
        generating.as_secs_f64(),
        peak_megabytes()
    );
    for refusal in rows.iter().flat_map(|row| &row.refusals) {
        println!("refused: {refusal}");
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for repair in rows.iter().flat_map(|row| &row.repairs) {
        if repairs {
            println!("repaired: {repair}");
        }
        // Places and names make each one its own; what was done is the kind.
        let made = repair.split_once(": ").map_or(repair.as_str(), |(_, made)| made);
        let kind: Vec<&str> = made.split('`').step_by(2).collect();
        *kinds.entry(kind.join("…")).or_default() += 1;
    }
    for (kind, count) in kinds {
        println!("repaired {count} times: {kind}");
    }
}

/// Returns the most memory that this program had at once; only Linux tells it without further ado.
fn peak_megabytes() -> u64 {
    most_resident(std::process::id()).unwrap_or(0) / 1024
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "corpus_tests.rs"]
mod tests;
