//! Every signature that the runtime makes, verified by the emulator, which reads the wire by itself.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use apsara::transport::{BoxFuture, Transport, TransportError};
use apsara::{
    Config, ConfigBuilder, Credentials, Error, GatewayCode, KeyPair, Outcome, RsaPrivateKey, SignatureVersion,
};
use apsara_core::generated::v1 as rt;
use apsara_core::transport::ReqwestTransport;
use apsara_emulator::{Account, Emulator, Signature};
use apsara_tests::{Sessions, config, workspace};
use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;

#[derive(Clone, Debug)]
struct Client;

#[derive(Debug, Default)]
struct Answer {}

impl rt::Record for Answer {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

/// An operation without a path, of Live.
#[derive(Clone, Default)]
struct Relays {
    region: Option<String>,
    task_name: Option<String>,
}

impl rt::Record for Relays {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Region", region), rt::field!("TaskName", task_name)];
}

static LIVE: rt::Product = rt::Product::of("live", "2016-11-01");

impl rt::Request for Relays {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "DescribeLivePullToPushList", method: rt::Method::Get, ..rt::Operation::of(&LIVE) };
}

/// An operation with a path, of Container Service.
#[derive(Clone, Default)]
struct Clusters {
    name: Option<String>,
    region_id: Option<String>,
}

impl rt::Record for Clusters {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("name", name), rt::field!("region_id", region_id)];
}

static CS: rt::Product = rt::Product { style: rt::Style::Roa, ..rt::Product::of("CS", "2015-12-15") };

impl rt::Request for Clusters {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation = &rt::Operation {
        name: "DescribeClustersV1",
        method: rt::Method::Get,
        path: "/api/v1/clusters",
        ..rt::Operation::of(&CS)
    };
}

const AWKWARD: &str = "a b+c*d~e!'()/?y=z&w%100 中文é";

fn relays() -> Relays {
    Relays { region: Some("cn-shanghai".to_owned()), task_name: Some(AWKWARD.to_owned()) }
}

fn clusters() -> Clusters {
    Clusters { name: Some(AWKWARD.to_owned()), region_id: Some(String::new()) }
}

async fn send<R: rt::Request<Response = Answer>>(config: &Config, request: R) -> Result<Answer, Error> {
    rt::Client::new(config, R::OPERATION.product).execute(&request).await
}

fn keyed(emulator: &Emulator, secret: &str) -> ConfigBuilder {
    let key = Credentials::new(emulator.access_key_id(), secret).unwrap();
    Config::builder().credentials(key).endpoint(emulator.url())
}

const VERSIONS: [SignatureVersion; 3] = [SignatureVersion::V3, SignatureVersion::V1, SignatureVersion::V3Sm3];

#[tokio::test]
async fn every_version_is_accepted_with_permanent_and_temporary_keys_in_both_styles() {
    let emulator = Emulator::start().await.unwrap();
    for version in VERSIONS {
        let permanent = keyed(&emulator, emulator.access_key_secret()).signature(version).build().unwrap();
        let temporary = Config::builder().credentials_provider(Sessions::new(&emulator)).endpoint(emulator.url());
        for config in [permanent, temporary.signature(version).build().unwrap()] {
            send(&config, relays()).await.unwrap_or_else(|error| panic!("{version:?}: {error}"));
            send(&config, clusters()).await.unwrap_or_else(|error| panic!("{version:?}: {error}"));
        }
    }
    let signatures: Vec<Option<Signature>> = emulator.with_ledger(|entries| {
        let calls = entries.iter().filter(|entry| entry.version != "2015-04-01");
        calls.map(|entry| entry.signature).collect()
    });
    let count = |signature| signatures.iter().filter(|one| **one == Some(signature)).count();
    assert_eq!([Signature::V3, Signature::V3Sm3, Signature::V1, Signature::V1Roa].map(count), [4, 4, 2, 2]);
}

