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

//!
//! # Lists
//!
//! An operation whose answer is a page of a list has [`pages`](live::Call::pages), which gives the answers, and
//! [`items`](live::Call::items), which gives what they hold. Both are streams (`futures_core::Stream`), and have a method `next`, so that no
//! other crate is needed. They begin with the page that is set and keep every other parameter.
//!
//! ```no_run
//! # async fn example(live: apsara::live::Client) -> Result<(), apsara::Error> {
//! let list = live.describe_live_pull_to_push_list().region("cn-shanghai").page_size(100);
//! let mut tasks = list.clone().items();
//! while let Some(task) = tasks.next().await {
//!     let task = task?;
//!     println!("{:?} is in state {:?}", task.task_id, task.task_status);
//! }
//! let mut pages = list.page_number(2).pages();
//! while let Some(page) = pages.next().await {
//!     let page = page?;
//!     println!("{} of {:?} tasks", page.task_list.len(), page.total);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Waiting
//!
//! Where an overlay names the states of something, the client has a method that waits for one. Any call that is safe to repeat can
//! be repeated until its answer is judged to be as it should.
//!
//! ```no_run
//! # use std::time::Duration;
//! use apsara::Progress;
//!
//! # async fn example(live: apsara::live::Client) -> Result<(), apsara::Error> {
//! let id = "6f869419-0692-4fd5-8cf0-66cab6590000";
//! let wait = live.wait_until_task().region("cn-shanghai").task_id(id);
//! match wait.with_deadline(Duration::from_secs(60)).await {
//!     Ok(running) => println!("plays file {:?}", running.current_file_index),
//!     Err(error) if error.is_failed() => println!("it will not run: {:?}", error.last()),
//!     Err(error) => return Err(error.into()),
//! }
//! let list = live.describe_live_pull_to_push_list().region("cn-shanghai");
//! let is_empty = list.wait_until(|list| match list.total {
//!     Some(0) => Progress::Done,
//!     _ => Progress::Waiting,
//! });
//! is_empty.await?;
//! # Ok(())
//! # }
//! ```
//!
//! To repeat a call that may do harm does not compile:
//!
//! ```compile_fail,E0080
//! let config = apsara::Config::builder().build().unwrap();
//! let live = apsara::live::Client::new(&config);
//! let _ = live.restart_live_pull_to_push().wait_until(|_| apsara::Progress::Done);
//! ```

#[cfg(feature = "sts")]
mod account;
#[rustfmt::skip]
mod generated;

#[cfg(feature = "sts")]
pub use account::account_id;
#[cfg(feature = "blocking")]
pub use apsara_core::blocking;
#[cfg(feature = "testing")]
pub use apsara_core::testing;
pub use apsara_core::{
    Config, ConfigBuilder, Credentials, CredentialsProvider, Download, Endpoint, Error, ErrorCode, Event, Events,
    GatewayCode, Head, Impact, Items, Operation, Outcome, Pages, Product, Progress, Quota, Raw, Repeat, Retry,
    Sensitive, ServiceError, SignatureMismatch, SignatureVersion, Violation, Wait, WaitEnd, WaitError, credentials,
    observe, pacing, redact_urls, transport, untyped,
};
#[cfg(feature = "rsa")]
pub use apsara_core::{KeyPair, sign::RsaPrivateKey};
// Without any product there is nothing in it.
#[allow(unused_imports, unreachable_pub)]
pub use generated::*;
