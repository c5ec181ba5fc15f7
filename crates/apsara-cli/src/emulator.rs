//! `apsara emulator`: the cloud in a process, for a terminal.

use std::error::Error;
use std::path::PathBuf;

use apsara_code::quoted;
use apsara_emulator::{
    Account, Clock, DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, DEFAULT_ACCOUNT_ID, Emulator, EmulatorBuilder,
    Quotas, RamMode, Rules,
};
use clap::{Args, ValueEnum};

use crate::call::{incomplete, lack};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::signals::Signals;

/// How many requests the ledger of a program keeps that may run for days.
pub(crate) const LEDGER: usize = 10_000;

/// What can be set about the emulator.
// Not Debug: one of them is a secret.
#[derive(Args)]
pub(crate) struct Options {
    /// The loopback address and the port to listen at; port 0 is any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,
    /// The access key id that callers may use.
    #[arg(long, value_name = "ID", default_value = DEFAULT_ACCESS_KEY_ID)]
    access_key_id: String,
    /// The access key's secret.
    #[arg(long, value_name = "SECRET", default_value = DEFAULT_ACCESS_KEY_SECRET)]
    access_key_secret: String,
    /// The id of the account that the access key belongs to.
    #[arg(long, value_name = "ID", default_value = DEFAULT_ACCOUNT_ID)]
    account: String,
    /// A file of accounts with their users, roles and policies, in the place of the account above.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["access_key_id", "access_key_secret", "account"])]
    accounts: Option<PathBuf>,
    /// Whether users and roles may do only what their policies allow.
    #[arg(long, value_enum, default_value_t = Ram::Off)]
    ram: Ram,
    /// A time for tasks and temporary keys to stand still at, such as 2026-01-01T00:00:00Z; else the machine's clock.
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
    /// How calls are counted against the quotas of the operations.
    #[arg(long, value_enum, default_value_t = Quota::Fixed)]
    quota: Quota,
    /// What relay tasks do where documents are silent: a rule set, and choices in place of its own, such as
    /// 2025-08,same-id; docs/emulator-choices.md lists them.
    #[arg(long, value_name = "RULES", default_value = "2025-08")]
    rules: Rules,
    /// Posts nothing to the callback addresses of relay tasks.
    #[arg(long)]
    no_callbacks: bool,
    /// A document of the API portal, api-docs.json, whose operations are served in the place of what is shipped of this version of its
    /// product; can be given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Be told what to do over HTTP too, below /_apsara, and show the status to a browser at /.
    #[arg(long)]
    control: bool,
    /// A file to write a line of JSON to for each request, behind what it holds.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// A folder to keep the state in, so that it outlives the program, even one that is killed.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// What becomes of policies.
#[derive(Clone, Copy, ValueEnum)]
enum Ram {
    /// Nobody looks at them.
    Off,
    /// The ledger tells what they say; nothing is refused.
    Soft,
    /// What they do not allow is refused.
    Strict,
}

impl From<Ram> for RamMode {
    fn from(ram: Ram) -> Self {
        match ram {
            Ram::Off => Self::Off,
            Ram::Soft => Self::Soft,
            Ram::Strict => Self::Strict,
        }
    }
}

/// The ways to count.
#[derive(Clone, Copy, ValueEnum)]
enum Quota {
    /// N calls in each window of W seconds.
    Fixed,
    /// N calls in any W seconds.
    Sliding,
    /// Any number of calls.
    Off,
}

impl From<Quota> for Quotas {
    fn from(quota: Quota) -> Self {
        match quota {
            Quota::Fixed => Self::Fixed,
            Quota::Sliding => Self::Sliding,
            Quota::Off => Self::Off,
        }
    }
}

/// Serves until the terminal interrupts it.
pub(crate) async fn serve(options: Options) -> Result<(), Failure> {
    let trace = options.trace.clone();
    // Asked for before anything is printed, so that whoever has read the output can already stop the program.
    let mut signals = Signals::begin().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let emulator = start(options).await.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    output::print(&environment(&emulator))?;
    signals.next().await;
    match trace.zip(emulator.why_unwritten()) {
        Some((file, why)) => Err(incomplete(lack(&file, emulator.unwritten(), &why))),
        None => Ok(()),
    }
}

/// Starts what serves.
async fn start(options: Options) -> Result<Emulator, Box<dyn Error>> {
    let clock = match &options.clock {
        Some(time) => Clock::frozen_at(time)?,
        None => Clock::system(),
    };
    let builder = match options.accounts {
        Some(file) => Emulator::builder().accounts_file(file),
        None => {
            let account = Account::new(options.account).key(options.access_key_id, options.access_key_secret);
            Emulator::builder().account(account)
        }
    };
    let builder = builder.listen(options.listen).clock(clock).quota(options.quota.into()).ram(options.ram.into());
    let builder = builder.rules(options.rules).callbacks(!options.no_callbacks).control(options.control);
    let builder = builder.most_ledger_entries(LEDGER);
    let builder = options.trace.into_iter().fold(builder, EmulatorBuilder::trace_file);
    let builder = options.data.into_iter().fold(builder, EmulatorBuilder::data);
    let emulator = options.spec.into_iter().fold(builder, EmulatorBuilder::spec_file).start().await?;
    Ok(emulator)
}

/// Says the address, and what a client's environment needs.
fn environment(emulator: &Emulator) -> String {
    let (url, id, secret) = (emulator.url(), emulator.access_key_id(), emulator.access_key_secret());
    format!(
        "Listening at {url}\nexport ALIBABA_CLOUD_ENDPOINT={url}\nexport ALIBABA_CLOUD_ACCESS_KEY_ID={}\n\
         export ALIBABA_CLOUD_ACCESS_KEY_SECRET={}\n",
        quoted(id).unwrap_or_default(),
        quoted(secret).unwrap_or_default()
    )
}
