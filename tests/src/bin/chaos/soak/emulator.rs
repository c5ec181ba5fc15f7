//! The emulator in a process of its own, with its data in a folder, so that it can crash.

use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use apsara_emulator::{Emulator, LedgerEntry, Quotas};
use apsara_tests::Kind;

use crate::calls::operation;
use crate::{Result, faults, running_task};

/// Serves until it is told on its standard input to `crash` or to `end`. It prints where it is and whose key it takes, in one line.
pub(crate) async fn run(arguments: &[&str]) -> Result<ExitCode> {
    let [data, ledger, listen, task, seed] = arguments else { return Err("DATA LEDGER LISTEN TASK SEED".into()) };
    let builder = Emulator::builder().quota(Quotas::Off).fault_seed(seed.parse()?).callbacks(false);
    let emulator = builder.data(*data).listen(*listen).start().await?;
    let task = if task.is_empty() { running_task(&emulator).await? } else { (*task).to_owned() };
    faults::inject(&emulator);
    let (key, secret, account) = (emulator.access_key_id(), emulator.access_key_secret(), emulator.account_id());
    let mut out = std::io::stdout();
    writeln!(out, "{} {account} {key} {secret} {task}", emulator.url())?;
    out.flush()?;
    let order = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next().transpose()).await??;
    emulator.with_ledger(|entries| {
        // Nothing is decided while this holds the state, so that what is written is all that was ever decided. What of it is not on
        // the disk yet, and which answers are not out, is as at any crash.
        let written = write(Path::new(ledger), entries);
        match order.as_deref() {
            Some("crash") if written.is_ok() => std::process::abort(),
            _ => written,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the entries of the calls, a line for each: operation, number, whether it was executed or replayed, and the fault.
fn write(path: &Path, entries: &[LedgerEntry]) -> std::io::Result<()> {
    let mut text = String::new();
    for entry in entries {
        let Some((_, parameter)) = Kind::ALL.map(operation).into_iter().find(|(name, _)| *name == entry.action) else {
            continue;
        };
        let number =
            entry.parameter(parameter).and_then(|id| id.rsplit_once("call-")).map_or("none", |(_, number)| number);
        let done = match (entry.executed, entry.replayed) {
            (true, _) => "executed",
            (false, true) => "replayed",
            (false, false) => "refused",
        };
        let fault = entry.fault.map_or("-", apsara_emulator::FaultKind::as_str);
        text.push_str(&format!("{} {number} {done} {fault}\n", entry.action));
    }
    std::fs::write(path, text)
}
