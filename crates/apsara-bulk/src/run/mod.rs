//! A run: which calls are due, and making them.

mod calls;
mod options;
mod progress;
mod questions;
mod stop;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use apsara_core::Repeat;
use serde_json::Value;
use tokio::sync::mpsc;

pub use self::options::Options;
pub use self::progress::{Ended, Progress, Summary};
use self::stop::Level;
pub use self::stop::Stop;
use crate::error::BulkError;
use crate::executor::{Called, Executor};
use crate::fate::{Counts, Fate, State, States};
use crate::input::Checked;
use crate::journal::{self, Header, Outcome, Tail, Writer};
use crate::plan::Plan;
use crate::results::results_of;

/// How long a client token is trusted to make one of two calls. How long the cloud keeps one is documented for hardly any product.
const TOKENS_HOLD: Duration = Duration::from_secs(3600);

/// How many calls are read ahead.
const AHEAD: usize = 64;

/// A line with its request, unless that cannot be read.
type Request = Result<(u64, Value), BulkError>;

/// Holds a run: the calls of a checked input, what became of them so far, and the journal.
#[derive(Debug)]
pub struct Run {
    checked: Checked,
    path: PathBuf,
    file: File,
    run: String,
    /// When the first calls were made of which nobody knows what became, by line.
    unresolved: BTreeMap<u64, u64>,
    counts: Counts,
    tail: Option<Tail>,
    /// Whether the journal may lack records, or the end of one: it was not closed.
    is_open: bool,
    /// Tells the time in milliseconds since 1970; a test has a clock of its own.
    clock: fn() -> u64,
}

impl Run {
    /// Begins a run with a new journal, which only this user can read.
    ///
    /// # Errors
    ///
    /// Fails when there is a file of that name, or it cannot be written.
    pub fn create(checked: Checked, journal: &Path, executor: &dyn Executor) -> Result<Self, BulkError> {
        let header = header(&checked, executor)?;
        let file = journal::create(journal, &header)?;
        Ok(Self {
            counts: checked.counts(),
            checked,
            path: journal.to_owned(),
            file,
            run: header.run,
            unresolved: BTreeMap::new(),
            tail: None,
            is_open: false,
            clock: journal::now,
        })
    }

    /// Goes on with the run of a journal. What was being written when it was interrupted is cut off; see [`Run::tail`].
    ///
    /// # Errors
    ///
    /// Fails when the journal is of another operation, target, caller or input, when another run uses it, and when it is damaged:
    /// [`BulkError::is_damaged`].
    pub fn resume(checked: Checked, journal: &Path, executor: &dyn Executor) -> Result<Self, BulkError> {
        Self::reopen(checked, journal, executor, false)
    }

    /// As [`Run::resume`], and leaves the last record out if it is damaged: whoever asks for that has looked whether the call that it
    /// may have announced was executed.
    ///
    /// # Errors
    ///
    /// As [`Run::resume`], but for damage of the last record.
    pub fn resume_without_damaged(
        checked: Checked,
        journal: &Path,
        executor: &dyn Executor,
    ) -> Result<Self, BulkError> {
        Self::reopen(checked, journal, executor, true)
    }

    fn reopen(
        mut checked: Checked,
        path: &Path,
        executor: &dyn Executor,
        drops_damaged: bool,
    ) -> Result<Self, BulkError> {
        let wanted = header(&checked, executor)?;
        let (file, replay) = journal::reopen(path, &wanted, drops_damaged)?;
        take_over(&mut checked.states, &replay.states, path)?;
        Ok(Self {
            counts: checked.counts(),
            checked,
            path: path.to_owned(),
            file,
            run: replay.header.run,
            unresolved: replay.unresolved,
            tail: replay.tail,
            is_open: false,
            clock: journal::now,
        })
    }

    /// Returns what was cut off from the end of the journal when the run was resumed.
    #[must_use]
    pub fn tail(&self) -> Option<&Tail> {
        self.tail.as_ref()
    }

