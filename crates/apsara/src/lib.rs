//! The Apsara SDK for Alibaba Cloud: typed clients, one runtime that signs, sends and decodes for all of them.
//!
//! ```no_run
//! # async fn example() -> Result<(), apsara::Error> {
//! let live = apsara::live::Client::new(&apsara::Config::from_env().await?);
//! let restarted = live
//!     .restart_live_pull_to_push()
//!     .region("cn-shanghai")
//!     .task_id("6f869419-0692-4fd5-8cf0-66cab6590000")
//!     .send()
//!     .await?;
//! println!("restarted as {:?}", restarted.task_id);
//! # Ok(())
//! # }
//! ```
//!
//! Every product stands behind a cargo feature of its name; `live` is on by default. `apsara::live` is the default
//! version of the product, `apsara::live::v2016_11_01` names it.
//!
//! An [`Error`] says by [`Error::outcome`] what became of the call, because the HTTP method does not: restarting a relay
//! task is a `GET` that interrupts a live stream.

#[rustfmt::skip]
mod generated;

pub use apsara_core::{
    Config, ConfigBuilder, Credentials, CredentialsProvider, Endpoint, Error, ErrorCode, GatewayCode, Impact, Items,
    Operation, Outcome, Pages, Product, Progress, Quota, Raw, Repeat, Retry, Sensitive, ServiceError,
    SignatureMismatch, SignatureVersion, Violation, Wait, WaitEnd, WaitError, pacing, redact_urls, transport,
};
#[cfg(feature = "rsa")]
pub use apsara_core::{KeyPair, sign::RsaPrivateKey};
pub use generated::*;
