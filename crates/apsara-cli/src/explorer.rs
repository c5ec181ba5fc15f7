//! `apsara explorer`: a local web page on which any operation is found, read, filled in and called.

use std::path::PathBuf;
use std::sync::Arc;

use apsara_emulator::{Emulator, EmulatorBuilder};
use apsara_explorer::Explorer;
use clap::Args;

use crate::call::{CallTrace, cloud, incomplete};
use crate::emulator::stop_signal;
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
    let builder = options.spec.into_iter().fold(builder, apsara_explorer::ExplorerBuilder::document);
    let trace = Arc::new(CallTrace::open(&options.connect, None)?);
    let builder = match &options.connect.emulator {
        Some(folder) => {
            let emulator = folder.iter().fold(Emulator::builder(), EmulatorBuilder::data);
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