    /// Returns what became of the lines so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Returns the lines of whose calls nobody knows what became, in order.
    pub fn unknown(&self) -> impl Iterator<Item = u64> + '_ {
        self.unresolved.keys().copied()
    }

    /// Writes the results as [`results`](crate::results) does, and returns what that returns. On Windows nobody else can read the journal
    /// for as long as this is there.
    ///
    /// # Errors
    ///
    /// As [`results`](crate::results), and where [`Run::go_on`] was dropped, or could not write the journal to its end.
    pub fn results(&mut self, out: &mut dyn Write) -> Result<BTreeMap<String, u64>, BulkError> {
        self.refuse_open()?;
        results_of(&self.file, &self.path, out)
    }

    /// Refuses what needs a journal that nobody writes any more.
    fn refuse_open(&self) -> Result<(), BulkError> {
        if !self.is_open {
            return Ok(());
        }
        let problem = format!("{} was not written to its end, or nobody waited for that", self.path.display());
        Err(BulkError::new(format!("{problem}; drop this run and resume it")))
    }

    /// Says what [`Run::go_on`] is about to do.
    #[must_use]
    pub fn plan(&self, executor: &dyn Executor, options: &Options) -> Plan {
        let called = executor.operation();
        let due = |line, state| self.is_due(line, state, &called, options);
        let calls = self.checked.states.lines().filter(|(line, state)| due(*line, *state)).count() as u64;
        let left = self.questions(&called, options).len() as u64;
        let asks = executor.reconcile().filter(|_| left > 0).map(|by| (left, by.operation.clone()));
        Plan { called, counts: self.counts, calls, left_unknown: if asks.is_some() { 0 } else { left }, asks }
    }

    /// Finds out what became of calls of which nobody knows, where the executor says how; then makes the calls that are due, as fast
    /// as the executor's quota allows. `progress` hears of every call that has ended.
    ///
    /// It ends when no call is due any more, when it is stopped, or when too many calls in a row have failed. What is due then can be
    /// gone on with.
    ///
    /// # Errors
    ///
    /// Fails when the journal cannot be written or the calls cannot be read. No call goes out after that; [`Run::counts`] and
    /// [`Run::unknown`] say what the journal tells of those that did. A run whose journal could not be written, or whose future was
    /// dropped, is gone on with by [`Run::resume`] alone, which cuts off what was written in part.
    pub async fn go_on(
        &mut self,
        executor: Arc<dyn Executor>,
        options: &Options,
        stop: &Stop,
        mut progress: impl FnMut(&Progress),
    ) -> Result<Summary, BulkError> {
        self.refuse_open()?;
        let start = Instant::now();
        let called = executor.operation();
        // The results may have been read since it was written.
        let file = self.file.seek(SeekFrom::End(0)).and_then(|_| self.file.try_clone());
        let file = file.map_err(|error| BulkError::file(&self.path, "cannot be written", error))?;
        let mut writer = Writer::new(file, &self.path)?;
        self.is_open = true;
        let asked = match executor.reconcile() {
            Some(_) => self.ask(&executor, &called, options, stop, &writer).await,
            None => Ok(true),
        };
        let result = match asked {
            Ok(true) => self.make_calls(&executor, &called, options, stop, &writer, &mut progress).await,
            Ok(false) if stop.level() == Level::Now => Ok(Ended::Stopped),
            Ok(false) => Ok(Ended::Drained),
            Err(error) => Err(error),
        };
        // Why a record was not written says more than that the run ended for it.
        let closed = tokio::task::spawn_blocking(move || writer.close()).await;
        let closed = closed.unwrap_or_else(|_| Err(BulkError::new("the journal was not closed")));
        if let Err(error) = closed {
            self.believe_journal();
            return Err(error);
        }
        self.is_open = false;
        Ok(Summary { counts: self.counts, ended: result?, took: start.elapsed() })
    }

    /// Returns whether the call of a line is made.
    fn is_due(&self, line: u64, state: State, called: &Called, options: &Options) -> bool {
        match state {
            State::Due | State::Ended(Fate::NotExecuted) => true,
            State::Ended(Fate::Rejected) => options.retry_rejected,
            State::Called | State::Ended(Fate::Unknown) => {
                options.retry_unknown
                    || match called.repeat {
                        Repeat::Safe => true,
                        Repeat::WithToken => {
                            let since = self.unresolved.get(&line).map(|at| (self.clock)().saturating_sub(*at));
                            since.is_some_and(|since| u128::from(since) < TOKENS_HOLD.as_millis())
                        }
                        _ => false,
                    }
            }
            State::Empty | State::Skipped | State::Ended(Fate::Succeeded | Fate::Executed) => false,
        }
    }

    /// Returns the lines of which it is to be found out what became: those that would not be repeated anyway.
    fn questions(&self, called: &Called, options: &Options) -> Vec<u64> {
        let is_asked = |line: &u64| !self.is_due(*line, self.checked.states.get(*line), called, options);
        self.unresolved.keys().copied().filter(is_asked).collect()
    }

    fn set(&mut self, line: u64, state: State) {
        self.counts.change(self.checked.states.get(line), state);
        self.checked.states.set(line, state);
        match state {
            State::Called | State::Ended(Fate::Unknown) => {}
            _ => _ = self.unresolved.remove(&line),
        }
    }

    /// Forgets what became of calls where that could not be written: whoever resumes the run will not know it either.
    fn believe_journal(&mut self) {
        let Ok(replay) = journal::replay(&self.file, &self.path, true, |_, _| {}) else { return };
        for (line, state) in replay.states.lines() {
            self.set(line, state);
        }
        self.unresolved = replay.unresolved;
    }

    /// Writes down what became of a call.
    fn end(&mut self, outcome: Outcome, writer: &Writer) {
        self.set(outcome.line, State::Ended(outcome.fate));
        writer.result(outcome);
    }

    /// Reads the requests of some lines from the copy of the input, a few ahead.
    fn requests(&self, is_wanted: impl Fn(u64) -> bool + Send + 'static) -> Result<mpsc::Receiver<Request>, BulkError> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let rows = self.checked.spool.rows()?;
        tokio::task::spawn_blocking(move || {
            for row in rows {
                if sender.is_closed() {
                    break;
                }
                let request = match row {
                    Ok((line, _)) if !is_wanted(line) => continue,
                    Ok((line, json)) => {
                        serde_json::from_str(&json).map(|json| (line, json)).map_err(|_| crate::input::changed())
                    }
                    Err(error) => Err(error),
                };
                // Nobody listens any more when the run is stopped, which may be while it waits here.
                if sender.blocking_send(request).is_err() {
                    break;
                }
            }
        });
        Ok(receiver)
    }
}

/// Returns the header of a run of the input.
fn header(checked: &Checked, executor: &dyn Executor) -> Result<Header, BulkError> {
    let mut random = [0; 12];
    getrandom::fill(&mut random).map_err(|error| BulkError::new(format!("there are no random numbers: {error}")))?;
    let Called { product, version, operation, target, key_id, account, .. } = executor.operation();
    Ok(Header {
        run: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        product,
        version,
        operation,
        target,
        key_id,
        account,
        input: checked.digest.clone(),
        last: checked.states.last(),
    })
}

/// Takes over what a journal tells of the lines.
fn take_over(states: &mut States, told: &States, path: &Path) -> Result<(), BulkError> {
    for (line, state) in told.lines() {
        if states.get(line) == State::Empty {
            let problem = format!("{} tells of line {line}, in which the input has no call", path.display());
            return Err(BulkError::damaged(format!(
                "{problem}; give the input in the format that it was given in at first"
            )));
        }
        states.set(line, state);
    }
    Ok(())
}
