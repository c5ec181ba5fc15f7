//! The files of a crate, without those that are for tests only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::SourceError;

/// A file, read and parsed.
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) syntax: syn::File,
}

pub(super) fn read(path: &Path) -> Result<Vec<SourceFile>, SourceError> {
    let mut paths = Vec::new();
    if path.is_dir() {
        let root = if path.join("Cargo.toml").is_file() { path.join("src") } else { path.to_owned() };
        collect(&root, &mut paths)?;
    } else {
        paths.push(path.to_owned());
    }
    if paths.is_empty() {
        return Err(failed(path, &"has no Rust in it; the folder of a crate is wanted, or a file"));
    }
    paths.sort();
    let mut files = paths.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let tests: BTreeSet<PathBuf> = files.iter().flat_map(of_tests).collect();
    files.retain(|file| !file.path.ancestors().any(|path| tests.contains(path)));
    Ok(files)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let listed = std::fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    for entry in listed {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_built = path.join("CACHEDIR.TAG").exists();
        if path.is_dir() && !is_hidden && !is_built {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}

fn parse(path: PathBuf) -> Result<SourceFile, SourceError> {
    let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
    match syn::parse_file(&text) {
        Ok(syntax) => Ok(SourceFile { path, syntax }),
        Err(error) => {
            let at = error.span().start();
            Err(failed(&path, &format!("is no Rust: {error}, in line {}", at.line)))
        }
    }
}

fn failed(file: &Path, reason: &dyn std::fmt::Display) -> SourceError {
    SourceError { file: file.to_owned(), reason: reason.to_string() }
}

/// Returns the files and folders of modules that a file declares for tests.
fn of_tests(file: &SourceFile) -> Vec<PathBuf> {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let stem = file.path.file_stem().unwrap_or_default();
    let own =
        if ["lib", "main", "mod"].iter().any(|name| stem == *name) { folder.to_owned() } else { folder.join(stem) };
    let mut found = Vec::new();
    for item in &file.syntax.items {
        if let syn::Item::Mod(module) = item
            && module.content.is_none()
            && is_for_tests(&module.attrs)
        {
            let name = module.ident.to_string();
            found.extend([own.join(format!("{name}.rs")), own.join(name)]);
            found.extend(module.attrs.iter().filter_map(|attribute| Some(folder.join(path_of(attribute)?))));
        }
    }
    found
}

/// Reads `#[path = "…"]`.
fn path_of(attribute: &syn::Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Says whether something is built for tests only.
pub(super) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        // `#[test]`, and `#[tokio::test]` without its options.
        meta => meta.path().segments.last().is_some_and(|last| last.ident == "test"),
    })
}
