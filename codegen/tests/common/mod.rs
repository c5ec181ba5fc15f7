//! What the tests of the generator share.

#![allow(dead_code, clippy::unwrap_used)]

use apsara_codegen::{File, Options, Refusals, Sources, generate};

/// The folder of the version that fixtures belong to.
pub(crate) const VERSION: &str = "api-specs/test/2026-01-01";

/// A version that shares nothing.
pub(crate) const PRODUCT: &str = r#"{
    "info": { "style": "RPC", "product": "Test", "version": "2026-01-01" },
    "title": "Test Service", "summary": "Tests.", "defaultRegion": "cn-hangzhou"
}"#;

/// An operation of our own that is only as large as it must be.
pub(crate) const OPERATION: &str = r#"{ "$schema": "../../schema/operation.schema.json", "methods": ["post"], "security": [{ "AK": [] }], "parameters": [], "responses": {} }"#;

/// Makes sources of files of the version.
pub(crate) fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.insert(format!("{VERSION}/{name}"), *text);
    }
    sources
}

/// Generates from files of the version.
pub(crate) fn generated(files: &[(&str, &str)]) -> Result<Vec<File>, Refusals> {
    generate(&sources(files), "api-specs", &Options::default()).map(|generated| generated.files)
}

/// Returns the text of a file of the version.
pub(crate) fn file<'a>(files: &'a [File], name: &str) -> &'a str {
    let path = format!("test/v2026_01_01/{name}");
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} was not generated")).text
}

/// Leaves out what is the same for every type and every operation, so that a snapshot shows one concept.
pub(crate) fn without_the_usual(text: &str) -> String {
    let usual =
        ["impl ::std::fmt::Debug", "impl rt::Serialize", "impl<'de> rt::Deserialize", "impl ::std::fmt::Display"];
    let mut items: Vec<String> = vec![String::new()];
    for line in text.lines() {
        // An item begins after a blank line, at the left edge.
        if line.is_empty() || (items.last().unwrap().ends_with("\n\n") && !line.starts_with([' ', '}'])) {
            if line.is_empty() {
                items.last_mut().unwrap().push('\n');
                continue;
            }
            items.push(String::new());
        }
        items.last_mut().unwrap().push_str(line);
        items.last_mut().unwrap().push('\n');
    }
    items.retain(|item| !usual.iter().any(|usual| item.starts_with(usual)));
    items.concat()
}
