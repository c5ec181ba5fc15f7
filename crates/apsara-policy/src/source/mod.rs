//! The calls in the source of a crate.
//!
//! What is read is text, so what is not written there is not seen: a name that is put together when the program runs, calls in
//! other crates, calls that a macro writes.

mod clients;
mod files;
mod imports;
mod macros;
mod visit;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use self::visit::{Calls, Found};
use crate::{Specs, Used};

/// Holds the operations that the source of a crate calls.
///
/// Seen are the methods of generated clients, `live.restart_live_pull_to_push()` and `live.wait_until_task()`, also by their path,
/// `live::Client::restart_live_pull_to_push`; requests that are made, `RestartLivePullToPushRequest`; and operations that are called or described by their names,
/// `client.call("live", "2016-11-01", "RestartLivePullToPush")`; what is handed to a macro too. What is for tests only is left out.
/// The product of a method is that of the variable, field or argument before it where the same file says its type, of all that are
/// called so; else it is any that the crate names.
#[derive(Debug, Default)]
pub struct Source {
    used: Vec<Used>,
    unseen: Vec<Unseen>,
}

/// Names a place of which the source does not say for certain what is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Unseen {
    /// The file.
    pub file: PathBuf,
    /// The line in it, counted from 1.
    pub line: usize,
    /// What is not certain, as the end of a sentence.
    pub what: String,
}

/// Says why the source of a crate cannot be read.
#[derive(Debug)]
pub struct SourceError {
    /// The file or folder.
    pub file: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Source {
    /// Reads a crate, by its folder, or one file.
    ///
    /// Of a folder with a `Cargo.toml` in it what is below `src` is read; of any other, all that is below it.
    ///
    /// # Errors
    ///
    /// Fails if there is no Rust there, or if a file cannot be read or is no Rust.
    pub fn read(path: &Path, specs: &Specs) -> Result<Self, SourceError> {
        let files = files::read(path)?;
        // A file that has the client as an argument need not name its product, but some file does.
        let named: BTreeSet<String> = files.iter().flat_map(|file| imports::named(&file.syntax, specs)).collect();
        let mut calls = Calls::new(specs, &named);
        for file in &files {
            calls.visit(file);
        }
        let (found, mut unseen) = calls.into_parts();
        let mut used: Vec<Used> = Vec::new();
        for Found { product, version, operation } in &found {
            let one = specs.find(product, version.as_deref(), operation);
            used.extend(one.filter(|one| !used.contains(one)));
        }
        unseen.sort();
        unseen.dedup();
        Ok(Self { used, unseen })
    }

    /// Returns the operations that are called, each once; several times where versions of it are called by their names.
    #[must_use]
    pub fn used(&self) -> &[Used] {
        &self.used
    }

    /// Returns the places of which it is not certain what they call.
    #[must_use]
    pub fn unseen(&self) -> &[Unseen] {
        &self.unseen
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for SourceError {}

#[cfg(test)]
mod tests;
