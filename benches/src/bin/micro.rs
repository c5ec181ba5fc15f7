//! Runs one step of a call so many times, to have its instructions counted: `micro STEP TIMES`.

use std::hint::black_box;

use apsara::live::{Client, RestartLivePullToPushRequest, RestartLivePullToPushResponse};
use apsara::{Config, Credentials, SignatureVersion};
use apsara_core::generated::v1 as rt;
use apsara_core::generated::v1::Request as _;
use apsara_core::measure;
use apsara_core::pacing::{Lane, LocalPacer, Pacer as _};
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use benches::clients::Wide;
use benches::server::Server;
use benches::tuned::{self, Buffers, Signer};
use benches::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, BODY, Failure, REGION, TASK_ID};
use bytes::Bytes;
use http::HeaderMap;

/// Answers at once.
#[derive(Debug)]
struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        black_box(request);
        Box::pin(async { Ok(http::Response::new(Bytes::from_static(BODY.as_bytes()))) })
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let step = arguments.next().ok_or("which step?")?;
    let times: usize = arguments.next().ok_or("how many times?")?.parse()?;
    let key = Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET)?;
    let config = Config::builder().endpoint("http://127.0.0.1:8080").credentials(key.clone()).transport(Nowhere);
    let config = config.pacer(Wide(LocalPacer::new())).build()?;
    let client = rt::Client::new(&config, RestartLivePullToPushRequest::OPERATION.product);
    let mut request = RestartLivePullToPushRequest::default();
    request.region = Some(REGION.into());
    request.task_id = Some(TASK_ID.to_owned());
    let signer = Signer::new(&Server { host: "127.0.0.1:8080".to_owned(), certificate: None })?;
    let mut buffers = Buffers::default();
    let pacer = LocalPacer::new();
    let lane = Lane { account: ACCESS_KEY_ID, operation: &benches::clients::WIDE };
    let live = Client::new(&config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for _ in 0..times {
        match step.as_str() {
            "serialize" => {
                black_box(measure::encode(black_box(&request))?);
            }
            "serialize and sign V1" => {
                black_box(measure::sign(&client, black_box(&request), &key, SignatureVersion::V1)?);
            }
            "serialize and sign V3" => {
                black_box(measure::sign(&client, black_box(&request), &key, SignatureVersion::V3)?);
            }
            "V1 by hand" => {
                let address = signer.v1(black_box(REGION), black_box(TASK_ID), &mut buffers)?;
                black_box(tuned::request::<()>(address, HeaderMap::new())?);
            }
            "V3 by hand" => {
                let (address, headers) = signer.v3(black_box(REGION), black_box(TASK_ID), &mut buffers)?;
                black_box(tuned::request::<()>(address, headers)?);
            }
            "decode" => {
                black_box(measure::decode::<RestartLivePullToPushResponse>(black_box(BODY.as_bytes()))?);
            }
            "quota" => {
                black_box(pacer.try_acquire(black_box(lane)));
            }
            "whole call" => {
                let call = live.restart_live_pull_to_push().region(REGION).task_id(TASK_ID).send();
                black_box(runtime.block_on(call)?);
            }
            other => return Err(format!("there is no step `{other}`").into()),
        }
    }
    Ok(())
}
