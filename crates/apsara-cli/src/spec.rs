//! `apsara spec diff`: what changed for callers between two generations of specs.

use std::path::Path;
use std::process::Command as Program;

use apsara_codegen::{Class, Options as Generation, Sources, Surface, changes_json, markdown};
use clap::{Subcommand, ValueEnum};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::terminal::{self, Color};

/// What to do with specs.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say what changed between two generations of specs, operation by operation, and what it asks of a version.
    ///
    /// Specs are a document of the API portal, api-docs.json; a folder with the files of one version; a folder of
    /// PRODUCT/VERSION folders; or one of these in a git revision, as REVISION:PATH.
    Diff(Options),
}

/// What is compared.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The old specs, such as old/api-docs.json, or v0.1.0:api-specs.
    old: String,
    /// The new specs.
    new: String,
    /// Ends with the exit code 13 if a change is of this class, or of one that matters more.
    #[arg(long, value_enum, value_name = "CLASS")]
    fail_on: Option<Level>,
    /// How it is written; as Markdown unless set.
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    output: Option<Format>,
}

/// What a change asks of a version.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// No code sees it.
    Patch,
    /// All code compiles: there is something new, or something is done otherwise.
    Minor,
    /// Some code no longer compiles, or JSON is no longer read.
    Breaking,
}

impl From<Level> for Class {
    fn from(level: Level) -> Self {
        match level {
            Level::Patch => Self::Patch,
            Level::Minor => Self::Minor,
            Level::Breaking => Self::Breaking,
        }
    }
}

/// Compares.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Diff(options) = command;
    let (old, new) = (surface(&options.old)?, surface(&options.new)?);
    let changes = new.changes_since(&old);
    match options.output {
        None if changes.is_empty() => output::print("Nothing changed for callers.\n")?,
        None => output::show(&markdown(&changes))?,
        format => output::write(&changes_json(&changes), format, Color::Auto)?,
    }
    let most = changes.iter().map(apsara_codegen::Change::class).max();
    match options.fail_on.map(Class::from) {
        Some(level) if most >= Some(level) => {
            let count = changes.iter().filter(|change| change.class() >= level).count();
            let them = if count == 1 { "change is" } else { "changes are" };
            Err(Failure::new(Exit::Changed, format!("{count} {them} {level} or matters more")))
        }
        _ => Ok(()),
    }
}

/// Reads specs; what cannot be generated is told, and left out.
fn surface(specs: &str) -> Result<Surface, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(Exit::Failed, error.to_string());
    let sources = match specs.split_once(':') {
        Some((revision, path)) if !Path::new(specs).exists() => of_revision(revision, path)?,
        _ => Sources::open(Path::new(specs)).map_err(unreadable)?,
    };
    let mut options = Generation::default();
    options.keep_going = true;
    let surface = Surface::of(&sources, &options);
    let surface = surface.map_err(|refusals| Failure::new(Exit::Failed, format!("{specs}: {refusals}")))?;
    for refusal in surface.refusals() {
        // What could not be read is no difference.
        terminal::tell(&format!("note: left out of {specs}: {refusal}"));
    }
    if surface.is_empty() {
        let wanted = "a document api-docs.json, a folder of one version, or one of PRODUCT/VERSION folders";
        return Err(Failure::usage(format!("{specs} has no operation")).with("what is read", wanted));
    }
    Ok(surface)
}

/// Reads specs as they were in a revision of the git repository that this folder is in.
fn of_revision(revision: &str, path: &str) -> Result<Sources, Failure> {
    let object = format!("{revision}:{path}");
    let scratch = tempfile::tempdir().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let unwritten = |error| Failure::of_file(scratch.path(), error);
    let unreadable = |error: std::io::Error| Failure::new(Exit::Failed, format!("{object}: {error}"));
    // Asked first, because it says best what is wrong with a name.
    let kind = line_of(&["cat-file", "-t", &object])?;
    let id = line_of(&["rev-parse", "--verify", "--end-of-options", &object])?;
    if kind == "blob" {
        let file = scratch.path().join("api-docs.json");
        std::fs::write(&file, output_of(Program::new("git").args(["cat-file", "blob", &id]))?).map_err(unwritten)?;
        return Sources::open(&file).map_err(unreadable);
    }
    let (archive, specs) = (scratch.path().join("specs.tar"), scratch.path().join("specs"));
    std::fs::create_dir(&specs).map_err(unwritten)?;
    // Elsewhere than in the work tree: in a folder of it, git packs what is below that one alone.
    let repository = line_of(&["rev-parse", "--absolute-git-dir"])?;
    let mut packed = Program::new("git");
    packed.args(["--git-dir", &repository, "archive", "--format=tar", "--output"]).arg(&archive).arg(&id);
    packed.current_dir(scratch.path());
    output_of(&mut packed)?;
    output_of(Program::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&specs))?;
    Sources::open(&specs).map_err(unreadable)
}

/// Asks git for one line.
fn line_of(words: &[&str]) -> Result<String, Failure> {
    output_of(Program::new("git").args(words)).map(|line| String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// Runs a program to its end, and returns what it wrote.
fn output_of(program: &mut Program) -> Result<Vec<u8>, Failure> {
    let name = program.get_program().to_string_lossy().into_owned();
    match program.output() {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(Failure::new(Exit::Failed, format!("{name}: {said}")))
        }
        Err(error) => Err(Failure::new(Exit::Failed, format!("{name} cannot be started: {error}"))),
    }
}
