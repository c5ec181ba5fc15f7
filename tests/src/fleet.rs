//! Processes that want all of one quota, ten calls per second.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// One of them: the program `quota` of this package.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    /// Reads them, until there are no more.
    reading: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts one, with settings as `name=value`; the program says which.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be started.
    pub fn start(program: &Path, settings: &[String]) -> Self {
        let mut child = Command::new(program).arg("worker").args(settings).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let read = Arc::clone(&lines);
        let reading = std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                read.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self { child, lines, reading: Some(reading) }
    }

    /// Returns how many lines it printed that begin so: `granted`, `throttled`, `unavailable`, `failed`.
    pub fn count(&self, begins: &str) -> usize {
        self.lines().iter().filter(|line| line.starts_with(begins)).count()
    }

    /// Returns what it printed.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Kills it, whatever it holds.
    ///
    /// # Panics
    ///
    /// Panics if it has ended already.
    pub fn kill(&mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "it has ended: {:?}", self.lines());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.read();
    }

    /// Reads what an ended process has printed, to its end.
    fn read(&mut self) {
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    ///
    /// Panics if it fails.
    pub fn wait(&mut self) {
        let status = self.child.wait().unwrap();
        self.read();
        assert!(status.success(), "{status}: {:?}", self.lines());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the most times that are in any window of so many microseconds.
pub fn most_within(times: &[u64], window: u64) -> usize {
    let mut most = 0;
    let mut first = 0;
    for (last, time) in times.iter().enumerate() {
        while time - times[first] >= window {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}
