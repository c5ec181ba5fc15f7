//! Items that are written as text. Structs, tables and setters are most of what is generated, and their form is always the same, so what
//! fits on its lines is taken as it is written here; only what does not is parsed and formatted.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Item, LitStr};

/// How wide the formatter lets a line be.
const WIDTH: usize = 89;
/// The macro that stands for an item until it is formatted.
const WRITTEN: &str = "written";

/// Emits an item that is written as the formatter would write it, but for lines that are too wide.
///
/// # Panics
///
/// Panics if the text is no Rust, which is a mistake in an emitter.
pub(super) fn written(text: &str) -> TokenStream {
    if text.lines().all(|line| fits(line) || line.trim_start().starts_with("///")) {
        return quote! { written!(#text); };
    }
    match text.parse() {
        Ok(tokens) => tokens,
        Err(error) => panic!("this is no Rust: {error}\n{text}"),
    }
}

/// Returns whether a line is as wide as the formatter lets it be.
pub(super) fn fits(line: &str) -> bool {
    line.trim_end().chars().count() <= WIDTH
}

/// Returns the text of an item that was written; nothing for any other.
pub(crate) fn text_of(item: &Item) -> Option<String> {
    match item {
        Item::Macro(item) if item.mac.path.is_ident(WRITTEN) => {
            syn::parse2::<LitStr>(item.mac.tokens.clone()).ok().map(|text| text.value())
        }
        _ => None,
    }
}

/// Writes documentation, each line behind the same indentation.
pub(super) fn comment(docs: &str, indent: &str) -> String {
    let mut out = String::with_capacity(docs.len() + 16);
    for line in docs.lines() {
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
