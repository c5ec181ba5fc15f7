//! `cargo xtask bench codegen`: what generated code costs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use apsara_codegen::{File, Options, Sources, generate};

use super::{cpu, page};
use crate::run::{Failure, root, target};
use crate::scratch;

/// Of what specs.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A folder of specs, `PRODUCT/VERSION/*.json`, for example of the portal's documents.
    #[arg(long, default_value = "api-specs")]
    specs: PathBuf,
    /// The one product of them.
    #[arg(long, default_value = "live")]
    product: String,
    /// Only generate the clients of the product so many times over, once.
    #[arg(long, value_name = "N", conflicts_with_all = ["growth", "write"])]
    copies: Option<usize>,
    /// Of how many operations, one measurement for each: beyond those of the product they are copies under other names.
    #[arg(long, value_name = "N", num_args = 0.., default_missing_values = ["10", "100", "400", "2000"])]
    growth: Vec<usize>,
    /// Write the table of the growth into docs.
    #[arg(long, requires = "growth")]
    write: bool,
}

/// Generates clients into a crate of their own, and prints lines, sizes and the CPU seconds that the compiler takes for that crate alone.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if let Some(copies) = args.copies {
        let files = generated(&sources(&root().join(&args.specs), &args.product, copies)?, &Options::default())?;
        println!("{} operations are generated", count(&files));
        return Ok(());
    }
    if !args.growth.is_empty() {
        return growth(args);
    }
    let read = |times| sources(&root().join(&args.specs), &args.product, times);
    let (files, once) = timed(&read(1)?, &Options::default())?;
    let operations = count(&files);
    println!("generated   {operations} operations in {once:.2} s, the best of five");
    for times in [2, 4, 8] {
        let (_, took) = timed(&read(times)?, &Options::default())?;
        println!("{times:>2} times     {took:.2} s, {:.2} of what {times} runs take", took / (once * times as f64));
    }
    let (code, all) = lines(&files);
    println!("lines       {code:.1} per operation without comments, {all:.1} with");
    let folder = target().join("scratch/bench");
    scratch::write_crate(&folder, &files)?;
    for (name, arguments, built) in [
        ("check", &["check"][..], None),
        ("debug", &["build"][..], Some("debug")),
        ("release", &["build", "--release"][..], Some("release")),
    ] {
        let seconds = alone(&folder, arguments)?;
        let size = built.map(|profile| format!(", {:.1} MB", megabytes(&folder, profile))).unwrap_or_default();
        println!("{name:<11} {seconds:.1} CPU s{size}");
    }
    Ok(())
}

/// Measures crates of more and more operations.
fn growth(args: &Args) -> Result<(), Failure> {
    let specs = root().join(&args.specs);
    let all = names(&generated(&sources(&specs, &args.product, 1)?, &Options::default())?);
    let folder = target().join("scratch/bench-growth");
    let mut out = String::from(
        "| operations | generated, s | lines | check, CPU s | release, CPU s | release, CPU ms per operation | rlib, MB |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for wanted in &args.growth {
        let copies = wanted.div_ceil(all.len().max(1));
        // The same number of each copy, spread over the alphabet.
        let each = wanted.div_ceil(copies.max(1));
        let mut options = Options::default();
        options.operations = (0..each).map(|index| all[index * all.len() / each].clone()).collect();
        let (files, took) = timed(&sources(&specs, &args.product, copies)?, &options)?;
        let operations = count(&files);
        if folder.join("src").exists() {
            fs::remove_dir_all(folder.join("src")).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        scratch::write_crate(&folder, &files)?;
        let check = alone(&folder, &["check"])?;
        let release = alone(&folder, &["build", "--release"])?;
        let lines = files.iter().map(|file| file.text.lines().count()).sum::<usize>();
        let row = format!(
            "| {operations} | {took:.2} | {lines} | {check:.1} | {release:.1} | {:.0} | {:.1} |",
            release * 1000.0 / operations.max(1) as f64,
            megabytes(&folder, "release")
        );
        eprintln!("{row}");
        out += &row;
        out.push('\n');
    }
    println!("{out}");
    if args.write { page::insert("growth", &out) } else { Ok(()) }
}

/// Returns the CPU seconds that cargo takes for a crate whose dependencies are built.
fn alone(folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let build = || cpu::build_in(folder, &folder.join("target"), arguments);
    build()?;
    // Only the crate itself is compiled again.
    let source = folder.join("src/lib.rs");
    let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
    cpu::of(build)
}

/// Returns the size of the crate's library.
fn megabytes(folder: &Path, profile: &str) -> f64 {
    let path = folder.join("target").join(profile).join("libclients.rlib");
    fs::metadata(path).map_or(0.0, |meta| meta.len() as f64 / 1e6)
}

/// Reads the specs of a product, several times over as products of several names.
fn sources(folder: &Path, product: &str, times: usize) -> Result<Sources, Failure> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut sources = Sources::default();
    let folder = folder.join(product);
    for version in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
        let version = version.map_err(|error| failed(&folder, error))?.path();
        for file in fs::read_dir(&version).map_err(|error| failed(&version, error))? {
            let path = file.map_err(|error| failed(&version, error))?.path();
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            let (date, name) = (version.file_name(), path.file_name());
            let below = [date, name].map(|part| part.unwrap_or_default().to_string_lossy().into_owned()).join("/");
            for copy in 0..times {
                let name = if copy == 0 { product.to_owned() } else { format!("{product}{copy}") };
                sources.insert(format!("specs/{name}/{below}"), text.as_str());
            }
        }
    }
    Ok(sources)
}

fn generated(sources: &Sources, options: &Options) -> Result<Vec<File>, Failure> {
    let generated = generate(sources, "specs", options).map_err(|refusals| refusals.to_string())?;
    Ok(generated.files)
}

/// Generates five times; returns the files and the seconds of the fastest run, which other programs disturbed least.
fn timed(sources: &Sources, options: &Options) -> Result<(Vec<File>, f64), Failure> {
    let mut best = f64::INFINITY;
    let mut files = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        files = generated(sources, options)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok((files, best))
}

fn count(files: &[File]) -> usize {
    files.iter().filter(|file| file.operation.is_some()).count()
}

/// Returns the names of the operations, sorted.
fn names(files: &[File]) -> Vec<String> {
    let names: BTreeSet<_> = files.iter().filter_map(|file| file.operation.as_ref()).map(|(_, name)| name).collect();
    names.into_iter().cloned().collect()
}

/// Returns the lines per operation, without comments and with them.
fn lines(files: &[File]) -> (f64, f64) {
    let lines = || files.iter().flat_map(|file| file.text.lines()).map(str::trim).filter(|line| !line.is_empty());
    let (all, code) = (lines().count(), lines().filter(|line| !line.starts_with("//")).count());
    let mean = |lines: usize| lines as f64 / count(files).max(1) as f64;
    (mean(code), mean(all))
}
