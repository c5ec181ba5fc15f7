//! What an emulator serves beyond what ships with it, and how strictly.

use std::path::PathBuf;

use super::EmulatorBuilder;

impl EmulatorBuilder {
    /// Serves the operations of one more product: those of a document that the portal calls `api-docs.json`.
    ///
    /// The products that ship with the emulator need no file; a document of one of them, in the same version, takes its
    /// place. The file is read when the emulator starts.
    pub fn spec_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.spec_files.push(path.into());
        self
    }

    /// Sets what the answers follow from that are made up: the same seed and the same request give the same answer.
    pub fn seed(mut self, seed: u64) -> Self {
        self.manner.seed = seed;
        self
    }

    /// Refuses operations whose specs list no plain HTTP with `InvalidProtocol.NeedSsl`, as the cloud does.
    ///
    /// The emulator speaks nothing but plain HTTP, so that such an operation cannot be called then.
    pub fn require_https(mut self) -> Self {
        self.manner.needs_https = true;
        self
    }

    /// Believes every request: neither signatures nor times nor nonces are checked, and a call is charged to the
    /// account whose key it names.
    ///
    /// This is for measuring what the checks cost; it is no stand-in for the cloud.
    pub fn unverified(mut self) -> Self {
        self.manner.verifies = false;
        self
    }
}
