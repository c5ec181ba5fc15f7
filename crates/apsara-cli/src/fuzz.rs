//! What `cargo xtask fuzz` runs of the program: reading, without doing.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Color;
use crate::{Asked, call};

/// Reads a command line up to the point where something would be done, and returns the exit code that this alone leads to.
///
/// Values that stand in files are left out, so that nothing is read but the line itself.
#[must_use]
pub fn read(arguments: Vec<OsString>) -> u8 {
    match to_the_request(arguments) {
        Ok(code) => code,
        Err(failure) => {
            // What is printed must be printable.
            let _ = failure.to_string();
            failure.exit as u8
        }
    }
}

fn to_the_request(arguments: Vec<OsString>) -> Result<u8, Failure> {
    let names_file = |word: &OsString| {
        let word = word.to_string_lossy();
        word == "-" || word.starts_with('@') || word.contains("=@") || word.ends_with("=-")
    };
    let reads =
        |word: &OsString| ["--spec", "--input-json"].iter().any(|option| word.to_string_lossy().starts_with(option));
    if arguments.iter().any(|word| names_file(word) || reads(word)) {
        return Ok(0);
    }
    match crate::read(arguments, &mut Color::Auto)? {
        Asked::Own(_) => Ok(0),
        Asked::Said(error) => Ok(if error.use_stderr() { Exit::Usage as u8 } else { 0 }),
        Asked::Help { wanted, .. } => Ok(if wanted { 0 } else { Exit::Usage as u8 }),
        Asked::Call { mut operation, options, parameters } => {
            let description = operation.describe()?;
            call::request(&operation, &description, &options.input, parameters)?;
            Ok(0)
        }
    }
}

/// Sets texts of a profile in a file, each as `NAME=VALUE`.
///
/// # Errors
///
/// Fails where the program would, with what it would print.
pub fn configure(path: PathBuf, profile: &str, set: Vec<String>) -> Result<String, String> {
    crate::configure::set(path, profile, set).map_err(|failure| failure.to_string())
}
