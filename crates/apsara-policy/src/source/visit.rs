//! The calls in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Ident, Span};
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, Lit, Member};

use super::Unseen;
use super::clients::Clients;
use super::files::{SourceFile, is_for_tests};
use super::imports::Imports;
use super::macros::{Piece, pieces};
use crate::specs::bare;
use crate::{Specs, Used};

/// An operation that is called.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) product: String,
    /// The version, where it is named; else any will do.
    pub(super) version: Option<String>,
    pub(super) operation: String,
}

impl Found {
    fn of((product, operation): (String, String)) -> Self {
        Self { product, version: None, operation }
    }
}

/// What is found in all files.
pub(super) struct Calls<'s> {
    specs: &'s Specs,
    /// By product, its operations' names, each by the name without its case.
    known: BTreeMap<&'s str, BTreeMap<String, String>>,
    found: BTreeSet<Found>,
    unseen: Vec<Unseen>,
}

impl<'s> Calls<'s> {
    /// Looks for the operations of the products that are named somewhere.
    pub(super) fn new(specs: &'s Specs, named: &'s BTreeSet<String>) -> Self {
        let names = |product: &&'s String| {
            let names = specs.products(product).flat_map(crate::specs::Product::names);
            (product.as_str(), names.map(|name| (bare(name), name.to_owned())).collect())
        };
        Self {
            specs,
            known: named.iter().map(|product| names(&product)).collect(),
            found: BTreeSet::new(),
            unseen: Vec::new(),
        }
    }

    pub(super) fn visit(&mut self, file: &SourceFile) {
        let imports = Imports::of(&file.syntax, self.specs);
        let clients = Clients::of(&file.syntax, &imports, self.specs);
        Visitor { calls: self, path: &file.path, imports: &imports, clients: &clients }.visit_file(&file.syntax);
    }

    /// Returns the operations that were found, and the places that were not understood.
    pub(super) fn into_parts(self) -> (BTreeSet<Found>, Vec<Unseen>) {
        (self.found, self.unseen)
    }
}

struct Visitor<'v, 's> {
    calls: &'v mut Calls<'s>,
    path: &'v Path,
    imports: &'v Imports,
    clients: &'v Clients<'v>,
}

impl Visitor<'_, '_> {
    fn unseen(&mut self, span: Span, what: String) {
        self.calls.unseen.push(Unseen { file: self.path.to_owned(), line: span.start().line, what });
    }

    /// Looks at a method without arguments, as those of clients are.
    fn method(&mut self, method: &Ident, receiver: Option<&str>) {
        let word = method.to_string();
        let meant = receiver.and_then(|receiver| Some((receiver, self.clients.products(receiver)?)));
        let mut found = match meant {
            Some((_, products)) => self.operations(&word, products.iter().map(String::as_str)),
            None => Vec::new(),
        };
        let is_elsewhere = found.is_empty();
        if is_elsewhere {
            found = self.operations(&word, self.calls.known.keys().copied());
        }
        let names = listed(&found);
        match (meant, found.len()) {
            (_, 0) => {}
            (Some((receiver, products)), _) if is_elsewhere => {
                let products = products.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let what = format!("{products}, of which {receiver} is a client, has no {word}; it may be {names}");
                self.unseen(method.span(), format!("{what}, so that is allowed"));
            }
            (_, 1) => {}
            _ => self.unseen(method.span(), format!("{word} may be any of {names}, so all are allowed")),
        }
        self.calls.found.extend(found.into_iter().map(Found::of));
    }

