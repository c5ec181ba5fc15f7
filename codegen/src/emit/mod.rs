//! From the model to tokens, one file of Rust per emitter. Nothing is decided here.

mod call;
mod client;
mod error_code;
mod module;
mod operation;
mod paged;
mod product;
mod types;
mod waiter;
mod written;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub(crate) use types::{fact, value};
pub(crate) use written::Piece;

use crate::model::{Model, Operation, Product, Version};

/// A file that is not formatted yet.
pub(crate) struct Emitted {
    /// From the folder of what is generated, with `/`.
    pub(crate) path: String,
    /// The spec or the folder of specs that it is made of.
    pub(crate) spec: String,
    /// The product's module and the operation's name, where it is made of one operation's spec alone.
    pub(crate) operation: Option<(String, String)>,
    pub(crate) pieces: Vec<Piece>,
}

/// A file that is to be emitted.
#[derive(Clone, Copy)]
pub(crate) enum Unit<'a> {
    Products(&'a Model, &'a str),
    Product(&'a Product),
    /// A file of a version that its operations share.
    Shared(&'a Product, &'a Version, Shared),
    Operation(&'a Product, &'a Version, &'a Operation),
}

#[derive(Clone, Copy)]
pub(crate) enum Shared {
    Module,
    Call,
    Client,
    Endpoints,
    Types,
}

/// Lists every file.
pub(crate) fn units<'a>(model: &'a Model, root_spec: &'a str) -> Vec<Unit<'a>> {
    let mut units = vec![Unit::Products(model, root_spec)];
    for product in &model.products {
        units.push(Unit::Product(product));
        for version in &product.versions {
            let shared = [Shared::Module, Shared::Call, Shared::Client, Shared::Endpoints];
            units.extend(shared.map(|shared| Unit::Shared(product, version, shared)));
            if has_types(version) {
                units.push(Unit::Shared(product, version, Shared::Types));
            }
            units.extend(version.operations.iter().map(|operation| Unit::Operation(product, version, operation)));
        }
    }
    units
}

/// What begins a line of documentation within its attribute; no documentation has it, for no comment can hold it.
pub(crate) const LINE: char = '\u{1}';

/// Emits a file.
pub(crate) fn emit(unit: Unit<'_>) -> Emitted {
    let shared = |path: String, spec: &str, pieces| Emitted { path, spec: spec.to_owned(), operation: None, pieces };
    let one = |tokens| vec![Piece::Tokens(tokens)];
    match unit {
        Unit::Products(model, spec) => shared("mod.rs".to_owned(), spec, one(product::products(model))),
        Unit::Product(product) => {
            shared(format!("{}/mod.rs", product.module), &product.spec, one(product::product(product)))
        }
        Unit::Shared(product, version, part) => {
            let (name, pieces) = match part {
                Shared::Module => ("mod", one(module::module(version))),
                Shared::Call => ("call", one(call::call(version))),
                Shared::Client => ("client", one(client::client(&version.title))),
                Shared::Endpoints => ("endpoints", one(module::endpoints(version))),
                Shared::Types => ("types", types::types(version)),
            };
            shared(format!("{}/{}/{name}.rs", product.module, version.module), &version.spec, pieces)
        }
        Unit::Operation(product, version, operation) => Emitted {
            path: format!("{}/{}/{}.rs", product.module, version.module, operation.module),
            spec: operation.spec.clone(),
            operation: Some((product.module.clone(), operation.name.clone())),
            pieces: operation::operation(operation),
        },
    }
}

/// Returns whether a version has types that operations share.
fn has_types(version: &Version) -> bool {
    !version.enums.is_empty() || !version.records.is_empty()
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Emits documentation: one attribute for all of its lines, which `format` parts again. An attribute per line would be the most of
/// what is parsed and printed.
fn docs(text: &str) -> TokenStream {
    if text.is_empty() {
        return TokenStream::new();
    }
    let lines = joined(text);
    quote! { #[doc = #lines] }
}

/// Emits the documentation of the module itself.
fn module_docs(text: &str) -> TokenStream {
    let lines = joined(text);
    quote! { #![doc = #lines] }
}

fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len() + 16);
    for line in crate::docs::for_comment(text).lines() {
        joined.push(LINE);
        joined.push_str(line);
    }
    joined
}
