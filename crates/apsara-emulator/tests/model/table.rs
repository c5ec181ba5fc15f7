//! The table of transitions, read from its file.

use apsara_emulator::{Choice, Rules};

const TEXT: &str = include_str!("transitions.txt");

/// The states of the table; `gone` is none of a task.
pub(crate) const STATES: [&str; 5] = ["Idle", "Running", "Recovering", "Offline", "Exit"];

/// One row, as it holds under some rules.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line it stands in.
    pub(crate) line: usize,
    from: Vec<&'static str>,
    pub(crate) events: Vec<&'static str>,
    pub(crate) answer: &'static str,
    to: &'static str,
    pub(crate) then: Vec<&'static str>,
}

impl Row {
    /// The state that follows, if it is another one.
    pub(crate) fn to(&self) -> Option<&'static str> {
        (self.to != "=").then_some(self.to)
    }

    pub(crate) fn does(&self, what: &str) -> bool {
        self.then.contains(&what)
    }

    /// What stands behind a word and `=`.
    pub(crate) fn value(&self, word: &str) -> Option<&'static str> {
        self.then.iter().find_map(|then| then.strip_prefix(word)?.strip_prefix('='))
    }
}

/// The rows that hold under some rules.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new(rules: &Rules) -> Self {
        let lines = TEXT.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let rows = lines.filter_map(|(at, line)| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().unwrap_or_else(|| panic!("line {} of the table is too short", at + 1));
            let (from, events, condition) = (word(), word(), word());
            let (answer, to, then) = (word(), word(), word());
            assert!(words.next().is_some(), "line {} of the table has no mark", at + 1);
            let from = if from == "any" { STATES.to_vec() } else { from.split(',').collect() };
            let row = Row {
                line: at + 1,
                from,
                events: events.split(',').collect(),
                answer,
                to,
                then: then.split(',').collect(),
            };
            holds(condition, rules).then_some(row)
        });
        Self { rows: rows.collect() }
    }

    /// Finds the one row for an event in a state.
    pub(crate) fn find(&self, from: &str, event: &str) -> Option<&Row> {
        let mut fits = self.rows.iter().filter(|row| row.from.contains(&from) && row.events.contains(&event));
        let row = fits.next();
        assert!(fits.next().is_none(), "the table has two rows for {event} in {from}");
        row
    }
}

fn holds(condition: &str, rules: &Rules) -> bool {
    condition == "-" || condition.split('|').any(|name| has(rules, name))
}

/// Whether the rules make a choice, which must be one of theirs.
pub(crate) fn has(rules: &Rules, name: &str) -> bool {
    let choice = Choice::all().find(|choice| choice.name() == name);
    rules.has(choice.unwrap_or_else(|| panic!("there is no choice {name}")))
}
