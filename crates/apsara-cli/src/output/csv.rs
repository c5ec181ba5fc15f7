//! Answers as CSV: a line for each item, with all columns.

use serde_json::Value;

use super::rows::{Rows, cell, main_list};
use crate::exit::Exit;
use crate::failure::Failure;

/// Writes the items of a value's list, or the value itself as one line.
pub(super) fn write(value: &Value) -> Result<String, Failure> {
    let failed = |error: String| Failure::new(Exit::Failed, format!("the answer cannot be written as CSV: {error}"));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let items = match (value, main_list(value)) {
        (_, Some((_, items))) => items.iter().collect(),
        (Value::Array(items), None) => items.iter().collect(),
        (value, None) => vec![value],
    };
    if items.iter().any(|item| item.is_object()) {
        let rows = Rows::of(&items);
        writer.write_record(&rows.columns).map_err(|error| failed(error.to_string()))?;
        for row in &rows.cells {
            writer.write_record(row).map_err(|error| failed(error.to_string()))?;
        }
    } else {
        for item in items {
            let cells: Vec<String> = match item {
                Value::Array(cells) => cells.iter().map(cell).collect(),
                item => vec![cell(item)],
            };
            writer.write_record(cells).map_err(|error| failed(error.to_string()))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}
