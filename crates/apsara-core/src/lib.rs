//! The runtime of the Apsara SDK for Alibaba Cloud: it signs, sends and decodes the calls of every generated client.
//!
//! No product stands in this crate. What a product and an operation are is said by generated code, which names only
//! [`generated::v1`]; people who call an operation see [`Config`], [`Credentials`], [`Error`] and [`Outcome`].
//!
//! # Features
//!
//! - `reqwest` (default): the transport on reqwest and rustls, with the system's certificates. Without it calls go out by the one of
//!   the feature `hyper`, or else [`ConfigBuilder::transport`] must be given; and a provider of credentials that asks a server must be
//!   given a transport of its own, unless [`Config::from_env`] finds it.
//! - `process` (default): a profile may name a program that gives credentials.
//! - `blocking`: calls from code that is not async, in the module `blocking`.
//! - `tracing`: a span of the crate `tracing` for each call and each attempt, named as OpenTelemetry names them; see [`observe`].
//! - `opentelemetry`: `observe::Meters`, which measures calls, and `observe::TraceContext`, which sends `traceparent`.
//! - `hyper`: a transport on hyper-util, which takes less CPU per call than the one on reqwest and knows no proxies.
//! - `sm3`: the signature `ACS3-HMAC-SM3`, HMAC-SM3 over SM3 hashes.
//! - `testing`: the module `testing`, with transports for tests: scripted, recording and replaying.
//! - `host`: quotas that the processes of one host share, `pacing::HostPacer`, on Unix.
//! - `rsa`: the signature `ACS3-RSA-SHA256`, by a private key instead of a secret.

#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod config;
pub mod credentials;
mod endpoint;
mod error;
pub mod generated;
#[cfg(feature = "measure")]
#[doc(hidden)]
pub mod measure;
pub mod observe;
mod operation;
mod outcome;
pub mod pacing;
mod pages;
pub mod record;
mod retry;
mod sensitive;
pub mod sign;
mod streams;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;
pub mod untyped;
mod upload;
mod wait;

pub use call::Raw;
#[cfg(feature = "rsa")]
pub use config::KeyPair;
pub use config::{Config, ConfigBuilder, SignatureVersion};
pub use credentials::{Credentials, CredentialsProvider};
pub use endpoint::Endpoint;
pub use error::{Error, ErrorCode, GatewayCode, ServiceError, SignatureMismatch, Violation};
pub use operation::{Impact, Operation, Product, Quota, Repeat};
pub use outcome::Outcome;
pub use pages::{Items, Pages};
pub use retry::Retry;
pub use sensitive::{Sensitive, redact_urls};
pub use streams::{Download, Event, Events, Head};
pub use wait::{Progress, Wait, WaitEnd, WaitError};
