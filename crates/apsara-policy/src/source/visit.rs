//! The calls in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, Lit, Member, Pat, Token, Type};

use super::Unseen;
use super::files::{SourceFile, is_for_tests};
use super::imports::Imports;
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
        let mut clients = Clients { specs: self.specs, imports: &imports, found: BTreeMap::new() };
        clients.visit_file(&file.syntax);
        let clients = clients.found;
        Visitor { calls: self, path: &file.path, imports: &imports, clients: &clients }.visit_file(&file.syntax);
    }

    /// Returns the operations that were found, and the places that were not understood.
    pub(super) fn into_parts(self) -> (BTreeSet<Found>, Vec<Unseen>) {
        (self.found, self.unseen)
    }
}

/// The variables, fields and arguments of a file that are clients, each with the products that it is of.
struct Clients<'s> {
    specs: &'s Specs,
    imports: &'s Imports,
    found: BTreeMap<String, BTreeSet<String>>,
}

impl Clients<'_> {
    fn note(&mut self, name: &str, product: String) {
        self.found.entry(name.to_owned()).or_default().insert(product);
    }

    fn note_type(&mut self, name: &str, of: &Type) {
        let mut inner = ClientIn { specs: self.specs, imports: self.imports, found: None };
        inner.visit_type(of);
        if let Some(product) = inner.found {
            self.note(name, product);
        }
    }
}

impl<'ast> Visit<'ast> for Clients<'_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let (Some(name), Some(init)) = (name_of(&local.pat), &local.init) {
            let mut inner = ClientIn { specs: self.specs, imports: self.imports, found: None };
            inner.visit_expr(&init.expr);
            if let Some(product) = inner.found {
                self.note(&name, product);
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_pat_type(&mut self, typed: &'ast syn::PatType) {
        if let Some(name) = name_of(&typed.pat) {
            self.note_type(&name, &typed.ty);
        }
        visit::visit_pat_type(self, typed);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.note_type(&name.to_string(), &field.ty);
        }
    }
}

/// The client whose type, or whose creation, stands in something.
struct ClientIn<'s> {
    specs: &'s Specs,
    imports: &'s Imports,
    found: Option<String>,
}

impl<'ast> Visit<'ast> for ClientIn<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        // `live::Client`, or what is made by `live::Client::new`.
        let mut begin = path.clone();
        while let Some(last) = begin.segments.last() {
            if last.ident == "Client" || begin.segments.len() == 1 {
                break;
            }
            begin.segments.pop();
            begin.segments.pop_punct();
        }
        if let Some((product, name)) = self.imports.find(&begin, self.specs)
            && name == "Client"
        {
            self.found.get_or_insert(product);
        }
        visit::visit_path(self, path);
    }
}

fn name_of(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.to_string()),
        Pat::Type(typed) => name_of(&typed.pat),
        _ => None,
    }
}

struct Visitor<'v, 's> {
    calls: &'v mut Calls<'s>,
    path: &'v Path,
    imports: &'v Imports,
    clients: &'v BTreeMap<String, BTreeSet<String>>,
}

impl Visitor<'_, '_> {
    fn unseen(&mut self, span: Span, what: String) {
        self.calls.unseen.push(Unseen { file: self.path.to_owned(), line: span.start().line, what });
    }

    /// Looks at a method without arguments, as those of clients are.
    fn method(&mut self, method: &proc_macro2::Ident, receiver: Option<&str>) {
        let word = method.to_string();
        let meant = receiver.and_then(|receiver| self.clients.get(receiver));
        let products: Vec<&str> = match meant {
            Some(products) => products.iter().map(String::as_str).collect(),
            None => self.calls.known.keys().copied().collect(),
        };
        let mut found = Vec::new();
        for product in products {
            let names = self.calls.known.get(product);
            found
                .extend(names.and_then(|names| names.get(&bare(&word))).map(|name| (product.to_owned(), name.clone())));
            if let Some(waiter) = word.strip_prefix("wait_until_") {
                let awaited = self.calls.specs.products(product).flat_map(|known| known.awaited(waiter));
                found.extend(awaited.map(|name| (product.to_owned(), name)));
            }
        }
        if found.len() > 1 {
            let names: Vec<String> = found.iter().map(|(product, name)| format!("{product}:{name}")).collect();
            self.unseen(method.span(), format!("{word} may be any of {}, so all are allowed", names.join(", ")));
        }
        self.calls.found.extend(found.into_iter().map(Found::of));
    }

    /// Looks at an operation that is named by texts.
    fn named(&mut self, span: Span, arguments: &Punctuated<Expr, Token![,]>) {
        let texts: Vec<Option<String>> = arguments.iter().map(text_of).collect();
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

    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            if let TokenTree::Group(group) = tree {
                self.tokens(group.stream());
            }
            let (TokenTree::Punct(dot), Some(TokenTree::Ident(method)), Some(TokenTree::Group(arguments))) =
                (tree, trees.get(at + 1), trees.get(at + 2))
            else {
                continue;
            };
            if dot.as_char() == '.' && arguments.delimiter() == Delimiter::Parenthesis && arguments.stream().is_empty()
            {
                let receiver = at.checked_sub(1).and_then(|before| match &trees[before] {
                    TokenTree::Ident(name) => Some(name.to_string()),
                    _ => None,
                });
                self.method(method, receiver.as_deref());
            }
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
            self.named(call.method.span(), &call.args);
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
                self.named(last.ident.span(), &call.args);
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // A request may be followed by a function of its own, `RestartLivePullToPushRequest::default`.
        for end in 1..=path.segments.len() {
            let begin = syn::Path { leading_colon: None, segments: path.segments.iter().take(end).cloned().collect() };
            let Some(word) = begin.segments.last().map(|last| last.ident.to_string()) else { continue };
            let Some(operation) = word.strip_suffix("Request").filter(|name| !name.is_empty()) else { continue };
            let found = self.imports.find(&begin, self.calls.specs);
            let operation = found.as_ref().and_then(|(_, name)| name.strip_suffix("Request")).unwrap_or(operation);
            let products = found.as_ref().map(|(product, _)| vec![product.clone()]);
            for product in products.unwrap_or_else(|| self.imports.globs().to_vec()) {
                let name = self.calls.known.get(product.as_str()).and_then(|names| names.get(&bare(operation)));
                let name = name.cloned();
                self.calls.found.extend(name.map(|name| Found::of((product, name))));
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let parsed = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        match parsed {
            Ok(expressions) => {
                // They do not live as long as the file.
                let mut inner =
                    Visitor { calls: self.calls, path: self.path, imports: self.imports, clients: self.clients };
                for expression in &expressions {
                    inner.visit_expr(expression);
                }
            }
            Err(_) => self.tokens(call.tokens.clone()),
        }
    }
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
