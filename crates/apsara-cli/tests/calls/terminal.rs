//! A terminal of 24 lines and, unless it is said, 100 columns, and the program in it.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};

const LINES: u16 = 24;
const COLUMNS: u16 = 100;

/// How long a screen may take: a machine can be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    /// None once it went away.
    pty: Option<Arc<Pty>>,
    child: Child,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    everything: Vec<u8>,
}

impl Terminal {
    /// Starts the program.
    pub(crate) fn start(words: &[&str], variables: &[(&str, String)]) -> Self {
        Self::start_in(COLUMNS, Command::new(env!("CARGO_BIN_EXE_apsara")).args(words), variables)
    }

    /// Starts the program in so many columns.
    pub(crate) fn start_narrow(columns: u16, words: &[&str], variables: &[(&str, String)]) -> Self {
        Self::start_in(columns, Command::new(env!("CARGO_BIN_EXE_apsara")).args(words), variables)
    }

    /// Starts the program so that it runs on when the terminal goes away.
    pub(crate) fn start_for_good(words: &[&str], variables: &[(&str, String)]) -> Self {
        let ignoring = ["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_apsara")];
        Self::start_in(COLUMNS, Command::new("/bin/sh").args(ignoring).args(words), variables)
    }

    fn start_in(columns: u16, command: Command, variables: &[(&str, String)]) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(pty_process::Size::new(LINES, columns)).unwrap();
        let command = command.env_clear();
        let command = command.env("HOME", env!("CARGO_TARGET_TMPDIR")).env("TERM", "xterm-256color");
        let child = command.envs(variables.iter().cloned()).spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let (sender, output) = channel();
        let reader = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Once the program has ended, reading fails.
            while let Ok(length @ 1..) = (&*reader).read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let size = |size: u16| NonZeroU16::new(size).unwrap();
        let parser = vt100::Parser::new(size(LINES), size(columns), 0);
        Self { pty: Some(pty), child, output, parser, everything: Vec::new() }
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.screen().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "{text:?} is not shown:\n{}", self.screen());
            self.read();
        }
    }

    fn read(&mut self) -> bool {
        match self.output.recv_timeout(Duration::from_millis(50)) {
            Ok(bytes) => {
                self.parser.process(&bytes);
                self.everything.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    pub(crate) fn types(&mut self, text: &str) {
        (&**self.pty.as_ref().unwrap()).write_all(text.as_bytes()).unwrap();
    }

    /// Goes away while the program runs.
    pub(crate) fn goes_away(&mut self) {
        self.pty = None;
        // The thread that reads ends by it, and lets go of the terminal, with what is written next.
        self.output = channel().1;
    }

    /// Waits until the program ends; returns its exit code.
    pub(crate) fn ends(&mut self) -> i32 {
        let begun = Instant::now();
        while self.pty.is_some() && self.read() {
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.screen());
        }
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// Returns whether the terminal shows what is typed, takes it line by line, and sends a signal for Ctrl-C, as a shell leaves it.
    pub(crate) fn is_as_it_was(&self) -> bool {
        use rustix::termios::{LocalModes, tcgetattr};
        let modes = tcgetattr(&**self.pty.as_ref().unwrap()).unwrap().local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Returns what is on the screen, without colours.
    pub(crate) fn screen(&self) -> String {
        let text = self.parser.screen().contents();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Returns what is on the screen with what steers its colours.
    pub(crate) fn colored(&self) -> String {
        self.parser.screen().contents_formatted()
    }

    /// Returns all that was ever written.
    pub(crate) fn everything(&self) -> String {
        String::from_utf8_lossy(&self.everything).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