    /// Returns what a method calls if it is of a client of one of these products.
    fn operations<'p>(&self, method: &str, products: impl Iterator<Item = &'p str>) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for product in products {
            let of_product = |name: String| (product.to_owned(), name);
            let name = self.calls.known.get(product).and_then(|names| names.get(&bare(method)));
            found.extend(name.cloned().map(of_product));
            if let Some(waiter) = method.strip_prefix("wait_until_") {
                let awaited = self.calls.specs.products(product).flat_map(|known| known.awaited(waiter));
                found.extend(awaited.map(of_product));
            }
        }
        found
    }

    /// Looks at an operation that is named by texts.
    fn named<'e>(&mut self, span: Span, arguments: impl Iterator<Item = Option<&'e Expr>>) {
        let texts: Vec<Option<String>> = arguments.map(|argument| argument.and_then(text_of)).collect();
        match texts.as_slice() {
            [Some(product), Some(version), Some(operation)] => {
                match self.calls.specs.find(product, Some(version), operation) {
                    Some(Used { product, version, operation, .. }) => {
                        self.calls.found.insert(Found { product, version: Some(version), operation });
                    }
                    None => {
                        self.unseen(span, format!("no spec has {product} {version} {operation}, so it is not allowed"));
                    }
                }
            }
            _ => self.unseen(span, "the operation's name is not written here, so it is not allowed".to_owned()),
        }
    }

    /// Looks at a path: who makes or reads a request calls its operation, and so does who names a method of a client.
    fn path(&mut self, path: &syn::Path, may_be_method: bool) {
        // A request may be followed by a function of its own, `RestartLivePullToPushRequest::default`.
        for end in 1..=path.segments.len() {
            let begin = syn::Path { leading_colon: None, segments: path.segments.iter().take(end).cloned().collect() };
            let Some(word) = begin.segments.last().map(|last| last.ident.to_string()) else { continue };
            let found = self.imports.find(&begin, self.calls.specs);
            // It may have another name here.
            let name = found.as_ref().map_or_else(|| self.imports.renamed(&word), |(_, name)| name);
            let product = found.as_ref().map(|(product, _)| product.as_str());
            if let Some(operation) = name.strip_suffix("Request").filter(|name| !name.is_empty()) {
                self.request(&begin, operation, product);
            }
            let method = path.segments.get(end).map(|next| &next.ident).filter(|_| may_be_method);
            if let Some(method) = method.filter(|method| is_type(&word) && !is_type(&method.to_string())) {
                self.function(method, product.filter(|_| name == "Client"));
            }
        }
    }

    /// Looks at the type of a request. One whose product is not known came by another module; it may be of any that has the operation.
    fn request(&mut self, path: &syn::Path, operation: &str, product: Option<&str>) {
        let known = &self.calls.known;
        let of = |product: &str| Some((product.to_owned(), known.get(product)?.get(&bare(operation))?.clone()));
        let mut requests: Vec<(String, String)> = match product {
            Some(product) => of(product).into_iter().collect(),
            None => self.imports.globs().iter().filter_map(|product| of(product)).collect(),
        };
        if requests.is_empty() && product.is_none() {
            requests = known.keys().filter_map(|product| of(product)).collect();
            if let Some(last) = path.segments.last().filter(|_| requests.len() > 1) {
                let what = format!("{} may be of any of {}, so all are allowed", last.ident, listed(&requests));
                self.unseen(last.ident.span(), what);
            }
        }
        self.calls.found.extend(requests.into_iter().map(Found::of));
    }

    /// Looks at a function of a type: a method of a client by its path, `live::Client::restart_live_pull_to_push`. Of a type that is not
    /// known to be a client it is what a method of a variable is that is not known.
    fn function(&mut self, method: &Ident, product: Option<&str>) {
        let methods = product.map(|product| self.operations(&method.to_string(), std::iter::once(product)));
        match methods.filter(|methods| !methods.is_empty()) {
            Some(methods) => self.calls.found.extend(methods.into_iter().map(Found::of)),
            None => self.method(method, None),
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(_) => return,
            _ => &Vec::new(),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.args.is_empty() {
            let receiver = match &*call.receiver {
                Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
                Expr::Field(field) => match &field.member {
                    Member::Named(name) => Some(name.to_string()),
                    Member::Unnamed(_) => None,
                },
                _ => None,
            };
            self.method(&call.method, receiver.as_deref());
        } else if call.method == "call" && call.args.len() == 3 {
            self.named(call.method.span(), call.args.iter().map(Some));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func {
            let mut words = path.path.segments.iter().rev().map(|segment| &segment.ident);
            let is_described = words.next().is_some_and(|last| last == "new")
                && words.next().is_some_and(|of| of == "Description")
                && call.args.len() == 3;
            if is_described && let Some(last) = path.path.segments.last() {
                self.named(last.ident.span(), call.args.iter().map(Some));
            }
            // A client's method has one argument by its path, the client: any other number of them is of another function.
            if call.args.len() != 1 {
                self.path(&path.path, false);
                if let Some(of) = &path.qself {
                    self.visit_qself(of);
                }
                visit::visit_path(self, &path.path);
                return call.args.iter().for_each(|argument| self.visit_expr(argument));
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        // `<live::Client>::restart_live_pull_to_push` is the same without its brackets.
        if let Some(syn::QSelf { ty, position: 0, .. }) = &path.qself
            && let syn::Type::Path(of) = &**ty
        {
            let mut whole = of.path.clone();
            whole.segments.extend(path.path.segments.iter().cloned());
            self.path(&whole, true);
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path, true);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        for piece in pieces(call.tokens.clone()) {
            match piece {
                Piece::Path(path) => self.path(&path, true),
                Piece::Method(method, receiver) => self.method(&method, receiver.as_deref()),
                Piece::Named(span, arguments) => self.named(span, arguments.iter().map(Option::as_ref)),
                Piece::Use(_) | Piece::Bound(_) => {}
            }
        }
    }
}

/// Lists operations as a policy names them.
fn listed(operations: &[(String, String)]) -> String {
    let names: Vec<String> = operations.iter().map(|(product, name)| format!("{product}:{name}")).collect();
    names.join(", ")
}

/// Says whether a word is the name of a type, by how those are written. `Self` has what this file writes, and is no client.
fn is_type(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word != "Self"
}

fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Paren(inner) => text_of(&inner.expr),
        Expr::Reference(inner) => text_of(&inner.expr),
        // `"live".to_owned()`, `"live".into()`.
        Expr::MethodCall(call) if call.args.is_empty() => text_of(&call.receiver),
        _ => None,
    }
}
