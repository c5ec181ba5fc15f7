//! What became of the line of an input, in a byte.

use std::fmt;

/// Says what became of the call of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// It was executed, and its answer is in the journal.
    Succeeded,
    /// It was executed, but its answer could not be read; or what was found out later says that it was executed.
    Executed,
    /// The cloud refused it, so it was not executed. It is made again only if that is asked for.
    Rejected,
    /// It is known not to have been executed, for a reason that is not the line's: no connection, the quota, a run that was
    /// stopped. It is made again when the run goes on.
    NotExecuted,
    /// It may have been executed. It is made again only if that is asked for, or does no harm.
    Unknown,
}

impl Fate {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Succeeded, Self::Executed, Self::Rejected, Self::NotExecuted, Self::Unknown];

    /// Returns the word that stands in journals and results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Executed => "executed",
            Self::Rejected => "rejected",
            Self::NotExecuted => "not_executed",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.as_str() == word)
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// There is no call in it.
    #[default]
    Empty,
    /// Its call is wrong, and left out.
    Skipped,
    /// Its call was not made yet.
    Due,
    /// Its call was announced, and nothing more is known.
    Called,
    Ended(Fate),
}

/// How many lines an input may have: each takes a byte of memory, and ten while a run writes its results.
pub(crate) const MOST_LINES: u64 = 100_000_000;

/// The states of all lines, by the line's number, a byte for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct States(Vec<State>);

const _: () = assert!(size_of::<State>() == 1);

impl States {
    pub(crate) fn get(&self, line: u64) -> State {
        usize::try_from(line).ok().and_then(|line| self.0.get(line)).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, line: u64, state: State) {
        // More lines than memory has bytes are not read.
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        if line >= self.0.len() {
            self.0.resize(line + 1, State::Empty);
        }
        self.0[line] = state;
    }

    /// Returns the number of the last line.
    pub(crate) fn last(&self) -> u64 {
        self.0.len().saturating_sub(1) as u64
    }

    /// Returns all lines that have a call, with their states, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, State)> + '_ {
        let lines = self.0.iter().enumerate().map(|(line, state)| (line as u64, *state));
        lines.filter(|(_, state)| *state != State::Empty)
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.lines().for_each(|(_, state)| counts.add(state, 1));
        counts
    }
}

/// Counts lines by what became of their calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Executed, with an answer.
    pub succeeded: u64,
    /// Executed, without one.
    pub executed: u64,
    /// Refused by the cloud.
    pub rejected: u64,
    /// Known not to have been executed, and to be made again.
    pub not_executed: u64,
    /// Nobody knows: announced or sent, but without a result that says it.
    pub unknown: u64,
    /// Not made yet.
    pub due: u64,
    /// Left out, for they are wrong.
    pub skipped: u64,
}

impl Counts {
    /// Moves a line from one state to another.
    pub(crate) fn change(&mut self, from: State, to: State) {
        self.add(to, 1);
        self.add(from, -1);
    }

    fn add(&mut self, state: State, by: i64) {
        let count = match state {
            State::Empty => return,
            State::Skipped => &mut self.skipped,
            State::Due => &mut self.due,
            State::Called | State::Ended(Fate::Unknown) => &mut self.unknown,
            State::Ended(Fate::Succeeded) => &mut self.succeeded,
            State::Ended(Fate::Executed) => &mut self.executed,
            State::Ended(Fate::Rejected) => &mut self.rejected,
            State::Ended(Fate::NotExecuted) => &mut self.not_executed,
        };
        *count = count.saturating_add_signed(by);
    }

    /// Returns how many lines there are.
    #[must_use]
    pub fn lines(&self) -> u64 {
        let Self { succeeded, executed, rejected, not_executed, unknown, due, skipped } = self;
        succeeded + executed + rejected + not_executed + unknown + due + skipped
    }

    /// Returns how many calls were executed for certain.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.succeeded + self.executed
    }

    /// Returns whether every line's call was executed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.done() == self.lines()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.succeeded, "succeeded"),
            (self.executed, "executed without a readable answer"),
            (self.rejected, "rejected"),
            (self.not_executed, "not executed"),
            (self.unknown, "unknown"),
            (self.due, "not called yet"),
            (self.skipped, "left out"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .enumerate()
            .filter(|(index, (count, _))| *index == 0 || *count > 0)
            .map(|(_, (count, what))| format!("{count} {what}"))
            .collect();
        f.write_str(&counts.join(", "))
    }
}
