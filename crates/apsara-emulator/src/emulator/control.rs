//! What makes an emulator of use to people who do not hold it in their hands.

use std::path::PathBuf;

use super::{Emulator, EmulatorBuilder};
use crate::trace::TraceEntry;

impl Emulator {
    /// Lets everything be as at the start: tasks, callbacks, temporary keys, nonces, client tokens, quotas, faults, clocks,
    /// ledger and trace.
    ///
    /// What a file of the trace holds stays there. Callbacks that are waiting are not sent any more.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Copies the trace of the last 10,000 requests, the oldest first.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceEntry> {
        self.shared.with_state(|state| state.trace.entries().iter().cloned().collect())
    }

    /// Returns how many entries of the trace could not be written to its file.
    #[must_use]
    pub fn unwritten(&self) -> u64 {
        self.shared.with_state(|state| state.trace.unwritten())
    }

    /// Says why the first of the entries that could not be written was not; nothing while the file has them all.
    #[must_use]
    pub fn why_unwritten(&self) -> Option<String> {
        self.shared.with_state(|state| state.trace.why_unwritten().map(str::to_owned))
    }
}

impl EmulatorBuilder {
    /// Chooses whether the emulator is told what to do over HTTP too, below `/_apsara/`, and shows its status at `/`.
    ///
    /// It is off unless asked for, and then these paths are answered as the cloud would. Requests need no signature, but
    /// come from this machine, and not from a page of the web. `docs/emulator-control.md` has all of it.
    pub fn control(mut self, on: bool) -> Self {
        self.control = on;
        self
    }

    /// Keeps the state in a folder, so that it outlives the program, whatever its end: relay tasks and the callbacks that
    /// were not told yet, temporary keys, the nonces of the last 15 minutes, the answers that are kept for client tokens,
    /// both clocks, and the counts of calls.
    ///
    /// A callback goes out again if the program ends before it is written that it was told.
    /// What has changed is written before the answer goes out; what a test changes through the emulator itself, such as a
    /// clock, is written with the next request, or when the emulator is dropped. The ledger, the trace, faults and
    /// quotas are kept in memory alone. Data that is there already wins over the clocks that are set here.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Writes the trace to a file too, behind what it holds: a JSON object for each request, on a line of its own.
    ///
    /// A line is there before the answer goes out.
    pub fn trace_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.trace_file = Some(path.into());
        self
    }
}
