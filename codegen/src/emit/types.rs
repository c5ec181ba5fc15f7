//! Structs with their tables, and named enums.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Item;

use super::{docs, ident};
use crate::model::{Fact, Field, NamedEnum, Record, Type, Version};

/// Emits the types that the operations of a version share.
pub(super) fn types(version: &Version) -> TokenStream {
    let enums = version.enums.iter().map(named_enum);
    let records = version.records.iter().map(record);
    quote! {
        use ::apsara_core::generated::v1 as rt;

        #(#enums)*
        #(#records)*
    }
}

/// Emits a struct, its table, and the traits that walk it.
pub(super) fn record(record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let struct_docs = docs(&record.docs);
    let fields = record.fields.iter().map(|field| {
        let (docs, name) = (docs(&field.docs), ident(&field.name));
        let of = value(&field.of);
        let of = if field.always {
            of
        } else {
            quote! { Option<#of> }
        };
        quote! { #docs pub #name: #of }
    });
    let rows = record.fields.iter().flat_map(rows);
    let walked = ident(if record.readable { WALKED } else { SHOWN });
    quote! {
        #struct_docs
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
        }

        impl rt::Record for #name {
            const FIELDS: &'static [rt::Field<Self>] = &[#(#rows),*];
        }

        #walked!(#name);
    }
}

/// Stands for `Debug` and `Serialize` of a type, by its table.
const SHOWN: &str = "shown_by_table";
/// Stands for these and `Deserialize`.
const WALKED: &str = "walked_by_table";

/// Writes what an item stands for; nothing where it stands for itself. These lines are a quarter of all that is generated, and the
/// same for every type, so they are not parsed and formatted for each.
pub(crate) fn walked(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else { return None };
    let (shown, readable) = (item.mac.path.is_ident(SHOWN), item.mac.path.is_ident(WALKED));
    let text = SHOWN_TEXT.replace("NAME", &item.mac.tokens.to_string());
    match (shown, readable) {
        (true, _) => Some(text),
        (_, true) => Some(format!("{text}\n{}", READABLE_TEXT.replace("NAME", &item.mac.tokens.to_string()))),
        _ => None,
    }
}

const SHOWN_TEXT: &str = "\
impl ::std::fmt::Debug for NAME {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        rt::debug(self, f)
    }
}

impl rt::Serialize for NAME {
    fn serialize<S: rt::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rt::serialize(self, serializer)
    }
}
";

const READABLE_TEXT: &str = "\
impl<'de> rt::Deserialize<'de> for NAME {
    fn deserialize<D: rt::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rt::deserialize(deserializer)
    }
}
";

/// Emits the rows of a field: one for each place where it travels.
fn rows(field: &Field) -> Vec<TokenStream> {
    let (wire, name) = (&field.wire, ident(&field.name));
    let again = field.again.iter().map(|place| {
        let place = ident(place);
        quote! { rt::field!(#wire, #name).#place().again() }
    });
    [row(field)].into_iter().chain(again).collect()
}

/// Emits a row of a table.
fn row(field: &Field) -> TokenStream {
    let (wire, name) = (&field.wire, ident(&field.name));
    let facts = field.facts.iter().map(|fact| match fact {
        Fact::Form(form) => {
            let form = ident(form);
            quote! { .#form() }
        }
        Fact::Required => quote! { .required() },
        Fact::Sensitive => quote! { .sensitive() },
        Fact::Wrapped(name) => quote! { .wrapped(#name) },
        Fact::Range(least, most) => {
            let (least, most) = (Literal::f64_unsuffixed(*least), Literal::f64_unsuffixed(*most));
            quote! { .range(#least, #most) }
        }
        Fact::AtLeast(least) => {
            let least = Literal::f64_unsuffixed(*least);
            quote! { .at_least(#least) }
        }
        Fact::AtMost(most) => {
            let most = Literal::f64_unsuffixed(*most);
            quote! { .at_most(#most) }
        }
        Fact::Length(least, most) => {
            let (least, most) = (Literal::usize_unsuffixed(*least), count(*most));
            quote! { .length(#least, #most) }
        }
        Fact::Longest(most) => {
            let most = Literal::usize_unsuffixed(*most);
            quote! { .longest(#most) }
        }
        Fact::Items(least, most) => {
            let (least, most) = (Literal::usize_unsuffixed(*least), count(*most));
            quote! { .items(#least, #most) }
        }
    });
    quote! { rt::field!(#wire, #name) #(#facts)* }
}

/// Emits an upper limit, which may be none.
fn count(most: usize) -> TokenStream {
    if most == usize::MAX {
        quote! { usize::MAX }
    } else {
        let most = Literal::usize_unsuffixed(most);
        quote! { #most }
    }
}

/// Emits the type of a value that is there.
pub(super) fn value(of: &Type) -> TokenStream {
    match of {
        Type::Bool => quote! { bool },
        Type::I32 => quote! { i32 },
        Type::I64 => quote! { i64 },
        Type::F64 => quote! { f64 },
        Type::Text => quote! { String },
        Type::Bytes => quote! { Vec<u8> },
        Type::Json => quote! { rt::Json },
        Type::Named(name) | Type::Record(name) => {
            let name = ident(name);
            quote! { #name }
        }
        Type::Recursive(name) => {
            let name = ident(name);
            quote! { rt::Recursive<#name> }
        }
        Type::List(item) => {
            let item = value(item);
            quote! { Vec<#item> }
        }
        Type::Map(item) => {
            let item = value(item);
            quote! { ::std::collections::BTreeMap<String, #item> }
        }
    }
}

fn named_enum(named: &NamedEnum) -> TokenStream {
    let name = ident(&named.name);
    let enum_docs = docs(&named.docs);
    let variants: Vec<_> = named.variants.iter().map(|variant| ident(&variant.name)).collect();
    let variant_docs = named.variants.iter().map(|variant| docs(&variant.docs));
    let wires = named.variants.iter().map(|variant| &variant.wire);
    quote! {
        #enum_docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
            /// A value that has no name here.
            Unknown(rt::UnknownValue),
        }

        impl rt::Named for #name {
            const VALUES: &'static [(&'static str, Self)] = &[#((#wires, Self::#variants)),*];

            fn unknown(value: rt::UnknownValue) -> Self {
                Self::Unknown(value)
            }

            fn as_unknown(&self) -> Option<&rt::UnknownValue> {
                match self {
                    Self::Unknown(value) => Some(value),
                    _ => None,
                }
            }
        }

        impl #name {
            /// Returns the value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                rt::named_as_str(self)
            }
        }

        impl rt::Value for #name {
            fn view(&self) -> rt::View<'_> {
                rt::View::Str(self.as_str())
            }

            fn slot(&mut self) -> rt::Slot<'_> {
                rt::Slot::Named(self)
            }

            fn clear(&mut self) {
                *self = Self::default();
            }
        }

        impl Default for #name {
            fn default() -> Self {
                Self::Unknown(rt::UnknownValue::default())
            }
        }

        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                rt::named_from(value)
            }
        }

        impl From<String> for #name {
            fn from(value: String) -> Self {
                rt::named_from(&value)
            }
        }

        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl rt::Serialize for #name {
            fn serialize<S: rt::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                rt::serialize_value(self, serializer)
            }
        }

        impl<'de> rt::Deserialize<'de> for #name {
            fn deserialize<D: rt::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                rt::deserialize_value(deserializer)
            }
        }
    }
}
