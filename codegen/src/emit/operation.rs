//! The file of an operation: its request, answer and codes, and the methods that call it.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::error_code::error_enum;
use super::paged::paged;
use super::types::{record, value};
use super::waiter::waiter;
use super::written::{Piece, comment, written};
use super::{docs, ident};
use crate::facts::{Impact, Quota, Repeat};
use crate::model::{Operation, Security, Setter, Type};

pub(super) fn operation(operation: &Operation) -> Vec<Piece> {
    let uses = operation.uses.iter().map(|name| ident(name));
    let request_type = ident(&operation.request.name);
    let call_type = ident(&operation.call);
    let method = ident(&operation.method);
    let method_docs = docs(&operation.docs);
    let deprecated = operation.deprecated.then(|| quote! { #[deprecated] });
    let allowed = operation.deprecated.then(|| quote! { #![allow(deprecated)] });
    let call_docs = docs(&format!("Builds a call of [`Client::{}`].", operation.method));
    let error = operation.error.as_ref().map(|error| error_enum(error, &operation.request.name));
    let first = quote! {
        #allowed
        use super::{#(#uses),*};
        use ::apsara_core::generated::v1 as rt;

        impl Client {
            #method_docs
            #deprecated
            #[inline]
            pub fn #method(&self) -> #call_type {
                Call::new(self)
            }
        }

        #call_docs
        pub type #call_type = Call<#request_type>;
    };
    let mut pieces = vec![Piece::Tokens(first)];
    pieces.extend(setters(operation));
    pieces.extend(operation.waiters.iter().flat_map(|it| waiter(operation, it)));
    pieces.extend(record(&operation.request));
    pieces.push(Piece::Tokens(facts(operation)));
    pieces.extend(streams(operation));
    pieces.extend(operation.paged.as_ref().map(|of| paged(of, &operation.request.name)));
    pieces.extend(record(&operation.response));
    pieces.extend(operation.nested.iter().flat_map(record));
    pieces.extend(error.map(Piece::Tokens));
    pieces
}

fn setters(operation: &Operation) -> Option<Piece> {
    let setters: Vec<String> = operation.setters.iter().map(|it| setter(it, "self.call")).collect();
    let text = || format!("impl Call<{}> {{\n{}}}\n", operation.request.name, setters.join("\n"));
    (!setters.is_empty()).then(|| written(text()))
}

/// Writes a setter; `call` is where the call is.
pub(super) fn setter(setter: &Setter, call: &str) -> String {
    let Setter { name, field, docs, of } = setter;
    let plain = value(of);
    let (argument, taken) = match of {
        Type::Text | Type::Named(_) | Type::Json | Type::Bytes | Type::Recursive(_) => {
            (format!("impl Into<{plain}>"), "Some(value.into())")
        }
        Type::List(item) if **item == Type::Text => {
            ("impl IntoIterator<Item = impl Into<String>>".to_owned(), "value.into_iter().map(Into::into).collect()")
        }
        Type::List(item) => (format!("impl IntoIterator<Item = {}>", value(item)), "value.into_iter().collect()"),
        Type::Map(_) => (plain, "value"),
        Type::Bool | Type::I32 | Type::I64 | Type::F64 | Type::Record(_) => (plain, "Some(value)"),
    };
    let docs = comment(docs, "    ");
    format!(
        "{docs}    pub fn {name}(mut self, value: {argument}) -> Self {{\n        {call}.request.{field} = {taken};\n        self\n    }}\n"
    )
}

/// Writes what need not be in memory as a whole.
fn streams(operation: &Operation) -> Vec<Piece> {
    let (request, streams) = (&operation.request.name, &operation.streams);
    let event = |of: &Type| format!("impl rt::Streamed for {request} {{\n    type Event = {};\n}}\n", value(of));
    let marker = |marks: bool, name: &str| marks.then(|| format!("impl rt::{name} for {request} {{}}\n"));
    let pieces =
        [streams.event.as_ref().map(event), marker(streams.downloads, "Downloads"), marker(streams.uploads, "Uploads")];
    pieces.into_iter().flatten().map(written).collect()
}

/// Emits what the runtime must know; what it takes for granted is left out, but never whether a call may be repeated.
fn facts(operation: &Operation) -> TokenStream {
    let (request, response) = (ident(&operation.request.name), ident(&operation.response.name));
    let name = &operation.name;
    let method = ident(operation.http_method);
    let path = (operation.path != "/").then(|| {
        let path = &operation.path;
        quote! { path: #path, }
    });
    let security = match operation.security {
        Security::AccessKey => None,
        Security::AccessKeyOrBearer => Some(quote! { security: rt::Security::AccessKeyOrBearer, }),
        Security::Anonymous => Some(quote! { security: rt::Security::Anonymous, }),
        Security::Bearer => Some(quote! { security: rt::Security::Bearer, }),
    };
    let repeat = ident(match operation.repeat {
        Repeat::Safe => "Safe",
        Repeat::WithToken => "WithToken",
        Repeat::Unsafe => "Unsafe",
    });
    let impact = ident(match operation.impact {
        Impact::None => "None",
        Impact::Change => "Change",
        Impact::Interrupt => "Interrupt",
    });
    let quota = operation.quota.map(|Quota { calls, seconds }| {
        let (calls, window) = (Literal::u32_unsuffixed(calls), Literal::u32_unsuffixed(seconds));
        match seconds {
            1 => quote! { quota: Some(rt::Quota::per_second(#calls)), },
            _ => quote! { quota: Some(rt::Quota { calls: #calls, seconds: #window }), },
        }
    });
    let ram_action = operation.ram.as_ref().map(|ram| {
        let action = &ram.action;
        quote! { ram_action: Some(#action), }
    });
    quote! {
        impl rt::Request for #request {
            type Client = Client;
            type Response = #response;
            const OPERATION: &'static rt::Operation = &rt::Operation {
                name: #name,
                method: rt::Method::#method,
                #path
                #security
                repeat: rt::Repeat::#repeat,
                impact: rt::Impact::#impact,
                #quota
                #ram_action
                ..rt::Operation::of(&super::PRODUCT)
            };
        }
    }
}
