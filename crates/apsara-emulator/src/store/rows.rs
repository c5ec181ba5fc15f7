//! Rows as they were found.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Everything that a file held, by table.
#[derive(Default)]
pub(crate) struct Rows(pub(super) HashMap<&'static str, Vec<(String, Vec<u8>)>>);

/// Says which row is none of this program's.
#[derive(Debug)]
pub(crate) struct UnreadableRow {
    table: &'static str,
    key: String,
    reason: String,
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the row {:?} of the table {} cannot be read: {}", self.key, self.table, self.reason)
    }
}

impl Rows {
    /// Reads the rows of a table, sorted by key.
    pub(crate) fn read<T: DeserializeOwned>(&self, table: &'static str) -> Result<Vec<(String, T)>, UnreadableRow> {
        let rows = self.0.get(table).into_iter().flatten();
        rows.map(|(key, value)| match serde_json::from_slice(value) {
            Ok(value) => Ok((key.clone(), value)),
            Err(error) => Err(UnreadableRow { table, key: key.clone(), reason: error.to_string() }),
        })
        .collect()
    }

    /// Reads the rows of a table whose keys are [numbers](number_key), in their order.
    pub(crate) fn numbered<T: DeserializeOwned>(&self, table: &'static str) -> Result<Vec<(u64, T)>, UnreadableRow> {
        let numbered = |(key, value): (String, T)| match key.parse() {
            Ok(number) => Ok((number, value)),
            Err(_) => Err(UnreadableRow { table, key, reason: "the key is no number".to_owned() }),
        };
        self.read(table)?.into_iter().map(numbered).collect()
    }
}

/// A number as text that sorts as the numbers do.
pub(crate) fn number_key(number: u64) -> String {
    format!("{number:020}")
}

/// A second as text that sorts as the seconds do: no time that there is comes before this one.
pub(crate) fn second_key(second: i64) -> String {
    format!("{:012}", second.saturating_add(400_000_000_000))
}

/// A value as it stands in a row.
pub(super) fn written(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("what is kept has text for keys, and only finite numbers")
}
