//! A program that runs, until somebody has what it printed.
//!
//! tokio's own way to run one has every program that is linked with it handle signals, whether it ever runs one or not.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::sync::oneshot;

/// How long it takes at most until it is seen that a program ended that closed its output before.
const PAUSE: Duration = Duration::from_millis(5);

/// How many bytes a program may print: a key has a few hundred.
const MOST: u64 = 1 << 20;

/// A program that runs. It is stopped when this is dropped.
pub(super) struct Running(Child);

impl Running {
    /// Starts a program by its name and its arguments. It has nothing to read.
    pub(super) fn start(words: &[String]) -> io::Result<Self> {
        let mut program = Command::new(&words[0]);
        program.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        program.spawn().map(Self)
    }

    /// Waits until it has ended, and returns what it printed.
    pub(super) async fn ended(mut self) -> io::Result<(ExitStatus, Vec<u8>)> {
        let printed = match self.0.stdout.take() {
            Some(output) => read(output).await?,
            None => Vec::new(),
        };
        loop {
            match self.0.try_wait()? {
                Some(status) => return Ok((status, printed)),
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of one that has ended, both know it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads in a thread of its own: one of the runtime's would keep that from ending as long as whatever the program started holds the output.
async fn read(mut output: ChildStdout) -> io::Result<Vec<u8>> {
    let (end, ended) = oneshot::channel();
    std::thread::Builder::new().name("apsara-credentials".to_owned()).spawn(move || {
        let mut printed = Vec::new();
        let read = output.by_ref().take(MOST + 1).read_to_end(&mut printed);
        let _ = end.send(match read {
            Ok(bytes) if bytes as u64 > MOST => Err(io::Error::other(format!("it printed more than {MOST} bytes"))),
            read => read.map(|_| printed),
        });
    })?;
    ended.await.map_err(io::Error::other)?
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Running;

    #[tokio::test]
    async fn a_program_that_nobody_waits_for_is_stopped() {
        let running = Running::start(&["sleep".to_owned(), "600".to_owned()]).unwrap();
        let there = std::path::Path::new("/proc").join(running.0.id().to_string());
        assert!(there.exists());
        drop(running.ended());
        assert!(!there.exists(), "{} is still there", there.display());
    }
}
