//! The part of docs/emulator-choices.md that follows from the table.

use std::fmt::Write as _;

use super::sets::SETS;
use super::table::ROWS;

/// Writes the rule sets and all choices as two tables.
pub(super) fn tables() -> String {
    let mut text = String::from("| Rule set | What it follows | Differs by |\n|---|---|---|\n");
    for set in &SETS {
        let differs: Vec<_> = set.differs.iter().map(|choice| format!("`{}`", choice.name())).collect();
        let differs = if differs.is_empty() { "the default".to_owned() } else { differs.join(", ") };
        let _ = writeln!(text, "| `{}` | {} | {differs} |", set.name, set.what);
    }
    text.push_str("\n| Question | Choice | What it does | Source |\n|---|---|---|---|\n");
    let mut asked = "";
    for row in ROWS {
        let question = if row.question == asked { "" } else { row.question };
        asked = row.question;
        let name = if row.is_default { format!("**`{}`**", row.name) } else { format!("`{}`", row.name) };
        let _ = writeln!(text, "| {question} | {name} | {} | {} |", row.does, row.source);
    }
    text
}
