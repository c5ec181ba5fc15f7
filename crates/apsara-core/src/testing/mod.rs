//! Testing code that makes calls, without the cloud and without a network.
//!
//! - [`Script`] answers calls as a test says, and tells what came instead of what was expected.
//! - [`Recorder`] writes down what a real server answers, without secrets, and [`Replay`] answers from that file.
//! - [`config`] makes a configuration for either, with keys that are good for nothing.
//!
//! Where a server is wanted that checks signatures and remembers what it was told, there is the crate `apsara-emulator`.

mod answer;
mod file;
mod for_keys;
mod record;
mod redact;
mod replay;
mod request;
mod script;

use std::time::Duration;

pub use self::answer::Answer;
pub(crate) use self::for_keys::KeyTransport;
pub use self::record::Recorder;
pub(crate) use self::redact::{NamesOfTypes, SensitiveNames, names_of_types};
pub use self::replay::Replay;
pub use self::script::{Expect, Script};
use crate::config::{Config, ConfigBuilder, SignatureVersion};
use crate::credentials::Credentials;
use crate::retry::Retry;
use crate::transport::Transport;

/// Makes a configuration for tests: calls go to a transport, are signed with keys that are good for nothing, are not paced, and are
/// tried again without waits.
///
/// ```
/// use apsara_core::testing::{self, Script};
///
/// let script = Script::new();
/// let config = testing::config(script.clone());
/// # let _ = config;
/// script.verify();
/// ```
#[must_use]
pub fn config(transport: impl Transport + 'static) -> Config {
    // What it is made of is fixed, so that it cannot fail.
    builder(transport).build().expect("the configuration for tests is sound")
}

/// Starts a configuration for tests, so that more can be set; see [`config`].
pub fn builder(transport: impl Transport + 'static) -> ConfigBuilder {
    let builder = Config::builder()
        .endpoint("https://testing.invalid")
        // The gateways of a few products want another signature, which nobody checks here.
        .signature(SignatureVersion::V3)
        .retry(Retry::new().waits(Duration::ZERO, Duration::ZERO))
        .without_pacing()
        .transport(transport);
    match Credentials::new("testing", "testing") {
        Ok(credentials) => builder.credentials(credentials),
        Err(_) => builder,
    }
}
