//! The builder of a wait, and the method of the client that starts it.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::operation::setter;
use super::written::{Piece, written};
use super::{docs, ident};
use crate::model::{Operation, Type, Waiter};
use crate::waiters::State;

pub(super) fn waiter(operation: &Operation, waiter: &Waiter) -> Vec<Piece> {
    let Waiter { name, of, field, .. } = waiter;
    let setters: Vec<String> = waiter.setters.iter().map(|it| setter(it, "self.wait.call")).collect();
    let setters = written(format!("impl {name} {{\n{}}}\n", setters.join("\n")));
    let (name, request, response) = (ident(name), ident(&operation.request.name), ident(&operation.response.name));
    let method = ident(&waiter.method);
    let method_docs = docs(&waiter.docs);
    let name_docs = docs(&format!("Builds a wait of [`Client::{}`].", waiter.method));
    let status_docs =
        docs(&format!("Sets the state that is waited for, instead of that of [`Client::{}`].", waiter.method));
    let status = match of {
        Type::Text => quote! { impl Into<String> },
        _ => quote! { i64 },
    };
    let state = match of {
        Type::Text => quote! { value.into() },
        _ => quote! { value },
    };
    let (until, failed) = (waiter.until.iter().map(self::state), waiter.failed.iter().map(self::state));
    let tokens = quote! {
        impl Client {
            #method_docs
            #[inline]
            pub fn #method(&self) -> #name {
                #name { wait: rt::Wait::of(rt::Call::new(&self.client), #name::WAITER) }
            }
        }

        #name_docs
        #[derive(Clone, Debug)]
        #[must_use = "it waits when it is awaited"]
        pub struct #name {
            wait: rt::Wait<#request>,
        }

        impl #name {
            const WAITER: &'static rt::Waiter =
                &rt::Waiter { field: #field, until: &[#(#until),*], failed: &[#(#failed),*] };

            #status_docs
            #[inline]
            pub fn status(mut self, value: #status) -> Self {
                self.wait = self.wait.until(Self::WAITER, #state);
                self
            }

            /// Sets how long the wait may take in all; ten minutes if it is not set.
            #[inline]
            pub fn with_deadline(mut self, deadline: ::std::time::Duration) -> Self {
                self.wait = self.wait.with_deadline(deadline);
                self
            }

            /// Sets the longest pause after the first call, and after any; each doubles the one before it. They are 1 s and
            /// 30 s if they are not set.
            #[inline]
            pub fn with_waits(mut self, first: ::std::time::Duration, longest: ::std::time::Duration) -> Self {
                self.wait = self.wait.with_waits(first, longest);
                self
            }
        }

        impl ::std::future::IntoFuture for #name {
            type Output = Result<#response, rt::WaitError<#response>>;
            type IntoFuture = rt::BoxFuture<'static, Self::Output>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.wait.into_future()
            }
        }
    };
    let setters = (!waiter.setters.is_empty()).then_some(setters);
    std::iter::once(Piece::Tokens(tokens)).chain(setters).collect()
}

fn state(state: &State) -> TokenStream {
    match state {
        State::Number(number) => {
            let number = Literal::i64_unsuffixed(*number);
            quote! { rt::State::Number(#number) }
        }
        State::Text(text) => quote! { rt::State::text(#text) },
    }
}
