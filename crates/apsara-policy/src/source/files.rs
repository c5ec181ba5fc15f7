//! The files of a crate, without those that are for tests only.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use syn::ext::IdentExt as _;

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
    let tests = of_tests(&files);
    files.retain(|file| !tests.contains(&file.path));
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

/// Returns the files of modules that are declared for tests, and nowhere else.
fn of_tests(files: &[SourceFile]) -> BTreeSet<PathBuf> {
    let declared: Vec<(&Path, Declared)> = files.iter().map(|file| (file.path.as_path(), Declared::of(file))).collect();
    let mut tests: BTreeSet<PathBuf> = declared.iter().flat_map(|(_, of)| of.for_tests.iter().cloned()).collect();
    let of_files = |are_tests: bool, tests: &BTreeSet<PathBuf>| {
        let files = declared.iter().filter(|(path, _)| is_below(path, tests) == are_tests);
        files.flat_map(|(_, of)| of.always.iter().cloned()).collect::<BTreeSet<_>>()
    };
    // What a module for tests declares is for tests too.
    loop {
        let before = tests.len();
        tests.append(&mut of_files(true, &tests));
        if tests.len() == before {
            break;
        }
    }
    // A file may be declared elsewhere as well, and what it declares with it.
    loop {
        let before = tests.len();
        let built = of_files(false, &tests);
        tests.retain(|path| !built.contains(path));
        if tests.len() == before {
            let files = declared.iter().map(|(path, _)| *path);
            return files.filter(|path| is_below(path, &tests) && !built.contains(*path)).map(Path::to_owned).collect();
        }
    }
}

/// Returns whether a file is one of these, or in one of these folders.
fn is_below(file: &Path, of: &BTreeSet<PathBuf>) -> bool {
    file.ancestors().any(|path| of.contains(path))
}

/// The files and folders of the modules that a file declares.
#[derive(Default)]
struct Declared {
    for_tests: Vec<PathBuf>,
    always: Vec<PathBuf>,
}

impl Declared {
    fn of(file: &SourceFile) -> Self {
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let stem = file.path.file_stem().unwrap_or_default();
        let is_root = ["lib", "main", "mod"].iter().any(|name| stem == *name);
        let own = if is_root { folder.to_owned() } else { folder.join(stem) };
        let mut declared = Self::default();
        declared.read(&file.syntax.items, &own, folder, false);
        declared
    }

    /// Reads items. Modules are in `own`, and those that say a path are by that in `folder`.
    fn read(&mut self, items: &[syn::Item], own: &Path, folder: &Path, is_within_tests: bool) {
        for item in items {
            let syn::Item::Mod(module) = item else { continue };
            let is_test = is_within_tests || is_for_tests(&module.attrs);
            let name = module.ident.unraw().to_string();
            if let Some((_, items)) = &module.content {
                let own = own.join(name);
                self.read(items, &own, &own, is_test);
                continue;
            }
            let paths = match module.attrs.iter().find_map(path_of) {
                Some(path) => vec![plain(&folder.join(path))],
                None => vec![own.join(format!("{name}.rs")), own.join(name)],
            };
            let list = if is_test { &mut self.for_tests } else { &mut self.always };
            list.extend(paths);
        }
    }
}

/// Takes the way back out of a path: `a/../b` is `b`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
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
