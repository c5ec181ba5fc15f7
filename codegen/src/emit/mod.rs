//! From the model to tokens, one file of Rust per emitter. Nothing is decided here.

mod call;
mod client;
mod error_code;
mod module;
mod operation;
mod product;
mod types;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::{Model, Version};

/// A file that is not formatted yet.
pub(crate) struct Emitted {
    /// From the folder of what is generated, with `/`.
    pub(crate) path: String,
    /// The spec or the folder of specs that it is made of.
    pub(crate) spec: String,
    /// The product's module and the operation's name, where it is made of one operation's spec alone.
    pub(crate) operation: Option<(String, String)>,
    pub(crate) tokens: TokenStream,
}

/// Emits every file.
pub(crate) fn emit(model: &Model, root_spec: &str) -> Vec<Emitted> {
    let mut files = vec![shared("mod.rs".to_owned(), root_spec, product::products(model))];
    for product in &model.products {
        files.push(shared(format!("{}/mod.rs", product.module), &product.spec, product::product(product)));
        for version in &product.versions {
            emit_version(&product.module, version, &mut files);
        }
    }
    files
}

fn emit_version(product: &str, version: &Version, files: &mut Vec<Emitted>) {
    let mut add = |name: &str, tokens| {
        files.push(shared(format!("{product}/{}/{name}.rs", version.module), &version.spec, tokens));
    };
    add("mod", module::module(version));
    add("call", call::call(&version.title));
    add("client", client::client(&version.title));
    add("endpoints", module::endpoints(version));
    if has_types(version) {
        add("types", types::types(version));
    }
    for operation in &version.operations {
        files.push(Emitted {
            path: format!("{product}/{}/{}.rs", version.module, operation.module),
            spec: operation.spec.clone(),
            operation: Some((product.to_owned(), operation.name.clone())),
            tokens: operation::operation(operation),
        });
    }
}

fn shared(path: String, spec: &str, tokens: TokenStream) -> Emitted {
    Emitted { path, spec: spec.to_owned(), operation: None, tokens }
}

/// Returns whether a version has types that operations share.
fn has_types(version: &Version) -> bool {
    !version.enums.is_empty() || !version.records.is_empty()
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Emits documentation, an attribute per line.
fn docs(text: &str) -> TokenStream {
    let lines = text.lines().map(doc_line);
    quote! { #(#[doc = #lines])* }
}

/// Emits the documentation of the module itself.
fn module_docs(text: &str) -> TokenStream {
    let lines = text.lines().map(doc_line);
    quote! { #(#![doc = #lines])* }
}

fn doc_line(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}
