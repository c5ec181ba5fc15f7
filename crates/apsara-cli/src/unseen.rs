//! Asks for what nobody must see.

use std::io;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::harmless;

/// Asks on the terminal, and shows nothing of what is typed.
pub(crate) fn ask(question: &str) -> Result<String, Failure> {
    typed(&harmless(question)).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Failure::new(Exit::Interrupted, "interrupted"),
        _ => Failure::new(Exit::Failed, format!("the terminal cannot be asked: {error}")),
    })
}

#[cfg(unix)]
fn typed(question: &str) -> io::Result<String> {
    use std::io::Write as _;

    let silence = Silence::begin()?;
    let mut terminal = &silence.terminal;
    terminal.write_all(question.as_bytes())?;
    let input = Typed(silence.terminal.try_clone()?);
    let config = rpassword::ConfigBuilder::new().input_reader(input).output_discard().build();
    let typed = rpassword::read_password_with_config(config);
    terminal.write_all(b"\n")?;
    typed
}

#[cfg(not(unix))]
fn typed(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}

/// What is typed on a terminal, which ends by Ctrl-C.
#[cfg(unix)]
struct Typed(std::fs::File);

#[cfg(unix)]
impl io::Read for Typed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        const CTRL_C: u8 = 3;
        let length = loop {
            match self.0.read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        // What reads would end the program by it, with the terminal as it is now.
        if bytes[..length].contains(&CTRL_C) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(length) }
    }
}

/// The terminal, which shows nothing and hands on each letter at once, until this is dropped.
#[cfg(unix)]
struct Silence {
    terminal: std::fs::File,
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Silence {
    /// Begins it, before there is a question: whoever types at once, or has a script type, would be shown.
    fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
        let terminal = std::fs::File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        // Ctrl-C as well is read like any other: it would end the program with the terminal as it is now.
        silent.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&terminal, OptionalActions::Now, &silent)?;
        Ok(Self { terminal, before })
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(&self.terminal, rustix::termios::OptionalActions::Now, &self.before);
    }
}
