//! What a process may grant by itself while the server is away.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use apsara_core::pacing::{LONGEST_CLOSURE, Place, Rule, Schedule, Taken, microseconds};
use tokio::time::Instant;

use crate::debts::Debts;
use crate::store::Outage;

/// A lane's own schedules, one for each outage. They have one clock, so that a place of one outage is none of another.
#[derive(Debug)]
pub(crate) struct Share {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// That of the last outage in which somebody asked, and since when that was.
    current: Option<(Instant, Schedule)>,
    /// Until when the cloud asked to be left alone, whoever counted then.
    closed_until: u64,
}

impl Share {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), state: Mutex::default() }
    }

    /// Takes a grant of the process's own, and notes that the lane has to be closed when the server is back.
    pub(crate) fn take(
        &self,
        (outage, debts): (&Outage, &mut Debts),
        (lane, whole, rule): (&str, Rule, Rule),
        patience: Duration,
        held: Option<Place>,
    ) -> Taken {
        let now = self.now();
        let State { current, closed_until } = &mut *self.state();
        let schedule = match current {
            Some((since, schedule)) if *since == outage.since => schedule,
            _ => {
                // Until a moment ago all of the quota was given by the server: it must be a span ago.
                let begun = microseconds(outage.since.saturating_duration_since(self.start));
                let mut schedule = Schedule::unknown(rule, begun);
                schedule.close(rule, begun, closed_until.saturating_sub(begun));
                &mut current.insert((outage.since, schedule)).1
            }
        };
        let taken = schedule.take(rule, now, microseconds(patience), held);
        if let Taken::Granted { .. } = taken {
            debts.granted(lane, whole);
        }
        taken
    }

    /// Returns whether it knows what the server does not: grants of its own while that is away, or when the next outage may begin to grant.
    pub(crate) fn is_needed(&self, is_reached: bool) -> bool {
        let now = self.now();
        let state = self.state();
        (!is_reached && state.current.is_some()) || state.closed_until > now
    }

    /// Grants nothing for a time.
    pub(crate) fn close(&self, rule: Rule, wait: Duration) {
        let (now, wait) = (self.now(), microseconds(wait.min(LONGEST_CLOSURE)));
        let mut state = self.state();
        state.closed_until = state.closed_until.max(now + wait);
        if let Some((_, schedule)) = &mut state.current {
            schedule.close(rule, now, wait);
        }
    }

    fn now(&self) -> u64 {
        microseconds(self.start.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { calls: 1, span: 1_000_000, late: 20_000, early: 0 };
    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn lost() -> Outage {
        Outage { since: Instant::now(), reason: "it is away".to_owned() }
    }

    fn take(share: &Share, outage: &Outage, held: Option<Place>) -> Taken {
        share.take((outage, &mut Debts::default()), ("lane", RULE, RULE), MS(60_000), held)
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_of_one_outage_is_none_of_the_next() {
        let share = Share::new();
        let Taken::Promised { place, wait } = take(&share, &lost(), None) else { panic!("it was granted at once") };
        assert_eq!(wait, RULE.span, "what the server gave must be a span ago");
        tokio::time::advance(MS(500)).await;
        let next = lost();
        // Of two that ask, one holds a place of before.
        let waits = [Some(place), None].map(|held| match take(&share, &next, held) {
            Taken::Promised { wait, .. } => wait,
            other => panic!("{other:?}"),
        });
        assert_eq!(waits, [RULE.span, 2 * RULE.span]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_cloud_asked_for_holds_in_an_outage_that_begins_later() {
        let share = Share::new();
        share.close(RULE, MS(30_000));
        assert!(share.is_needed(true));
        tokio::time::advance(MS(10_000)).await;
        match take(&share, &lost(), None) {
            Taken::Promised { wait, .. } => assert_eq!(wait, 20_000_000),
            other => panic!("{other:?}"),
        }
        tokio::time::advance(MS(20_000)).await;
        assert!(!share.is_needed(true) && share.is_needed(false));
    }
}
