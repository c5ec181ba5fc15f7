//! The enum of an operation's error codes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident};
use crate::model::ErrorEnum;

pub(super) fn error_enum(error: &ErrorEnum, request: &str) -> TokenStream {
    let (name, request) = (ident(&error.name), ident(request));
    let enum_docs = docs(&error.docs);
    let variants: Vec<_> = error.variants.iter().map(|variant| ident(&variant.name)).collect();
    let variant_docs = error.variants.iter().map(|variant| docs(&variant.docs));
    let codes = error.variants.iter().map(|variant| &variant.wire);
    quote! {
        #enum_docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
        }

        impl rt::ErrorCode for #name {
            const OPERATION: &'static rt::Operation = <#request as rt::Request>::OPERATION;
            const CODES: &'static [(&'static str, Self)] = &[#((#codes, Self::#variants)),*];
        }
    }
}
