//! Asks for what nobody must see.

use std::io;

use crate::terminal::harmless;

/// Asks on the terminal, and shows nothing of what is typed.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    // What asks turns the echo off when the question is there already: whoever types at once, or has a script type, would be shown.
    let _silence = Silence::begin();
    rpassword::prompt_password(harmless(question))
}

/// The terminal without its echo, until this is dropped.
#[cfg(unix)]
struct Silence {
    terminal: std::fs::File,
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Silence {
    /// Begins it; nothing where there is no terminal, which is told by what asks.
    fn begin() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let terminal = std::fs::File::options().read(true).write(true).open("/dev/tty").ok()?;
        let before = tcgetattr(&terminal).ok()?;
        let mut silent = before.clone();
        // Ctrl-C as well is left to what asks: it would end the program with the terminal as it is now.
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Now, &silent).ok()?;
        Some(Self { terminal, before })
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(&self.terminal, rustix::termios::OptionalActions::Now, &self.before);
    }
}

#[cfg(not(unix))]
struct Silence;

#[cfg(not(unix))]
impl Silence {
    fn begin() -> Self {
        Self
    }
}
