//! How answers are written.

mod csv;
mod json;
mod rows;
mod table;
mod yaml;

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

pub(crate) use self::json::escaped;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::{Color, Paint};

/// Names a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a person: columns that fit the terminal.
    Table,
    /// The whole answer, indented.
    Json,
    /// The whole answer.
    Yaml,
    /// A line for each item of the answer's list, with all columns; a value that is no object or list stands alone.
    Csv,
}

/// Writes an answer to the standard output.
pub(crate) fn write(value: &Value, format: Option<Format>, color: Color) -> Result<(), Failure> {
    let width = crate::terminal::width();
    let paint = Paint::of(color, &io::stdout());
    let format = format.unwrap_or(if width.is_some() { Format::Table } else { Format::Json });
    let text = text(value, format, width, paint)?;
    match format {
        // It has no way to escape a character, and a program is to read what was answered.
        Format::Csv => show(&text),
        Format::Table | Format::Json | Format::Yaml => print(&text),
    }
}

/// Returns an answer as text, which ends with a line break.
fn text(value: &Value, format: Format, width: Option<usize>, paint: Paint) -> Result<String, Failure> {
    match format {
        Format::Json => Ok(json::write(value, paint)),
        Format::Yaml => yaml::write(value),
        Format::Csv => csv::write(value),
        Format::Table => Ok(table::write(value, width, paint)),
    }
}

/// Prints a text that nobody has made harmless: as it is into a pipe, but on a terminal without what steers it.
pub(crate) fn show(text: &str) -> Result<(), Failure> {
    if io::stdout().is_terminal() { print(&crate::terminal::harmless(text)) } else { print(text) }
}

/// Prints a text as it is.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    while_read(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
        .map_err(|error| Failure::new(Exit::Failed, format!("the output could not be written: {error}")))
}

/// Takes a pipe that was closed for one that took everything: `apsara … | head -1` is a way to read.
pub(crate) fn while_read(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
