//! The modules above the versions.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, module_docs};
use crate::model::{Model, Product};

/// Emits the list of products, each behind its feature.
pub(super) fn products(model: &Model) -> TokenStream {
    let products = model.products.iter().map(|product| {
        let (name, module) = (&product.module, ident(&product.module));
        quote! {
            #[cfg(feature = #name)]
            pub mod #module;
        }
    });
    quote! {
        //! Clients of the cloud's products, a module for each, behind a cargo feature of its name.

        #(#products)*
    }
}

/// Emits the list of a product's versions; the default one stands for the product.
pub(super) fn product(product: &Product) -> TokenStream {
    let docs = module_docs(&product.docs);
    let default = product.default_version.as_deref().map(ident);
    let default = default.map(|default| quote!(pub use #default::*;));
    let versions = product.versions.iter().map(|version| ident(&version.module));
    quote! {
        #docs
        #(pub mod #versions;)*
        #default
    }
}
