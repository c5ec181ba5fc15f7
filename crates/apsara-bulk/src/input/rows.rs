//! The rows of an input, as requests.

use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::lines::Lines;
use crate::error::BulkError;
use crate::executor::Executor;

/// What some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The longest line, in bytes.
const LONGEST: usize = 4 << 20;

/// Why rows are not read on.
pub(super) enum Stopped {
    Read(std::io::Error),
    Other(BulkError),
}

impl Stopped {
    pub(super) fn or(self, read: impl FnOnce(std::io::Error) -> BulkError) -> BulkError {
        match self {
            Self::Read(error) => read(error),
            Self::Other(error) => error,
        }
    }
}

/// Takes a row: its line, and its request or what is wrong with its text.
type Row = Result<Value, String>;

/// Reads a JSON object in each line.
pub(super) fn json_lines(
    reader: &mut impl Read,
    mut row: impl FnMut(u64, Row) -> Result<(), BulkError>,
) -> Result<(), Stopped> {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let count = reader.by_ref().take(LONGEST as u64).read_until(b'\n', &mut line).map_err(Stopped::Read)?;
        if count == 0 {
            break;
        }
        // An editor's mark of the order of bytes is not a part of the first line.
        if number == 1 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        let found = if count >= LONGEST && line.last() != Some(&b'\n') {
            skip_line(&mut reader).map_err(Stopped::Read)?;
            Err(format!("is longer than {} MiB", LONGEST >> 20))
        } else if line.trim_ascii().is_empty() {
            continue;
        } else {
            object(&line)
        };
        row(number, found).map_err(Stopped::Other)?;
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (count, is_end) = (end.map_or(buffer.len(), |end| end + 1), end.is_some() || buffer.is_empty());
        reader.consume(count);
        if is_end {
            return Ok(());
        }
    }
}

fn object(line: &[u8]) -> Row {
    match serde_json::from_slice(line.trim_ascii_end()) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("is no JSON object; write {\"Name\": \"value\"}".to_owned()),
        Err(error) => {
            let text = error.to_string();
            // The line that it counts is always the first.
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            Err(format!("is no JSON, at byte {}: {text}", error.column()))
        }
    }
}

/// Reads comma-separated values, of which the first row names the parameters.
pub(super) fn csv(
    reader: &mut impl Read,
    executor: &dyn Executor,
    mut row: impl FnMut(u64, Row) -> Result<(), BulkError>,
) -> Result<(), Stopped> {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(Lines::new(reader));
    let names = match reader.headers() {
        Ok(names) => names.clone(),
        Err(error) => return read_error(error).map_or(Ok(()), |text| row(1, Err(text)).map_err(Stopped::Other)),
    };
    // A spreadsheet's mark of the order of bytes is not a part of the first name.
    let names: Vec<&str> = names.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
    if let Some(problem) = wrong_names(&names) {
        return row(1, Err(problem)).map_err(Stopped::Other);
    }
    let is_text: Vec<bool> = names.iter().map(|name| executor.is_text(name)).collect();
    let mut record = csv::StringRecord::new();
    loop {
        let (place, found) = match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let cells = names.iter().zip(&is_text).zip(record.iter());
                let set = cells.filter(|(_, cell)| !cell.is_empty());
                let object: Map<String, Value> =
                    set.map(|((name, is_text), text)| ((*name).to_owned(), cell(text, *is_text))).collect();
                (record.position().map_or(0, csv::Position::byte), Ok(Value::Object(object)))
            }
            Err(error) => {
                let place = error.position().map_or(0, csv::Position::byte);
                match read_error(error) {
                    Ok(text) => (place, Err(text)),
                    Err(error) => return Err(error),
                }
            }
        };
        let line = reader.get_mut().line_at(place);
        row(line, found).map_err(Stopped::Other)?;
    }
}

/// Returns what is wrong with a row; an error of the reader stops everything.
fn read_error(error: csv::Error) -> Result<String, Stopped> {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Err(Stopped::Read(error)),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Ok(format!("has {len} cells, and the first row names {expected_len} parameters"))
        }
        csv::ErrorKind::Utf8 { .. } => Ok("is no UTF-8".to_owned()),
        _ => Ok("is no row of comma-separated values".to_owned()),
    }
}

fn wrong_names(names: &[&str]) -> Option<String> {
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Some(format!("the first row has no name in column {}; write the parameter's", index + 1));
        }
        if names[..index].contains(name) {
            return Some(format!("the first row names `{name}` twice; remove one of the columns"));
        }
    }
    None
}

/// Takes a cell for a text, or for JSON where the parameter is no text.
fn cell(text: &str, is_text: bool) -> Value {
    let json = if is_text { None } else { serde_json::from_str(text).ok() };
    json.unwrap_or_else(|| Value::String(text.to_owned()))
}
