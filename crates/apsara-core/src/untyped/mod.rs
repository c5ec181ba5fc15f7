//! Calls of any operation of any product, without generated code.
//!
//! An untyped call is signed, kept to its quota, sent and retried like a generated one, and fails with the same [`Error`]. What is
//! known of its operation is checked: with a [`Description`], which a program builds or reads at run time, that is all that
//! generated code checks; without one, it is what the call itself says.
//!
//! ```no_run
//! # async fn example(config: apsara_core::Config) -> Result<(), apsara_core::Error> {
//! let client = apsara_core::untyped::Client::new(&config);
//! let restarted = client
//!     .call("live", "2016-11-01", "RestartLivePullToPush")
//!     .param("Region", "cn-shanghai")
//!     .param("TaskId", "6f869419-0692-4fd5-8cf0-66cab6590000")
//!     .send()
//!     .await?;
//! println!("goes on as {}", restarted.json()?["TaskId"]);
//! # Ok(())
//! # }
//! ```

mod answer;
mod call;
mod description;
mod known;
mod parameter;
mod read;
mod record;

use std::sync::Arc;

pub use self::answer::Answer;
pub use self::call::Call;
pub use self::description::Description;
pub use self::parameter::{Kind, Parameter};
use crate::config::Config;
use crate::endpoint::Endpoint;
pub use crate::endpoint::EndpointRule;
use crate::error::Error;
pub use crate::operation::{Method, Security, Style};
pub use crate::record::{Location, Shape};

/// Calls the operations of every product.
#[derive(Clone, Debug)]
pub struct Client {
    config: Config,
}

impl Client {
    /// Creates a client. Nothing is sent.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone() }
    }

    /// Starts a call of an operation of which nothing is known but its name: a `POST` in the RPC style, unsafe to repeat, without
    /// a quota, at the endpoint of the region. What the call says of it, it says by its own methods.
    ///
    /// The product's code is written as the portal writes it, for then its quotas are shared with generated clients.
    pub fn call(&self, product: impl Into<String>, version: impl Into<String>, operation: impl Into<String>) -> Call {
        Call::new(&self.config, Arc::new(Description::new(product, version, operation).open()))
    }

    /// Returns the endpoint that calls of an operation go to that name no region of their own.
    ///
    /// # Errors
    ///
    /// Fails when no region is known or the region cannot be one.
    pub fn endpoint(&self, description: &Description) -> Result<Endpoint, Error> {
        crate::call::Client::new(&self.config, known::operation(description).product).endpoint(None)
    }

    /// Starts a call of an operation that is described: its parameters are checked and written as a generated client does it.
    pub fn described(&self, description: &Arc<Description>) -> Call {
        Call::new(&self.config, Arc::clone(description))
    }
}
