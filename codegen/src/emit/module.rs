//! The module of a version, and its endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::{has_types, ident, module_docs};
use crate::model::{Style, Version};
use crate::product::Hosts;

/// The generation of the runtime's contract that this generator writes for.
const GENERATION: u32 = 1;

pub(super) fn module(version: &Version) -> TokenStream {
    let docs = module_docs(&version.docs);
    let operations: Vec<_> = version.operations.iter().map(|operation| ident(&operation.module)).collect();
    let (types, use_types) = match has_types(version) {
        true => (Some(quote! { mod types; }), Some(quote! { pub use types::*; })),
        false => (None, None),
    };
    let generation = proc_macro2::Literal::u32_unsuffixed(GENERATION);
    let (name, number) = (&version.name, &version.version);
    let style = ident(match version.style {
        Style::Rpc => "Rpc",
        Style::Roa => "Roa",
    });
    // What the runtime takes for granted is left out.
    let style = (version.style != Style::Rpc).then(|| quote! { style: rt::Style::#style, });
    let region = version.default_region.as_ref().map(|region| quote! { default_region: Some(#region), });
    let rule = (!version.sdk_regional).then(|| quote! { sdk_rule: rt::EndpointRule::Central, });
    let named = version.named_endpoint.map(|host| quote! { named_endpoint: Some(#host), });
    let own = version.own_signature.map(|name| quote! { own_signature: Some(#name), });
    quote! {
        #docs
        use ::apsara_core::generated::v1 as rt;

        mod call;
        mod client;
        mod endpoints;
        #types
        #(mod #operations;)*

        pub use call::Call;
        pub use client::Client;
        #use_types
        #(pub use #operations::*;)*

        const _: () = rt::assert_fits(#generation);

        static PRODUCT: rt::Product = rt::Product {
            #style
            #region
            portal_endpoints: endpoints::PORTAL,
            sdk_endpoints: endpoints::SDK,
            #rule
            #named
            #own
            ..rt::Product::of(#name, #number)
        };
    }
}

pub(super) fn endpoints(version: &Version) -> TokenStream {
    let (portal, sdk) = (hosts(&version.portal_endpoints), hosts(&version.sdk_endpoints));
    quote! {
        //! The hosts that the API portal and the official SDKs name, with the regions of each.

        pub(super) const PORTAL: &[(&str, &[&str])] = #portal;

        pub(super) const SDK: &[(&str, &[&str])] = #sdk;
    }
}

fn hosts(hosts: &Hosts) -> TokenStream {
    let rows = hosts.iter().map(|(host, regions)| quote! { (#host, &[#(#regions),*]) });
    quote! { &[#(#rows),*] }
}
