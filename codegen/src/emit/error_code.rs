//! The enum of an operation's error codes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident};
use crate::model::{ErrorEnum, Variant};

pub(super) fn error_enum(error: &ErrorEnum, request: &str) -> TokenStream {
    let (name, request) = (ident(&error.name), ident(request));
    let enum_docs = docs(&error.docs);
    let variants: Vec<_> = error.variants.iter().map(|variant| ident(&variant.name)).collect();
    let variant_docs = error.variants.iter().map(|variant| docs(&variant.docs));
    let (codes, forms) = error.codes_and_forms();
    let row = |variant: &&Variant| {
        let (wire, name) = (&variant.wire, ident(&variant.name));
        quote!((#wire, Self::#name))
    };
    let codes = codes.iter().map(row);
    let forms = (!forms.is_empty()).then(|| {
        let forms = forms.iter().map(row);
        quote!(const FORMS: &'static [(&'static str, Self)] = &[#(#forms),*];)
    });
    quote! {
        #enum_docs
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
        }

        impl rt::ErrorCode for #name {
            const OPERATION: &'static rt::Operation = <#request as rt::Request>::OPERATION;
            const CODES: &'static [(&'static str, Self)] = &[#(#codes),*];
            #forms
        }
    }
}
