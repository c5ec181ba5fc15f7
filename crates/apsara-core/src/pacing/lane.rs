//! The grants of one account and operation: a log of the last ones, and a queue.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::PacingError;
use crate::operation::Quota;

/// How much longer than the quota's span the log looks back. Calls do not take equally long to arrive: without it, the last of
/// one span and the first of the next could meet in one span of the cloud's clock. It costs 4 % of a quota per second.
pub(super) const GUARD: Duration = Duration::from_millis(40);

/// The longest that a lane is closed for one answer, as long as the official SDKs wait at most: whatever an answer says, the
/// cloud is asked again.
pub(super) const LONGEST_CLOSURE: Duration = Duration::from_secs(120);

/// How long a quota is kept to that is stricter than what is asked for, once nobody asks for it any more.
pub(super) const STRICTER_HOLDS: Duration = Duration::from_secs(60);

/// Grants calls in the order in which they asked.
#[derive(Debug)]
pub(super) struct LaneState {
    log: Mutex<Log>,
    /// Who holds it is next; tokio's is fair.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
}

/// When the last grants were given, as many as the quota allows in its span.
#[derive(Debug)]
struct Log {
    begun: Instant,
    quota: Option<Quota>,
    /// When that quota was asked for last.
    asked: Option<Instant>,
    grants: VecDeque<Instant>,
    closed_until: Option<Instant>,
}

impl LaneState {
    pub(super) fn new(quota: Option<Quota>) -> Self {
        let now = Instant::now();
        let mut log = Log { begun: now, quota: None, asked: None, grants: VecDeque::new(), closed_until: None };
        log.keep_to(quota, now);
        Self { log: Mutex::new(log), turn: tokio::sync::Mutex::new(()), waiting: AtomicUsize::new(0) }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grants a call of a quota if there is room and nobody waits.
    pub(super) fn try_acquire(&self, quota: Option<Quota>) -> bool {
        // Under the log's lock: who begins to wait after this looked finds its grant noted there.
        let mut log = self.log();
        let now = Instant::now();
        log.keep_to(quota, now);
        self.waiting.load(Ordering::Relaxed) == 0 && log.try_grant(now).is_ok()
    }

    /// Waits for a grant of a quota. Dropped while it waits, it leaves nothing behind.
    pub(super) async fn acquire(&self, quota: Option<Quota>, deadline: Instant) -> Result<(), PacingError> {
        let waiting = Waiting::new(&self.waiting);
        {
            let mut log = self.log();
            let now = Instant::now();
            log.keep_to(quota, now);
            if log.earliest(waiting.ahead, now) > deadline {
                return Err(PacingError::Late);
            }
        }
        let granted = async {
            let _turn = self.turn.lock().await;
            loop {
                let granted = {
                    let mut log = self.log();
                    let now = Instant::now();
                    // Whoever wakes too late, on a machine that stood still, has no use for a grant that others have.
                    if now > deadline {
                        return Err(PacingError::Late);
                    }
                    log.try_grant(now)
                };
                match granted {
                    Ok(()) => return Ok(()),
                    // It was closed in the meantime: those behind it need not wait for its deadline.
                    Err(free) if free > deadline => return Err(PacingError::Late),
                    Err(free) => sleep_until(free).await,
                }
            }
        };
        timeout_at(deadline, granted).await.unwrap_or(Err(PacingError::Late))
    }

    /// Returns whether it is as one that was just opened: no grant counts any more, it is not closed, and its quota is asked for by nobody.
    pub(super) fn is_idle(&self) -> bool {
        let (log, now) = (self.log(), Instant::now());
        let counts = |grant: &Instant| log.quota.is_some_and(|quota| *grant + span(quota) > now);
        let is_asked_for = log.asked.is_some_and(|asked| asked + STRICTER_HOLDS > now);
        let is_closed = log.closed_until.is_some_and(|until| until > now);
        !is_asked_for && !is_closed && !log.grants.back().is_some_and(counts)
    }

    pub(super) fn close(&self, wait: Duration) {
        let mut log = self.log();
        let until = Instant::now() + wait.min(LONGEST_CLOSURE);
        log.closed_until = Some(log.closed_until.map_or(until, |closed| closed.max(until)));
    }
}

impl Log {
    /// Keeps to a quota that is asked for: at once if it is stricter than the one before, else when nobody asks for that any more.
    fn keep_to(&mut self, quota: Option<Quota>, now: Instant) {
        // A quota of no calls or no time is none that could be kept to.
        let Some(quota) = quota.filter(|quota| quota.calls > 0 && quota.seconds > 0) else { return };
        if let (Some(own), Some(asked)) = (self.quota, self.asked)
            && own != quota
        {
            if !is_stricter(quota, own) && now < asked + STRICTER_HOLDS {
                return;
            }
            let more = self.grants.len().saturating_sub(quota.calls as usize);
            self.grants.drain(..more);
            self.remember(own, quota, now);
        }
        self.quota = Some(quota);
        self.asked = Some(now);
    }

