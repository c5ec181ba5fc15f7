//! The HTTP libraries with nothing on top: an address that does not change, no signature, and a body that nobody reads into.

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt as _, Empty};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::rounds::Caller;
use crate::server::Server;
use crate::{BODY, Failure, REGION, TASK_ID};

/// The address of the call.
fn address(server: &Server) -> String {
    format!("{}/?Region={REGION}&TaskId={TASK_ID}", server.address())
}

/// Fails unless a body is the server's.
fn check(body: &[u8]) -> Result<(), Failure> {
    if body == BODY.as_bytes() { Ok(()) } else { Err("this is not what the server answers".into()) }
}

/// The pool of hyper-util.
pub(super) struct Hyper {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    uri: Uri,
}

impl Hyper {
    pub(super) fn new(server: &Server) -> Result<Self, Failure> {
        let client = Client::builder(TokioExecutor::new()).build(server.connector()?);
        Ok(Self { client, uri: address(server).parse()? })
    }
}

impl Caller for Hyper {
    async fn call(&self) -> Result<(), Failure> {
        let answer = self.client.get(self.uri.clone()).await?;
        check(&answer.into_body().collect().await?.to_bytes())
    }
}

/// reqwest.
pub(super) struct Reqwest {
    client: reqwest::Client,
    address: String,
}

impl Reqwest {
    pub(super) fn new(server: &Server) -> Result<Self, Failure> {
        Ok(Self { client: reqwest(server)?, address: address(server) })
    }
}

/// A client of reqwest as it is, but for whom it trusts.
pub(super) fn reqwest(server: &Server) -> Result<reqwest::Client, Failure> {
    Ok(reqwest::Client::builder().tls_backend_preconfigured(server.tls()?).build()?)
}

impl Caller for Reqwest {
    async fn call(&self) -> Result<(), Failure> {
        check(&self.client.get(&self.address).send().await?.error_for_status()?.bytes().await?)
    }
}
