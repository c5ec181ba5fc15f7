//! What a call goes out by: credentials, endpoint, and an emulator if one is wanted.

use apsara_core::transport::Transport;
use apsara_core::{Config, ConfigBuilder, Credentials, Retry};
use apsara_emulator::Emulator;
use apsara_policy::TraceFile;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{CallOptions, ConnectOptions};

/// Holds a configuration, and keeps the emulator alive that it leads to.
pub(crate) struct Connection {
    config: Config,
    _emulator: Option<Emulator>,
}

impl Connection {
    /// Finds credentials and endpoint, and what else the options say. An emulator is started if one is wanted; with a transport,
    /// nothing goes out but by that.
    pub(crate) async fn open(
        connect: &ConnectOptions,
        call: Option<&CallOptions>,
        transport: Option<impl Transport + 'static>,
    ) -> Result<Self, Failure> {
        let (builder, emulator) = match &connect.emulator {
            Some(folder) => {
                let emulator = emulator(folder.as_deref(), call).await?;
                let key = Credentials::new(emulator.access_key_id(), emulator.access_key_secret());
                let key = key.map_err(|error| unusable(&error))?;
                let builder = Config::builder().credentials(key).endpoint(emulator.url());
                (builder, Some(emulator))
            }
            None => (configured(connect)?, None),
        };
        let builder = with_quota(with_options(builder, connect, call), connect).await?;
        let builder = with_trace(builder, connect, call)?;
        let builder = match transport {
            Some(transport) => builder.transport(transport).retry(Retry::never()).without_pacing(),
            None => builder,
        };
        Ok(Self { config: builder.build().map_err(|error| unusable(&error))?, _emulator: emulator })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

/// Reads credentials, region and endpoint where they are configured.
fn configured(options: &ConnectOptions) -> Result<ConfigBuilder, Failure> {
    let builder = ConfigBuilder::from_vars(options.variables()).map_err(|error| unusable(&error))?;
    let builder = match &options.endpoint {
        Some(endpoint) => builder.endpoint(endpoint),
        None => builder,
    };
    Ok(match &options.endpoint_region {
        Some(region) => builder.region(region),
        None => builder,
    })
}

fn with_options(mut builder: ConfigBuilder, connect: &ConnectOptions, call: Option<&CallOptions>) -> ConfigBuilder {
    // A call that waits has its deadline as a whole; each of its calls keeps to the usual one.
    let waits = call.is_some_and(|call| call.wait.is_some());
    if let Some(deadline) = connect.deadline.filter(|_| !waits) {
        builder = builder.deadline(deadline);
    }
    if let Some(attempts) = connect.attempts {
        builder = builder.retry(Retry::new().attempts(attempts));
    }
    if call.is_some_and(|call| call.no_validation) { builder.without_validation() } else { builder }
}

/// Opens what counts calls, if it is not this process.
async fn with_quota(mut builder: ConfigBuilder, connect: &ConnectOptions) -> Result<ConfigBuilder, Failure> {
    if let Some(account) = &connect.quota_account {
        builder = builder.account(account);
    }
    let Some(store) = &connect.quota else { return Ok(builder) };
    match apsara_redis::open(store).await {
        Ok(pacer) => Ok(builder.pacer(pacer)),
        Err(error) => Err(Failure::new(Exit::Usage, format!("--quota: {error}")).with("outcome", "not sent")),
    }
}

/// Opens the file in which calls are noted.
fn with_trace(
    builder: ConfigBuilder,
    connect: &ConnectOptions,
    call: Option<&CallOptions>,
) -> Result<ConfigBuilder, Failure> {
    let Some(file) = &connect.trace else { return Ok(builder) };
    let specs =
        crate::ram::specs(call.and_then(|call| call.spec.as_ref()).map(std::slice::from_ref).unwrap_or_default())?;
    let trace = TraceFile::with_specs(file, specs).map_err(|error| Failure::of_file(file, error))?;
    Ok(builder.observer(trace))
}

/// Starts an emulator, and says so.
#[expect(clippy::print_stderr, reason = "whoever calls an emulator must not take it for the cloud")]
async fn emulator(folder: Option<&std::path::Path>, call: Option<&CallOptions>) -> Result<Emulator, Failure> {
    let mut builder = Emulator::builder();
    if let Some(folder) = folder {
        builder = builder.data(folder);
    }
    if let Some(spec) = call.and_then(|call| call.spec.as_ref()) {
        builder = builder.spec_file(spec);
    }
    let started = builder.start().await;
    let emulator =
        started.map_err(|error| Failure::new(Exit::Failed, format!("the emulator does not start: {error}")))?;
    eprintln!("note: this goes to an emulator of this one call, not to the cloud");
    Ok(emulator)
}

/// Says that the configuration cannot be used.
pub(crate) fn unusable(error: &apsara_core::Error) -> Failure {
    Failure::new(Exit::Credentials, error.to_string()).with("outcome", "not sent")
}
