//! The client of a version; each operation adds its method where it stands.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;

pub(super) fn client(title: &str) -> TokenStream {
    let client_docs = docs(&format!("Calls {title}. Each method starts a call; a client is cheap to clone."));
    quote! {
        use ::apsara_core::generated::v1 as rt;

        #client_docs
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(super) client: rt::Client,
        }

        impl Client {
            /// Creates a client. Nothing is sent.
            pub fn new(config: &rt::Config) -> Self {
                Self { client: rt::Client::new(config, &super::PRODUCT) }
            }

            /// Sends a request that is plain data, for example from a file, and decodes the answer.
            ///
            /// # Errors
            ///
            /// Fails as a call that was built does.
            pub async fn execute<R: rt::Request<Client = Self>>(&self, request: &R) -> Result<R::Response, rt::Error> {
                self.client.execute(request).await
            }

            /// Returns where calls go that name no region of their own, and why.
            ///
            /// # Errors
            ///
            /// Fails when no region is known or the region cannot be one.
            pub fn endpoint(&self) -> Result<rt::Endpoint, rt::Error> {
                self.client.endpoint(None)
            }
        }
    }
}
