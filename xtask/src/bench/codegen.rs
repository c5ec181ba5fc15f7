//! `cargo xtask bench codegen`: what generated code costs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use apsara_codegen::{File, Options, Sources, generate};

use crate::run::{Failure, cargo, root, succeed, target};
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
}

/// Generates clients into a crate of their own, and prints lines, sizes and the CPU seconds that the compiler takes for that crate alone.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let read = |times| sources(&root().join(&args.specs), &args.product, times);
    let (files, once) = timed(&read(1)?)?;
    let operations = files.iter().filter(|file| file.operation.is_some()).count();
    println!("generated   {operations} operations in {once:.2} s, the best of five");
    for times in [2, 4, 8] {
        let (_, took) = timed(&read(times)?)?;
        println!("{times:>2} times     {took:.2} s, {:.2} of what {times} runs take", took / (once * times as f64));
    }
    print_lines(&files, operations);
    let folder = target().join("scratch/bench");
    scratch::write_crate(&folder, &files)?;
    for (name, arguments, built) in [
        ("check", &["check"][..], None),
        ("debug", &["build"][..], Some("debug")),
        ("release", &["build", "--release"][..], Some("release")),
    ] {
        compile(&folder, arguments)?;
        // What it depends on is built now; only the crate itself is compiled again.
        let source = folder.join("src/lib.rs");
        let text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        fs::write(&source, text).map_err(|error| format!("{}: {error}", source.display()))?;
        let before = cpu_seconds()?;
        compile(&folder, arguments)?;
        let seconds = cpu_seconds()? - before;
        let size = built.map(|profile| folder.join("target").join(profile).join("libclients.rlib"));
        let size = size.and_then(|path| fs::metadata(path).ok());
        let size = size.map(|meta| format!(", {:.1} MB", meta.len() as f64 / 1e6)).unwrap_or_default();
        println!("{name:<11} {seconds:.1} CPU s{size}");
    }
    Ok(())
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

/// Generates five times; returns the files and the seconds of the fastest run, which other programs disturbed least.
fn timed(sources: &Sources) -> Result<(Vec<File>, f64), Failure> {
    let mut best = f64::INFINITY;
    let mut files = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let generated = generate(sources, "specs", &Options::default()).map_err(|refusals| refusals.to_string())?;
        best = best.min(start.elapsed().as_secs_f64());
        files = generated.files;
    }
    Ok((files, best))
}

fn print_lines(files: &[File], operations: usize) {
    let lines = || files.iter().flat_map(|file| file.text.lines()).map(str::trim).filter(|line| !line.is_empty());
    let (all, code) = (lines().count(), lines().filter(|line| !line.starts_with("//")).count());
    let mean = |count: usize| count as f64 / operations.max(1) as f64;
    println!("lines       {:.1} per operation without comments, {:.1} with", mean(code), mean(all));
}

fn compile(folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = cargo(arguments);
    command.arg("--quiet").current_dir(folder);
    succeed(command.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", folder.join("target")))
}

/// Returns the CPU time, of user and system, of all programs that this one has waited for. Only Linux tells it without further ado.
fn cpu_seconds() -> Result<f64, Failure> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("CPU time is measured on Linux only: {error}"))?;
    // Behind the name, which may hold blanks, `cutime` and `cstime` are the 14th and the 15th field.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = fields.iter().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / TICKS_PER_SECOND)
}
