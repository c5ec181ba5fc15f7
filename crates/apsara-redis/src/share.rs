//! What a process may grant by itself while the server is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use apsara_core::pacing::{Place, Rule, Schedule, Taken, microseconds};
use tokio::time::Instant;

use crate::store::Outage;

/// A lane's own schedule, one for each outage.
#[derive(Debug, Default)]
pub(crate) struct Share {
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    since: Instant,
    schedule: Schedule,
}

impl Share {
    /// Takes a grant of the process's own, and notes that the lane has to be closed when the server is back.
    pub(crate) fn take(
        &self,
        (outage, debts): (&Outage, &mut HashMap<String, Rule>),
        (lane, whole, rule): (&str, Rule, Rule),
        patience: Duration,
        held: Option<Place>,
    ) -> Taken {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|current| current.since != outage.since) {
            // Until a moment ago all of the quota was given by the server: it must be a span ago.
            *current = Some(Current { since: outage.since, schedule: Schedule::unknown(rule, 0) });
        }
        let Some(Current { since, schedule }) = &mut *current else { return Taken::Late { wait: 0 } };
        let taken = schedule.take(rule, microseconds(since.elapsed()), microseconds(patience), held);
        if let Taken::Granted { .. } = taken
            && !debts.contains_key(lane)
        {
            debts.insert(lane.to_owned(), whole);
        }
        taken
    }

    /// Returns whether grants of the process's own may have been taken here.
    pub(crate) fn was_used(&self) -> bool {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Grants nothing for a time.
    pub(crate) fn close(&self, rule: Rule, wait: Duration) {
        if let Some(Current { since, schedule }) = &mut *self.current.lock().unwrap_or_else(PoisonError::into_inner) {
            schedule.close(rule, microseconds(since.elapsed()), microseconds(wait));
        }
    }
}
