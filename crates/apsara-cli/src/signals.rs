//! What ends a program from outside: Ctrl-C, and on Unix the signals by which a service, and a terminal that is closed, end what they began.

/// Names how the program is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Somebody, or what runs the program as a service, wants it to end.
    End,
    /// The terminal is gone. A shell may say so once more, so that the second of them means no more than the first.
    HangUp,
}

/// Hears the signals that arrive from when it was begun; none of them ends the program by itself any more.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen. A terminal that goes away is not heard of by a program that was told to stay, as `nohup` does.
    pub(crate) fn begin() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if stays() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Signal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::End,
            _ = self.terminate.recv() => Signal::End,
            _ = hang_up => Signal::HangUp,
        }
    }
}

/// Returns whether the program was begun so that it stays when its terminal goes away. Whoever listens would hear of it all the same.
#[cfg(unix)]
fn stays() -> bool {
    use std::io::IsTerminal as _;

    use std::sync::OnceLock;
    // What listens changes what is asked about, so that only the first answer counts.
    static STAYS: OnceLock<bool> = OnceLock::new();
    *STAYS.get_or_init(|| match std::fs::read_to_string("/proc/self/status") {
        Ok(status) => ignores_hang_up(&status),
        // Elsewhere nothing says so, but `nohup` leaves no terminal to write to.
        Err(_) => !std::io::stderr().is_terminal(),
    })
}

/// Returns whether SIGHUP, the first signal, is among those that a process of Linux ignores.
#[cfg(unix)]
fn ignores_hang_up(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Hears Ctrl-C, and that the console is closed, from when it was begun; neither ends the program by itself any more.
#[cfg(windows)]
pub(crate) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    /// Begins to listen.
    pub(crate) fn begin() -> std::io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()?, close: tokio::signal::windows::ctrl_close()? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::End,
            _ = self.close.recv() => Signal::HangUp,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_says_whether_it_ignores_that_its_terminal_goes_away() {
        assert!(ignores_hang_up("Name:\tapsara\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"));
        assert!(!ignores_hang_up("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hang_up(""));
    }
}