    /// Makes up for grants of a quota that may count in another's longer span and are forgotten: there were as many as could be.
    fn remember(&mut self, own: Quota, quota: Quota, now: Instant) {
        if quota.seconds <= own.seconds {
            return;
        }
        let looked_at = span(quota).min(now.saturating_duration_since(self.begun));
        let spans = looked_at.as_nanos().div_ceil(span(own).as_nanos());
        let possible = spans.saturating_mul(own.calls.into()).min(quota.calls.into());
        let missing = usize::try_from(possible).unwrap_or(usize::MAX).saturating_sub(self.grants.len());
        let at = self.grants.front().copied().unwrap_or(now);
        for _ in 0..missing {
            self.grants.push_front(at);
        }
    }

    /// Notes a grant, or says when there is room for one.
    fn try_grant(&mut self, now: Instant) -> Result<(), Instant> {
        let free = self.earliest(0, now);
        if free > now {
            return Err(free);
        }
        self.closed_until = None;
        if let Some(quota) = self.quota {
            while self.grants.len() >= quota.calls as usize {
                self.grants.pop_front();
            }
            self.grants.push_back(now);
        }
        Ok(())
    }

    /// Returns when a call with so many ahead of it can be granted at the earliest.
    fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let open = self.closed_until.map_or(now, |closed| closed.max(now));
        let Some(quota) = self.quota else { return open };
        let calls = quota.calls as usize;
        let span = span(quota);
        // With those ahead granted as early as can be, every call follows the one that is `calls` before it by a span.
        let place = self.grants.len() + ahead;
        let spans = u32::try_from(place / calls).unwrap_or(u32::MAX);
        match self.grants.get(place % calls) {
            // There are as many as `calls` then, so that there is a span at least.
            Some(granted) => open.max(*granted + span) + span.saturating_mul(spans - 1),
            None => open + span.saturating_mul(spans),
        }
    }
}

/// Returns how long the log looks back for a quota.
fn span(quota: Quota) -> Duration {
    Duration::from_secs(quota.seconds.into()) + GUARD
}

/// Returns whether a quota allows less than another.
fn is_stricter(one: Quota, other: Quota) -> bool {
    let calls = |one: Quota, other: Quota| u64::from(one.calls) * u64::from(other.seconds);
    (calls(one, other), one.calls) < (calls(other, one), other.calls)
}

/// Counts a waiting call as long as it waits.
pub(super) struct Waiting<'a> {
    count: &'a AtomicUsize,
    pub(super) ahead: usize,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(count: &'a AtomicUsize) -> Self {
        Self { count, ahead: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_of_two_quotas_allows_less_or_as_much_in_smaller_parts() {
        for (stricter, other) in [((9, 10), (1, 1)), ((2, 1), (10, 1)), ((1, 1), (10, 10))] {
            let [stricter, other] = [stricter, other].map(|(calls, seconds)| Quota { calls, seconds });
            assert!(is_stricter(stricter, other), "{stricter:?} {other:?}");
            assert!(!is_stricter(other, stricter), "{stricter:?} {other:?}");
        }
    }
}
