//! What a server that was away must be told once it is back.

use std::collections::HashMap;
use std::time::Duration;

use apsara_core::pacing::Rule;
use tokio::time::Instant;

/// The lanes of which the server missed something, by their keys.
#[derive(Debug, Default)]
pub(crate) struct Debts(HashMap<String, Debt>);

#[derive(Debug)]
struct Debt {
    rule: Rule,
    /// Whether this process gave grants by itself.
    was_granted: bool,
    /// Until when the cloud asked to be left alone.
    closed_until: Option<Instant>,
}

impl Debts {
    /// Notes that the process gave a grant of its own.
    pub(crate) fn granted(&mut self, lane: &str, rule: Rule) {
        self.of(lane, rule).was_granted = true;
    }

    /// Notes that the cloud asked to be left alone.
    pub(crate) fn closed(&mut self, lane: &str, rule: Rule, until: Instant) {
        let debt = self.of(lane, rule);
        debt.closed_until = debt.closed_until.max(Some(until));
    }

    fn of(&mut self, lane: &str, rule: Rule) -> &mut Debt {
        self.0.entry(lane.to_owned()).or_insert(Debt { rule, was_granted: false, closed_until: None })
    }

    /// Returns the lanes, and for how long each has to be closed: until the last grant that was given without the server is a span ago, for
    /// others may not have noticed yet that it is back, and as long as the cloud asked for.
    pub(crate) fn all(&self) -> Vec<(String, Rule, Duration)> {
        let now = Instant::now();
        let closed = |debt: &Debt| {
            let span = if debt.was_granted { debt.rule.span() } else { Duration::ZERO };
            span.max(debt.closed_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now)))
        };
        self.0.iter().map(|(lane, debt)| (lane.clone(), debt.rule, closed(debt))).collect()
    }

    /// Forgets a lane of which the server has been told.
    pub(crate) fn settled(&mut self, lane: &str) {
        self.0.remove(lane);
    }
}