#[tokio::test]
async fn a_wrong_secret_is_told_by_every_version_in_both_styles() {
    let emulator = Emulator::start().await.unwrap();
    for version in VERSIONS {
        let config = keyed(&emulator, "wrong").signature(version).build().unwrap();
        for error in [send(&config, relays()).await.unwrap_err(), send(&config, clusters()).await.unwrap_err()] {
            assert!(error.is_signature_mismatch(), "{version:?}: {error}");
            assert!(error.service().unwrap().signature_mismatch().unwrap().is_same_text(), "{version:?}: {error}");
        }
    }
}

#[tokio::test]
async fn a_key_pair_signs_in_the_place_of_an_access_key() {
    let data = workspace::root().join("crates/apsara-emulator/tests/data");
    let read = |name: &str| std::fs::read_to_string(Path::new(&data).join(name)).unwrap();
    let account =
        Account::new("1234567890123456").key("LTAI-id", "secret").key_pair("pair-1", der(&read("public_key.pem")));
    let emulator = Emulator::builder().account(account).start().await.unwrap();
    let with = |id: &str| {
        let pair = KeyPair::new(id, RsaPrivateKey::from_pkcs8(&read("key_pair.pem")).unwrap());
        Config::builder().key_pair(pair).endpoint(emulator.url()).build().unwrap()
    };
    send(&with("pair-1"), relays()).await.unwrap();
    send(&with("pair-1"), clusters()).await.unwrap();
    assert!(emulator.ledger().iter().all(|entry| entry.signature == Some(Signature::V3Rsa)));
    let error = send(&with("pair-2"), relays()).await.unwrap_err();
    assert_eq!(error.gateway_code(), Some(GatewayCode::InvalidAccessKeyIdNotFound), "{error}");
}

/// Reads the bytes between the lines of a PEM file.
fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    BASE64_STANDARD.decode(lines.collect::<String>()).unwrap()
}

#[tokio::test]
async fn a_bearer_token_is_accepted_where_an_operation_takes_one() {
    let account = Account::new("1234567890123456").key("LTAI-id", "secret").bearer_token("token-1");
    let emulator = Emulator::builder().account(account).start().await.unwrap();
    for version in [SignatureVersion::V3, SignatureVersion::V1] {
        let with = |token: &str| {
            Config::builder().bearer_token(token).endpoint(emulator.url()).signature(version).build().unwrap()
        };
        send(&with("token-1"), ByToken).await.unwrap_or_else(|error| panic!("{version:?}: {error}"));
        let error = send(&with("token-2"), ByToken).await.unwrap_err();
        assert_eq!((error.service().unwrap().code(), error.outcome()), ("InvalidBearerToken", Outcome::Rejected));
    }
}

/// The operation of Live as one that takes a bearer token.
#[derive(Clone, Default)]
struct ByToken;

impl rt::Record for ByToken {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

impl rt::Request for ByToken {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation = &rt::Operation {
        name: "DescribeLivePullToPushList",
        method: rt::Method::Get,
        path: "/?Region=cn-shanghai",
        security: rt::Security::Bearer,
        ..rt::Operation::of(&LIVE)
    };
}

/// Changes every request on its way, as a proxy could.
#[derive(Debug)]
struct Meddling(ReqwestTransport);

impl Transport for Meddling {
    fn send(&self, mut request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        *request.uri_mut() = request.uri().to_string().replace("TaskName=a", "TaskName=b").parse().unwrap();
        self.0.send(request)
    }
}

#[tokio::test]
async fn what_a_proxy_changed_is_named_and_its_value_is_not() {
    let emulator = Emulator::start().await.unwrap();
    let meddled = |version| {
        let transport = Meddling(ReqwestTransport::new().unwrap());
        keyed(&emulator, emulator.access_key_secret()).transport(transport).signature(version).build().unwrap()
    };
    let error = send(&meddled(SignatureVersion::V1), relays()).await.unwrap_err();
    assert!(error.to_string().contains("the parameter `TaskName` has another value"), "{error}");
    assert!(!error.to_string().contains("%2520"), "{error}");
    let error = send(&meddled(SignatureVersion::V3), relays()).await.unwrap_err();
    assert!(error.to_string().contains("the hash of the canonical request has another value"), "{error}");
    assert!(send(&config(&emulator), relays()).await.is_ok(), "it is accepted as it is sent");
}
