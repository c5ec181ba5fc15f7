//! Waiting until changes are written.

use tokio::sync::watch;

/// How far the writer has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// The number of the last transaction that is written.
    pub(super) written: u64,
    /// Whether it has given up.
    pub(super) failed: bool,
}

/// A claim that all transactions up to one number are written.
pub(crate) struct Ticket(Option<(u64, watch::Receiver<Progress>)>);

/// Says that changes were not written, and never will be.
#[derive(Debug)]
pub(crate) struct Unwritten;

impl Ticket {
    /// Waits for nothing.
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    pub(super) fn new(number: u64, progress: watch::Receiver<Progress>) -> Self {
        Self(Some((number, progress)))
    }

    /// Waits until it is so.
    pub(crate) async fn written(self) -> Result<(), Unwritten> {
        let Some((number, mut progress)) = self.0 else {
            return Ok(());
        };
        let reached = progress.wait_for(|progress| progress.failed || progress.written >= number).await;
        match reached {
            Ok(progress) if progress.written >= number => Ok(()),
            _ => Err(Unwritten),
        }
    }
}
