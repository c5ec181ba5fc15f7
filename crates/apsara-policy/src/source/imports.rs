//! What the names in a file stand for: modules of products, and what is in them.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};

use super::macros::{Piece, pieces};
use crate::Specs;

/// The names that a file imports, each with the product that it is of.
#[derive(Default)]
pub(super) struct Imports {
    /// Modules: `live`, or what it is called here.
    modules: BTreeMap<String, String>,
    /// What is in a module, with its name there.
    items: BTreeMap<String, (String, String)>,
    /// Products of which everything is imported.
    globs: Vec<String>,
    /// The names of what is imported by another name from modules that are of no product: what they have may have come from one.
    renamed: BTreeMap<String, String>,
}

impl Imports {
    pub(super) fn of(file: &syn::File, specs: &Specs) -> Self {
        let mut uses = Uses { specs, imports: Self::default() };
        uses.visit_file(file);
        uses.imports
    }

    /// Returns the product and the name of what a path of several words, or of one that is imported, stands for.
    pub(super) fn find(&self, path: &syn::Path, specs: &Specs) -> Option<(String, String)> {
        let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let (last, before) = words.split_last()?;
        let Some(module) = before.iter().rev().find(|word| !is_version(word)) else {
            return self.items.get(last).cloned();
        };
        let product = self.modules.get(module).cloned().or_else(|| product(module, specs));
        product.map(|product| (product, last.clone()))
    }

    /// Returns what a name is called where it came from, if no product is known of it.
    pub(super) fn renamed<'n>(&'n self, name: &'n str) -> &'n str {
        self.renamed.get(name).map_or(name, String::as_str)
    }

    pub(super) fn globs(&self) -> &[String] {
        &self.globs
    }
}

/// Returns the products that a file names in paths and imports.
pub(super) fn named(file: &syn::File, specs: &Specs) -> Vec<String> {
    let mut paths = Paths { specs, found: Vec::new() };
    paths.visit_file(file);
    let Imports { modules, items, globs, .. } = Imports::of(file, specs);
    let items = items.into_values().map(|(product, _)| product);
    paths.found.into_iter().chain(modules.into_values()).chain(items).chain(globs).collect()
}

/// Returns the product whose module a word is the name of.
fn product(word: &str, specs: &Specs) -> Option<String> {
    specs.products(word.trim_end_matches('_')).next().map(crate::specs::Product::word)
}

/// Says whether a word is the module of a version, such as `v2016_11_01`.
fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
}

struct Uses<'s> {
    specs: &'s Specs,
    imports: Imports,
}

impl Uses<'_> {
    fn tree(&mut self, tree: &syn::UseTree, within: Option<&str>) {
        match tree {
            syn::UseTree::Path(path) => {
                let word = path.ident.to_string();
                let inner = if is_version(&word) { None } else { product(&word, self.specs) };
                self.tree(&path.tree, inner.as_deref().or(within.filter(|_| is_version(&word))));
            }
            syn::UseTree::Name(name) => {
                let word = name.ident.to_string();
                self.name(&word, &word, within);
            }
            syn::UseTree::Rename(rename) => self.name(&rename.ident.to_string(), &rename.rename.to_string(), within),
            syn::UseTree::Glob(_) => self.imports.globs.extend(within.map(str::to_owned)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, within)),
        }
    }

    fn name(&mut self, name: &str, here: &str, within: Option<&str>) {
        match within {
            Some(within) if name == "self" || is_version(name) => {
                let here = if here == "self" { within } else { here };
                self.imports.modules.insert(here.to_owned(), within.to_owned());
            }
            Some(within) => drop(self.imports.items.insert(here.to_owned(), (within.to_owned(), name.to_owned()))),
            None => {
                self.imports.modules.extend(product(name, self.specs).map(|product| (here.to_owned(), product)));
                if name != here {
                    self.imports.renamed.insert(here.to_owned(), name.to_owned());
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, None);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        for piece in pieces(call.tokens.clone()) {
            if let Piece::Use(item) = piece {
                self.tree(&item.tree, None);
            }
        }
    }
}

struct Paths<'s> {
    specs: &'s Specs,
    found: Vec<String>,
}

impl Paths<'_> {
    fn path(&mut self, path: &syn::Path) {
        let modules = path.segments.iter().rev().skip(1);
        self.found.extend(modules.filter_map(|segment| product(&segment.ident.to_string(), self.specs)));
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        for piece in pieces(call.tokens.clone()) {
            if let Piece::Path(path) = piece {
                self.path(&path);
            }
        }
    }
}
