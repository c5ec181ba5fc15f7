//! The rows of an input, as requests.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use serde_json::{Map, Value};

use super::json::read_json;
use super::lines::Lines;
use crate::error::BulkError;
use crate::executor::Executor;

/// What some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The longest line, or row of a table, in bytes.
pub(super) const LONGEST: usize = 4 << 20;

/// Why rows are not read on.
pub(super) enum Stopped {
    Read(io::Error),
    Other(BulkError),
}

impl Stopped {
    pub(super) fn or(self, read: impl FnOnce(io::Error) -> BulkError) -> BulkError {
        match self {
            Self::Read(error) => read(error),
            Self::Other(error) => error,
        }
    }
}

/// What is wrong with the text of a row.
pub(super) struct Wrong {
    pub(super) text: String,
    /// The last line of which nothing can be said for it; 0 where that is its own.
    pub(super) last: u64,
}

impl From<String> for Wrong {
    fn from(text: String) -> Self {
        Self { text, last: 0 }
    }
}

/// A row: its request, or what is wrong with its text.
type Row = Result<Value, Wrong>;

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
            Err(too_long().into())
        } else if line.trim_ascii().is_empty() {
            continue;
        } else {
            object(&line)
        };
        row(number, found).map_err(Stopped::Other)?;
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
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

fn too_long() -> String {
    format!("is longer than {} MiB", LONGEST >> 20)
}

fn object(line: &[u8]) -> Row {
    match read_json(line.trim_ascii_end()) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("is no JSON object; write {\"Name\": \"value\"}".to_owned().into()),
        Err(error) => {
            let text = error.to_string();
            // The line that it counts is always the first.
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            let what = if error.is_data() { "is wrong" } else { "is no JSON" };
            Err(format!("{what}, at byte {}: {text}", error.column()).into())
        }
    }
}

/// Reads comma-separated values, of which the first row names the parameters.
pub(super) fn csv(
    reader: &mut impl Read,
    executor: &dyn Executor,
    mut row: impl FnMut(u64, Row) -> Result<(), BulkError>,
) -> Result<(), Stopped> {
    let table = without_mark(reader).map_err(Stopped::Read)?;
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(Lines::new(table));
    let names = reader.headers().cloned();
    if let Some((line, wrong)) = unended(reader.get_mut(), 0).map_err(Stopped::Read)? {
        return row(line, Err(wrong)).map_err(Stopped::Other);
    }
    let names = match names {
        Ok(names) => names,
        Err(error) => {
            return read_error(error).map_or_else(Err, |text| row(1, Err(text.into())).map_err(Stopped::Other));
        }
    };
    let names: Vec<&str> = names.iter().map(str::trim).collect();
    if let Some(problem) = wrong_names(&names) {
        return row(1, Err(problem.into())).map_err(Stopped::Other);
    }
    let is_text: Vec<bool> = names.iter().map(|name| executor.is_text(name)).collect();
    let mut record = csv::StringRecord::new();
    loop {
        let place = reader.position().byte();
        let read = reader.read_record(&mut record);
        if let Some((line, wrong)) = unended(reader.get_mut(), place).map_err(Stopped::Read)? {
            return row(line, Err(wrong)).map_err(Stopped::Other);
        }
        let found = match read {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let cells = names.iter().zip(&is_text).zip(record.iter());
                let set = cells.filter(|(_, cell)| !cell.is_empty());
                let object: Result<Map<String, Value>, Wrong> =
                    set.map(|((name, is_text), text)| Ok(((*name).to_owned(), cell(text, *is_text)?))).collect();
                object.map(Value::Object)
            }
            Err(error) => Err(read_error(error)?.into()),
        };
        let line = reader.get_mut().line_at(place);
        row(line, found).map_err(Stopped::Other)?;
    }
}

/// Leaves an editor's mark of the order of bytes out: it is not a part of the first name, nor does it stand before its quotation mark.
fn without_mark<R: Read>(mut reader: R) -> io::Result<impl Read> {
    let mut start = Vec::new();
    reader.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start)?;
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    Ok(Cursor::new(start).chain(reader))
}

/// Returns the line of the row that begins at a place, with what is wrong with it, if nothing tells where the row ends. What follows it
/// may be a part of it, so all of that is left out with it.
fn unended<R: Read>(lines: &mut Lines<R>, place: u64) -> io::Result<Option<(u64, Wrong)>> {
    if !lines.is_open() && !lines.is_too_long() {
        return Ok(None);
    }
    let (line, last) = (lines.line_at(place), lines.last_line()?);
    let behind = match last {
        last if last > line => format!(", so nothing can be said of the lines up to {last} either"),
        _ => String::new(),
    };
    let text = if lines.is_open() {
        format!("has a quotation mark that is not closed{behind}; close it")
    } else {
        format!("{}{behind}", too_long())
    };
    Ok(Some((line, Wrong { text, last })))
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

/// Takes a cell for a text, or for JSON where the parameter is no text. JSON in which a name stands twice is neither.
fn cell(text: &str, is_text: bool) -> Result<Value, Wrong> {
    let json = if is_text { None } else { Some(read_json(text.as_bytes())) };
    match json {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) if error.is_data() => Err(format!("is wrong: {error}").into()),
        Some(Err(_)) | None => Ok(Value::String(text.to_owned())),
    }
}
