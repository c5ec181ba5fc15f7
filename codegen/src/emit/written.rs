//! Items that are written as text. Structs, tables and setters are most of what is generated, and their form is always the same, so what
//! fits on its lines is taken as it is written here; only what does not is parsed and formatted.

use proc_macro2::TokenStream;

/// How wide the formatter lets a line be.
const WIDTH: usize = 89;

/// Items of a file: tokens that are to be formatted, or text that is already.
pub(crate) enum Piece {
    Tokens(TokenStream),
    Text(String),
}

/// Emits an item that is written as the formatter would write it, but for lines that are too wide.
///
/// # Panics
///
/// Panics if the text is no Rust, which is a mistake in an emitter.
pub(super) fn written(text: String) -> Piece {
    if text.lines().all(|line| fits(line) || line.trim_start().starts_with("///")) {
        return Piece::Text(text);
    }
    match text.parse() {
        Ok(tokens) => Piece::Tokens(tokens),
        Err(error) => panic!("this is no Rust: {error}\n{text}"),
    }
}

/// Returns whether a line is as wide as the formatter lets it be.
pub(super) fn fits(line: &str) -> bool {
    line.trim_end().chars().count() <= WIDTH
}

/// Writes documentation, each line behind the same indentation.
pub(super) fn comment(docs: &str, indent: &str) -> String {
    let mut out = String::with_capacity(docs.len() + 16);
    for line in crate::docs::for_comment(docs).lines() {
        out.push_str(indent);
        out.push_str("///");
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}
