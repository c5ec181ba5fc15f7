//! Our client as its users have it: generated, with its deadline, its validation, its retries and its pacing.

use std::time::Duration;

use apsara::live::{Client, RestartLivePullToPushRequest};
use apsara::{Config, ConfigBuilder, Credentials, SignatureVersion};
use apsara_core::generated::v1::{Operation, Quota, Request as _};
use apsara_core::pacing::{Lane, LocalPacer, Pacer, PacingError};
use apsara_core::transport::{BoxFuture, HyperTransport, ReqwestTransport};
use tokio::time::Instant;

use crate::rounds::Caller;
use crate::server::Server;
use crate::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Failure, NEW_TASK_ID, REGION, TASK_ID};

/// A client that was generated.
pub(super) struct Ours(Client);

/// On the transport of reqwest.
pub(super) fn reqwest(server: &Server, signature: SignatureVersion) -> Result<Ours, Failure> {
    ours(on_reqwest(server, signature)?)
}

/// On the transport of hyper-util.
pub(super) fn hyper(server: &Server, signature: SignatureVersion) -> Result<Ours, Failure> {
    ours(on_hyper(server, signature)?)
}

fn ours(config: ConfigBuilder) -> Result<Ours, Failure> {
    Ok(Ours(Client::new(&config.build()?)))
}

fn on_reqwest(server: &Server, signature: SignatureVersion) -> Result<ConfigBuilder, Failure> {
    let config = config(server, signature)?;
    Ok(match &server.certificate {
        None => config,
        Some(file) => config.transport(ReqwestTransport::builder().ca_file(file).without_system_cas().build()?),
    })
}

fn on_hyper(server: &Server, signature: SignatureVersion) -> Result<ConfigBuilder, Failure> {
    let transport = match &server.certificate {
        None => HyperTransport::new()?,
        Some(_) => HyperTransport::with_tls(server.tls()?),
    };
    Ok(config(server, signature)?.transport(transport))
}

fn config(server: &Server, signature: SignatureVersion) -> Result<ConfigBuilder, Failure> {
    let key = Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET)?;
    let config = Config::builder().endpoint(server.address()).credentials(key).signature(signature);
    Ok(config.pacer(Wide(LocalPacer::new())))
}

impl Caller for Ours {
    async fn call(&self) -> Result<(), Failure> {
        let restarted = self.0.restart_live_pull_to_push().region(REGION).task_id(TASK_ID).send().await?;
        match restarted.task_id {
            Some(id) if id == NEW_TASK_ID => Ok(()),
            other => Err(format!("this is not what the server answers: {other:?}").into()),
        }
    }
}

/// The pacer that is there by default, which does all of its work for a quota that is never used up: ten calls per second would
/// measure the quota.
#[derive(Debug)]
pub struct Wide(pub LocalPacer);

/// The operation with that quota.
pub static WIDE: Operation =
    Operation { quota: Some(Quota::per_second(200_000)), ..*RestartLivePullToPushRequest::OPERATION };

fn wide(lane: Lane<'_>) -> Lane<'_> {
    Lane { operation: &WIDE, ..lane }
}

impl Pacer for Wide {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        self.0.try_acquire(wide(lane))
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        self.0.acquire(wide(lane), deadline)
    }

    fn throttled(&self, lane: Lane<'_>, wait: Duration) {
        self.0.throttled(wide(lane), wait);
    }
}
