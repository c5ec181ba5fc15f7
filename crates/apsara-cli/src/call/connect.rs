//! What a call goes out by: credentials, endpoint, and an emulator if one is wanted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use apsara_core::pacing::Pacer;
use apsara_core::{Config, ConfigBuilder, Credentials, Retry};
use apsara_emulator::Emulator;

use super::Kept;
use super::trace::CallTrace;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{CallOptions, ConnectOptions};

/// Holds a configuration, and keeps the emulator alive that it leads to.
pub(crate) struct Connection {
    config: Config,
    trace: CallTrace,
    _emulator: Option<Emulator>,
    /// Where the emulator keeps its state.
    folder: Option<PathBuf>,
}

impl Connection {
    /// Finds credentials and endpoint, and what else the options say. An emulator is started if one is wanted; where calls are kept,
    /// none goes out.
    pub(crate) async fn open(
        connect: &ConnectOptions,
        call: Option<&CallOptions>,
        spec: Option<&Path>,
        kept: Option<Kept>,
    ) -> Result<Self, Failure> {
        let (builder, emulator) = match &connect.emulator {
            Some(folder) => {
                let emulator = emulator(folder.as_deref(), spec).await?;
                let key = Credentials::new(emulator.access_key_id(), emulator.access_key_secret());
                let key = key.map_err(|error| unusable(&error))?;
                let builder = Config::builder().credentials(key).endpoint(emulator.url());
                (builder, Some(emulator))
            }
            None => (configured(connect).map_err(|error| unusable(&error))?, None),
        };
        let builder = counted(with_options(builder, connect, call), connect, pacer(connect).await?);
        let trace = CallTrace::open(connect, spec.map(Path::to_owned).as_slice())?;
        let builder = match kept {
            Some(kept) => kept.keeping(builder),
            None => trace.noting(builder),
        };
        let folder = connect.emulator.clone().flatten();
        let config = builder.build().map_err(|error| unusable(&error))?;
        Ok(Self { config, trace, _emulator: emulator, folder })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns how all that was called ended; a trace that lacks some of it is a failure too.
    pub(crate) fn checked(&self, ended: Result<(), Failure>) -> Result<(), Failure> {
        self.trace.checked(ended)
    }

    /// Returns where calls go whose port changes from time to time, although it is the same cloud: the emulator of a folder.
    pub(crate) fn place(&self) -> Option<String> {
        let folder = self.folder.as_ref()?;
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        Some(format!("the emulator of {}", folder.display()))
    }
}

/// Reads credentials, region and endpoint where they are configured.
fn configured(options: &ConnectOptions) -> Result<ConfigBuilder, apsara_core::Error> {
    let builder = ConfigBuilder::from_vars(options.variables())?;
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
async fn pacer(connect: &ConnectOptions) -> Result<Option<Arc<dyn Pacer>>, Failure> {
    let Some(store) = &connect.quota else { return Ok(None) };
    match apsara_redis::open(store).await {
        Ok(pacer) => Ok(Some(pacer)),
        Err(error) => Err(Failure::new(Exit::Usage, format!("--quota: {error}")).with("outcome", "not sent")),
    }
}

/// Says what counts calls, and for whom.
fn counted(mut builder: ConfigBuilder, connect: &ConnectOptions, pacer: Option<Arc<dyn Pacer>>) -> ConfigBuilder {
    if let Some(account) = &connect.quota_account {
        builder = builder.account(account);
    }
    match pacer {
        Some(pacer) => builder.pacer(pacer),
        None => builder,
    }
}

/// Returns what begins a configuration for the cloud, as often as it is asked. Its calls are noted in the trace.
pub(crate) async fn cloud(
    connect: &ConnectOptions,
    trace: Arc<CallTrace>,
) -> Result<impl Fn() -> Result<ConfigBuilder, apsara_core::Error> + Send + Sync + use<>, Failure> {
    let pacer = pacer(connect).await?;
    let connect = connect.clone();
    Ok(move || {
        let builder = with_options(configured(&connect)?, &connect, None);
        Ok(trace.noting(counted(builder, &connect, pacer.clone())))
    })
}

/// Starts an emulator, and says so.
async fn emulator(folder: Option<&Path>, spec: Option<&Path>) -> Result<Emulator, Failure> {
    // Nothing but the emulator is called.
    let mut builder = Emulator::builder().callbacks(false);
    if let Some(folder) = folder {
        builder = builder.data(folder);
    }
    if let Some(spec) = spec {
        builder = builder.spec_file(spec);
    }
    let started = builder.start().await;
    let emulator =
        started.map_err(|error| Failure::new(Exit::Failed, format!("the emulator does not start: {error}")))?;
    // Whoever calls an emulator must not take it for the cloud.
    crate::terminal::tell("note: this goes to an emulator of this one command, not to the cloud");
    Ok(emulator)
}

/// Says that the configuration cannot be used.
pub(crate) fn unusable(error: &apsara_core::Error) -> Failure {
    Failure::new(Exit::Credentials, error.to_string()).with("outcome", "not sent")
}
