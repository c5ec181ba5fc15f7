//! Structs with their tables, and named enums.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::written::{Piece, comment, fits, written};
use super::{docs, ident};
use crate::model::{Fact, Field, NamedEnum, Record, Type, Version};

/// Emits the types that the operations of a version share.
pub(super) fn types(version: &Version) -> Vec<Piece> {
    let enums = version.enums.iter().map(named_enum);
    let first = quote! {
        use ::apsara_core::generated::v1 as rt;

        #(#enums)*
    };
    std::iter::once(Piece::Tokens(first)).chain(version.records.iter().flat_map(record)).collect()
}

/// Emits a struct, its table, and the traits that walk it.
pub(super) fn record(record: &Record) -> Vec<Piece> {
    let name = &record.name;
    let mut fields = String::new();
    for field in &record.fields {
        let of = value(&field.of);
        let of = if field.always { of } else { format!("Option<{of}>") };
        fields.push_str(&comment(&field.docs, "    "));
        fields.push_str(&format!("    pub {}: {of},\n", field.name));
    }
    let fields = if fields.is_empty() { "{}".to_owned() } else { format!("{{\n{fields}}}") };
    let docs = comment(&record.docs, "");
    let readable = record.readable.then(|| READABLE.replace("NAME", name));
    let items = [
        format!("{docs}#[derive(Clone, Default, PartialEq)]\n#[non_exhaustive]\npub struct {name} {fields}\n"),
        format!("impl rt::Record for {name} {{\n{}}}\n", table(record)),
        SHOWN.replace("NAME", name),
        SERIALIZED.replace("NAME", name),
    ];
    items.into_iter().chain(readable).map(written).collect()
}

// Inlined, as a client's methods are, so that whoever calls an operation compiles what belongs to it, and nobody else.
const SHOWN: &str = "\
impl ::std::fmt::Debug for NAME {
    #[inline]
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        rt::debug(self, f)
    }
}
";

const SERIALIZED: &str = "\
impl rt::Serialize for NAME {
    fn serialize<S: rt::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rt::serialize(self, serializer)
    }
}
";

const READABLE: &str = "\
impl<'de> rt::Deserialize<'de> for NAME {
    fn deserialize<D: rt::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rt::deserialize(deserializer)
    }
}
";

/// Writes the table of a type: on one line if it fits.
fn table(record: &Record) -> String {
    const START: &str = "    const FIELDS: &'static [rt::Field<Self>] = &[";
    let rows: Vec<String> = record.fields.iter().flat_map(rows).collect();
    let line = format!("{START}{}];\n", rows.join(", "));
    if fits(&line) {
        return line;
    }
    let rows: String = rows.iter().map(|row| format!("        {row},\n")).collect();
    format!("{START}\n{rows}    ];\n")
}

/// Writes the rows of a field: one for each place where it travels.
fn rows(field: &Field) -> Vec<String> {
    let start = format!("rt::field!({}, {})", Literal::string(&field.wire), field.name);
    let facts: String = field.facts.iter().map(fact).collect();
    let again = field.again.iter().map(|place| format!("{start}.{place}().again()"));
    std::iter::once(format!("{start}{facts}")).chain(again).collect()
}

/// Writes what a row says of its field.
pub(crate) fn fact(fact: &Fact) -> String {
    let number = |number: f64| Literal::f64_unsuffixed(number).to_string();
    match fact {
        Fact::Form(form) => format!(".{form}()"),
        Fact::Required => ".required()".to_owned(),
        Fact::Sensitive => ".sensitive()".to_owned(),
        Fact::Wrapped(name) => format!(".wrapped({})", Literal::string(name)),
        Fact::Range(least, most) => format!(".range({}, {})", number(*least), number(*most)),
        Fact::AtLeast(least) => format!(".at_least({})", number(*least)),
        Fact::AtMost(most) => format!(".at_most({})", number(*most)),
        Fact::MoreThan(least) => format!(".more_than({})", number(*least)),
        Fact::LessThan(most) => format!(".less_than({})", number(*most)),
        Fact::Length(least, most) => format!(".length({least}, {})", count(*most)),
        Fact::Longest(most) => format!(".longest({most})"),
        Fact::Pattern(pattern) => format!(".pattern({})", Literal::string(pattern)),
        Fact::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| Literal::string(value).to_string()).collect();
            format!(".one_of(&[{}])", values.join(", "))
        }
        Fact::OneOfNumbers(values) => {
            let values: Vec<String> = values.iter().map(i64::to_string).collect();
            format!(".one_of_numbers(&[{}])", values.join(", "))
        }
        Fact::Named(name) => format!(".named::<{name}>()"),
        Fact::Items(least, most) => format!(".items({least}, {})", count(*most)),
    }
}

/// Writes an upper limit, which may be none.
fn count(most: usize) -> String {
    if most == usize::MAX { "usize::MAX".to_owned() } else { most.to_string() }
}

/// Writes the type of a value that is there.
pub(crate) fn value(of: &Type) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::I32 => "i32".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Text => "String".to_owned(),
        Type::Bytes => "Vec<u8>".to_owned(),
        Type::Json => "rt::Json".to_owned(),
        Type::Named(name) | Type::Record(name) => name.clone(),
        Type::Recursive(name) => format!("rt::Recursive<{name}>"),
        Type::List(item) => format!("Vec<{}>", value(item)),
        Type::Map(item) => format!("::std::collections::BTreeMap<String, {}>", value(item)),
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
