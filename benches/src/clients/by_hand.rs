//! A client as one would tune it by hand for this one call: signed, sent, its answer read by serde, and nothing else.

use std::cell::RefCell;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt as _, Empty};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::rounds::Caller;
use crate::server::Server;
use crate::tuned::{Buffers, Signer, request};
use crate::{Answer, Failure, REGION, TASK_ID};

/// How a call is signed: what it is sent to, and with which headers.
type Sign = fn(&Signer, &mut Buffers) -> Result<(String, HeaderMap), Failure>;

/// Signs with version 1.
pub(super) const V1: Sign = |signer, buffers| Ok((signer.v1(REGION, TASK_ID, buffers)?, HeaderMap::new()));
/// Signs with version 3.
pub(super) const V3: Sign = |signer, buffers| signer.v3(REGION, TASK_ID, buffers);

fn signed(signer: &Signer, sign: Sign) -> Result<(String, HeaderMap), Failure> {
    thread_local!(static BUFFERS: RefCell<Buffers> = RefCell::default());
    BUFFERS.with_borrow_mut(|buffers| sign(signer, buffers))
}

fn check(body: &[u8]) -> Result<(), Failure> {
    serde_json::from_slice::<Answer>(body)?.check()
}

/// On the pool of hyper-util.
pub(super) struct Hyper {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    signer: Signer,
    sign: Sign,
}

impl Hyper {
    pub(super) fn new(server: &Server, sign: Sign) -> Result<Self, Failure> {
        let client = Client::builder(TokioExecutor::new()).build(server.connector()?);
        Ok(Self { client, signer: Signer::new(server)?, sign })
    }
}

impl Caller for Hyper {
    async fn call(&self) -> Result<(), Failure> {
        let (address, headers) = signed(&self.signer, self.sign)?;
        let answer = self.client.request(request(address, headers)?).await?;
        if !answer.status().is_success() {
            return Err(format!("the status is {}", answer.status()).into());
        }
        check(&answer.into_body().collect().await?.to_bytes())
    }
}

/// On reqwest.
pub(super) struct Reqwest {
    client: reqwest::Client,
    signer: Signer,
    sign: Sign,
}

impl Reqwest {
    pub(super) fn new(server: &Server, sign: Sign) -> Result<Self, Failure> {
        Ok(Self { client: super::raw::reqwest(server)?, signer: Signer::new(server)?, sign })
    }
}

impl Caller for Reqwest {
    async fn call(&self) -> Result<(), Failure> {
        let (address, headers) = signed(&self.signer, self.sign)?;
        let answer = self.client.get(address).headers(headers).send().await?.error_for_status()?;
        check(&answer.bytes().await?)
    }
}
