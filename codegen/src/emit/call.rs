//! The builder of a call, which the operations of a version share.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use crate::model::{Streams, Version};

pub(super) fn call(version: &Version) -> TokenStream {
    let title = &version.title;
    let streams = streams(version);
    let call_docs = docs(&format!(
        "Builds one call of {title}: parameters by their names, options of this call with the prefix `with_`."
    ));
    quote! {
        use super::Client;
        use ::apsara_core::generated::v1 as rt;

        #call_docs
        #[derive(Clone, Debug)]
        #[must_use = "a call is made when `send` is awaited"]
        pub struct Call<R: rt::Request> {
            pub(super) call: rt::Call<R>,
        }

        impl<R: rt::Request<Client = Client>> Call<R> {
            /// Starts a call without parameters.
            pub fn new(client: &Client) -> Self {
                Self { call: rt::Call::new(&client.client) }
            }

            /// Sets how long this call may take in all, attempts and waits included.
            pub fn with_deadline(mut self, deadline: ::std::time::Duration) -> Self {
                self.call = self.call.with_deadline(deadline);
                self
            }

            /// Sets how long one attempt of this call may take, from the request to the end of the answer.
            pub fn with_attempt_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.call = self.call.with_attempt_timeout(timeout);
                self
            }

            /// Sets how often this call is tried, and how long it waits in between.
            pub fn with_retry(mut self, retry: rt::Retry) -> Self {
                self.call = self.call.with_retry(retry);
                self
            }

            /// Returns the request as it stands.
            pub fn request(&self) -> &R {
                &self.call.request
            }

            /// Repeats the call, which must be safe to repeat, until its answer is judged to be as it should; see [`Wait`](rt::Wait).
            pub fn wait_until(
                self,
                judge: impl Fn(&R::Response) -> rt::Progress + Send + Sync + 'static,
            ) -> rt::Wait<R> {
                self.call.wait_until(judge)
            }

            /// Returns everything that is wrong with the request, then the warnings. It sends nothing.
            pub fn check(&self) -> Vec<rt::Violation> {
                self.call.check()
            }

            /// Sends the call and decodes the answer.
            ///
            /// Dropping the future cancels the call; what was sent by then may still be executed.
            ///
            /// # Errors
            ///
            /// Fails with an error that says what is wrong, and by its outcome what became of the call.
            pub fn send(self) -> impl ::std::future::Future<Output = Result<R::Response, rt::Error>> {
                self.call.send()
            }

            /// Sends the call and returns what came over the wire beside what was decoded: status, headers and body.
            ///
            /// # Errors
            ///
            /// As [`Call::send`].
            pub fn send_raw(self) -> impl ::std::future::Future<Output = Result<rt::Raw<R::Response>, rt::Error>> {
                self.call.send_raw()
            }
        }

        impl<R: rt::Request> rt::IntoCall for Call<R> {
            type Request = R;

            fn into_call(self) -> rt::Call<R> {
                self.call
            }
        }

        impl<R: rt::Paged<Client = Client>> Call<R> {
            /// Gives the answers page by page, from the page that is set, or the first, to the last one.
            pub fn pages(self) -> rt::Pages<R> {
                self.call.pages()
            }

            /// Gives the items of all pages, one by one, from the page that is set, or the first, on.
            pub fn items(self) -> rt::Items<R> {
                self.call.items()
            }
        }

        #streams
    }
}

/// Emits the methods of calls that need not be in memory as a whole, where a version has such operations.
fn streams(version: &Version) -> TokenStream {
    let has = |wanted: fn(&Streams) -> bool| version.operations.iter().any(|operation| wanted(&operation.streams));
    let events = has(|streams| streams.event.is_some()).then(|| {
        quote! {
            impl<R: rt::Streamed<Client = Client>> Call<R> {
                /// Sends the call, and gives the events of its answer as they come.
                ///
                /// # Errors
                ///
                /// As [`Call::send`], and where the answer is no stream of events.
                pub async fn events(self) -> Result<rt::Events<R::Event>, rt::Error> {
                    self.call.events().await
                }
            }
        }
    });
    let downloads = has(|streams| streams.downloads).then(|| {
        quote! {
            impl<R: rt::Downloads<Client = Client>> Call<R> {
                /// Sends the call, and gives the body of its answer as it comes.
                ///
                /// # Errors
                ///
                /// As [`Call::send`].
                pub async fn download(self) -> Result<rt::Download, rt::Error> {
                    self.call.download().await
                }
            }
        }
    });
    let uploads = has(|streams| streams.uploads).then(|| {
        quote! {
            impl<R: rt::Uploads<Client = Client>> Call<R> {
                /// Sends a file as the body, without reading it into memory. One that changes meanwhile is an error.
                pub fn with_file(mut self, path: impl Into<::std::path::PathBuf>) -> Self {
                    self.call = self.call.with_file(path);
                    self
                }
            }
        }
    });
    quote! { #events #downloads #uploads }
}
