//! Who may call, and what for.

use std::path::PathBuf;

use super::EmulatorBuilder;
use crate::ram::RamMode;

impl EmulatorBuilder {
    /// Adds the accounts of a file, with their users, roles and policies, as the example in the README shows it.
    ///
    /// They come after those of [`account`](Self::account), and like them replace the default account. The file is read
    /// when the emulator starts.
    pub fn accounts_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.accounts_files.push(path.into());
        self
    }

    /// Sets whether users and roles may do only what their policies allow; unless set, no policy is looked at.
    ///
    /// The trust policies of roles that are described always say who may assume them.
    pub fn ram(mut self, mode: RamMode) -> Self {
        self.manner.ram = mode;
        self
    }
}
