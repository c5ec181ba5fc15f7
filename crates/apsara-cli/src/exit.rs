//! What the program's exit code says.

use std::process::ExitCode;

/// Names why the program ends. The numbers are documented in docs/terminal.md, and stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something on this machine failed: a file, a pipe.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A parameter breaks a documented rule; nothing was sent.
    Invalid = 3,
    /// No credentials, or a configuration that cannot be used; nothing was sent.
    Credentials = 4,
    /// The cloud refused the call; nothing was done.
    Rejected = 5,
    /// The quota is used up; nothing was done.
    Throttled = 6,
    /// The call may have been executed, or not.
    Unknown = 7,
    /// The call was executed, but its answer could not be read.
    Unreadable = 8,
    /// There was no connection; nothing was sent.
    NotSent = 9,
    /// Time ran out, and nothing is left in doubt.
    Deadline = 10,
    /// The call would interrupt something, and nobody said yes.
    NotConfirmed = 11,
    /// There is nothing of what was asked about: no such error code, nothing that a policy has to allow.
    NotFound = 12,
    /// Specs differ in what was not to differ.
    Changed = 13,
    /// The terminal interrupted the program, by Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
