//! `apsara explorer`: a local web page on which any operation is found, read, filled in and called.

use std::path::PathBuf;
use std::sync::Arc;

use apsara_emulator::{Emulator, EmulatorBuilder};
use apsara_explorer::Explorer;
use clap::Args;

use crate::call::{CallTrace, cloud, incomplete};
use crate::emulator::LEDGER;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ConnectOptions;
use crate::output;
use crate::signals::Signals;

/// What can be set about the page.
#[derive(Args)]
pub(crate) struct Options {
    /// The port of 127.0.0.1 to listen at; 0 is any free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// A document of the API portal, api-docs.json, whose operations are shown in the place of what is shipped of its product; can be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    #[command(flatten)]
    connect: ConnectOptions,
}

/// Serves the page until the terminal interrupts it.
pub(crate) async fn serve(options: Options) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| Failure::new(Exit::Failed, error.to_string());
    // Asked for before anything is printed, so that whoever has read the output can already stop the program.
    let mut signals = Signals::begin().map_err(|error| failed(&error))?;
    let builder = Explorer::builder().port(options.port);
    if let Some(unused) = unused(&options.connect) {
        return Err(Failure::usage(format!("{unused} says how calls go to the cloud, and with --emulator none does")));
    }
    let trace = Arc::new(CallTrace::open(&options.connect, &options.spec)?);
    let builder = options.spec.into_iter().fold(builder, apsara_explorer::ExplorerBuilder::document);
    let builder = match &options.connect.emulator {
        Some(folder) => {
            // Nothing of a call leaves this machine, and whoever leaves the page open for days has memory left.
            let emulator = Emulator::builder().callbacks(false).most_ledger_entries(LEDGER);
            let emulator = folder.iter().fold(emulator, EmulatorBuilder::data);
            builder.emulator(emulator).without_cloud("It was started with --emulator, so that calls go nowhere else.")
        }
        None => builder.cloud(cloud(&options.connect, Arc::clone(&trace)).await?),
    };
    let explorer = builder.start().await.map_err(|error| failed(&error))?;
    let address = explorer.url();
    output::print(&format!("Open {address}\nWhoever has this address can make calls by it; Ctrl-C ends it.\n"))?;
    signals.next().await;
    trace.lack().map_or(Ok(()), |lack| Err(incomplete(lack)))
}

/// Returns an option that would do nothing: calls to the emulator go out by none of them.
fn unused(connect: &ConnectOptions) -> Option<&'static str> {
    let ConnectOptions { deadline, attempts, quota, quota_account, trace, .. } = connect;
    let given = [
        ("--deadline", deadline.is_some()),
        ("--attempts", attempts.is_some()),
        ("--quota", quota.is_some()),
        ("--quota-account", quota_account.is_some()),
        ("--trace", trace.is_some()),
    ];
    given.into_iter().find(|(_, is_given)| connect.emulator.is_some() && *is_given).map(|(name, _)| name)
}
