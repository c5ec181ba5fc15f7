//! `cargo xtask release-notes`: what changed for callers since the last release, and whether the version says so.
//!
//! A release is recorded in a file beside the specs: its version, and everything that callers could name. So a clone without
//! history, and without tags, knows what was released.

mod changelog;
mod record;
mod version;

use std::fs;
use std::path::Path;
use std::process::Command;

use apsara_codegen::{Change, Options, Sources, Surface, markdown};

use self::record::Release;
use self::version::Version;
use crate::run::{Failure, root, succeed, target};

const SPECS: &str = "api-specs";
const CHANGELOG: &str = "CHANGELOG.md";

/// What to do with the notes.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Write nothing; fail if the notes are not those of the specs, or if the version is too small for what changed.
    #[arg(long)]
    check: bool,
    /// Compare with the specs and the version of a git revision, and not with the release that is recorded.
    #[arg(long, value_name = "REVISION")]
    since: Option<String>,
    /// Record that the workspace's version is released with the specs as they are: the notes get its name, and new ones begin.
    #[arg(long, conflicts_with_all = ["check", "since"])]
    released: bool,
}

impl Args {
    /// Asks for a check.
    pub(crate) fn check() -> Self {
        Self { check: true, ..Self::default() }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let now = surface(&root().join(SPECS))?;
    let last = match &args.since {
        Some(revision) => Some(of_revision(revision)?),
        None => record::read()?,
    };
    let version = Version::of_manifest(&text(&root().join("Cargo.toml"))?)?;
    let changes = last.as_ref().map(|last| now.changes_since(&last.surface)).unwrap_or_default();
    let notes = match &last {
        Some(last) => notes(last, &changes),
        None => format!("The first release has:\n\n{}", now.markdown()),
    };
    let path = root().join(CHANGELOG);
    let old = if path.exists() { text(&path)? } else { String::new() };
    let new = changelog::with_notes(&old, &notes)?;
    if !args.check {
        write(&path, new.as_bytes())?;
        println!("{CHANGELOG} has what changed for callers: {} changes", changes.len());
    } else if old != new {
        return Err(format!("{CHANGELOG} does not have what changed in {SPECS}: run `cargo xtask release-notes`"));
    }
    if let Some(last) = &last {
        judge(last, version, &changes, args.released)?;
    }
    if args.released {
        record::write(&Release { version, surface: now })?;
        write(&path, changelog::released(&new, &version.to_string()).as_bytes())?;
        println!("{version} is recorded as released");
    }
    Ok(())
}

/// Says what changed since a release.
fn notes(last: &Release, changes: &[Change]) -> String {
    match last.version.demanded(changes.iter().map(Change::class).max()) {
        Some(least) => format!("Since {}, which asks for {least} or later:\n\n{}", last.version, markdown(changes)),
        None => format!("Nothing changed for callers since {}.\n", last.version),
    }
}

/// Fails if a version is too small for what changed since a release.
fn judge(last: &Release, version: Version, changes: &[Change], is_release: bool) -> Result<(), Failure> {
    let class = changes.iter().map(Change::class).max();
    let Some(least) = last.version.demanded(class) else {
        let is_new = version > last.version || !is_release;
        return if is_new {
            Ok(())
        } else {
            Err(format!("{version} is released already: write another in Cargo.toml"))
        };
    };
    if version >= least {
        return Ok(());
    }
    // There is one: a class was found.
    let first = changes.first().map(ToString::to_string).unwrap_or_default();
    Err(format!(
        "the version {version} is too small for what changed since {}: write `version = \"{least}\"` below \
         [workspace.package] of Cargo.toml, and in its [workspace.dependencies].\n{first}",
        last.version
    ))
}

fn surface(specs: &Path) -> Result<Surface, Failure> {
    let sources = Sources::read(specs, SPECS).map_err(|error| error.to_string())?;
    Surface::of(&sources, &Options::default()).map_err(|refusals| refusals.to_string())
}

/// Reads the specs and the version of a git revision.
fn of_revision(revision: &str) -> Result<Release, Failure> {
    let folder = target().join("scratch/release-notes");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let archive = folder.join("tree.tar");
    let mut git = Command::new("git");
    git.current_dir(root()).args(["archive", "--format=tar", "--output"]).arg(&archive);
    succeed(git.args([revision, SPECS, "Cargo.toml"]))?;
    succeed(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&folder))?;
    let version = Version::of_manifest(&text(&folder.join("Cargo.toml"))?)?;
    Ok(Release { version, surface: surface(&folder.join(SPECS))? })
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file whole, or leaves what was there.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let new = path.with_extension("new");
    fs::write(&new, bytes).and_then(|()| fs::rename(&new, path)).map_err(|error| format!("{}: {error}", path.display()))
}
