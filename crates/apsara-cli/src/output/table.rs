//! Answers for a person.

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::rows::{Rows, cell, flatten, main_list};
use crate::terminal::{Paint, Style, cut, harmless, in_one_line};

/// The most characters of a cell that is one of several columns of a terminal.
const WIDEST: usize = 44;

/// Writes the answer's list as a table that fits the terminal, with what else there is below; an answer without a list as names and
/// values.
pub(super) fn write(value: &Value, width: Option<usize>, paint: Paint) -> String {
    match (main_list(value), value) {
        (Some((path, items)), _) => list(value, &path, items, width, paint),
        (None, Value::Object(fields)) if !fields.is_empty() => names_and_values(value, paint),
        (None, Value::Array(items)) => items.iter().map(|item| format!("{}\n", harmless(&cell(item)))).collect(),
        (None, value) => format!("{}\n", harmless(&cell(value))),
    }
}

fn names_and_values(value: &Value, paint: Paint) -> String {
    let fields: Vec<_> = flatten(value).into_iter().map(|(name, value)| (harmless(&name), harmless(&value))).collect();
    let longest = fields.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in fields {
        let gap = " ".repeat(longest - name.width() + 2);
        // A value of several lines goes on below itself.
        let value = value.lines().collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(longest + 2)));
        out.push_str(format!("{}{gap}{value}", paint.mark(Style::Bold, &name)).trim_end());
        out.push('\n');
    }
    out
}

fn list(value: &Value, path: &str, items: &[Value], width: Option<usize>, paint: Paint) -> String {
    let mut rows = Rows::of(&items.iter().collect::<Vec<_>>());
    // Keys of maps are the cloud's as well.
    rows.columns.iter_mut().for_each(|name| *name = in_one_line(name));
    let says_something = |at: usize| rows.cells.iter().any(|row| !row[at].is_empty());
    let mut columns: Vec<usize> = (0..rows.columns.len()).filter(|&at| says_something(at)).collect();
    // Where there is not room for all, what is the same nothing everywhere yields to what tells items apart.
    let is_nothing = |at: usize| rows.cells.iter().all(|row| ["", "0", "false", "null"].contains(&row[at].as_str()));
    columns.sort_by_key(|&at| is_nothing(at) && !rows.columns[at].ends_with("Status"));
    let limit = if width.is_some() { WIDEST } else { usize::MAX };
    let shown = |text: &str| cut(&in_one_line(text), limit);
    let column_width = |at: usize| {
        let cells = rows.cells.iter().map(|row| shown(&row[at]).width());
        cells.chain([rows.columns[at].width()]).max().unwrap_or(0)
    };
    let mut used = 0;
    let fitting: Vec<usize> = columns
        .iter()
        .copied()
        .enumerate()
        .take_while(|&(number, at)| {
            used += column_width(at) + if number == 0 { 0 } else { 2 };
            // However narrow a terminal is, the first column is there.
            number == 0 || width.is_none_or(|width| used <= width)
        })
        .map(|(_, at)| at)
        .collect();
    let widths: Vec<usize> = fitting.iter().map(|&at| column_width(at)).collect();
    let line = |cells: Vec<String>| {
        let padded =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let header = line(fitting.iter().map(|&at| rows.columns[at].clone()).collect());
    let mut out = format!("{}\n", paint.mark(Style::Bold, &header));
    for row in &rows.cells {
        out.push_str(&line(fitting.iter().map(|&at| shown(&row[at])).collect()));
        out.push('\n');
    }
    out.push_str(&below(value, path, columns.len() - fitting.len(), paint));
    out
}

/// Writes what an answer has beside its list, and how many columns had no room.
fn below(value: &Value, path: &str, left_out: usize, paint: Paint) -> String {
    let beside: Vec<String> = match value {
        Value::Object(_) => {
            let fields = flatten(value).into_iter().filter(|(name, value)| name != path && !value.is_empty());
            fields.map(|(name, value)| format!("{} {}", harmless(&name), cut(&harmless(&value), WIDEST))).collect()
        }
        _ => Vec::new(),
    };
    let columns = if left_out == 1 { "column" } else { "columns" };
    let more = (left_out > 0).then(|| format!("{left_out} more {columns}: --output json has all, --query chooses"));
    let lines = [(!beside.is_empty()).then(|| beside.join("  ")), more];
    lines.into_iter().flatten().map(|line| format!("{}\n", paint.mark(Style::Dim, &line))).collect()
}
