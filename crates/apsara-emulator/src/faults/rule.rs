//! Which calls a fault is for.

use std::ops::{Bound, RangeBounds};

use super::Fault;
use crate::split_mix::SplitMix64;

/// Says which calls meet a fault: every one, unless it is narrowed down.
#[derive(Debug, Clone)]
#[must_use]
pub struct FaultRule {
    pub(crate) fault: Fault,
    pub(crate) operation: Option<String>,
    pub(crate) calls: (Bound<u64>, Bound<u64>),
    pub(crate) probability: Option<f64>,
}

impl FaultRule {
    /// Lets every call meet the fault.
    ///
    /// # Panics
    ///
    /// Panics if the fault has a status that it cannot go out with: [`Fault::ServerError`] any but 500 to 599,
    /// [`Fault::Refuse`] and [`Fault::Throttle`] any but 400 to 599.
    pub fn new(fault: Fault) -> Self {
        let status = match &fault {
            Fault::Refuse { status, .. } | Fault::Throttle { status, .. } => Some((*status, 400)),
            Fault::ServerError { status, .. } => Some((*status, 500)),
            _ => None,
        };
        if let Some((status, least)) = status {
            assert!((least..600).contains(&status), "the status of the fault is {status}, not from {least} to 599");
        }
        Self { fault, operation: None, calls: (Bound::Unbounded, Bound::Unbounded), probability: None }
    }

    /// Lets only calls of this operation match, such as `RestartLivePullToPush`.
    ///
    /// Nobody looks whether there is such an operation: [`Faults::injected`](super::Faults::injected) says what became of a rule.
    pub fn operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Lets only the n-th call match, where 1 is the first one after the rule was added.
    ///
    /// Counted are the requests that name the operation (all requests, if the rule names none), whatever becomes of them
    /// and whichever rule they meet.
    ///
    /// # Panics
    ///
    /// Panics if `n` is 0.
    pub fn on_call(self, n: u64) -> Self {
        assert!(n > 0, "calls are counted from 1");
        self.on_calls(n..=n)
    }

    /// Lets only the calls in this range match, counted as by [`on_call`](Self::on_call).
    pub fn on_calls(mut self, calls: impl RangeBounds<u64>) -> Self {
        self.calls = (calls.start_bound().cloned(), calls.end_bound().cloned());
        self
    }

    /// Lets a call that matches otherwise meet the fault with this probability only.
    ///
    /// What is drawn follows from the seed ([`EmulatorBuilder::fault_seed`](crate::EmulatorBuilder::fault_seed)), from how
    /// many rules were added before, and from the number of the call, and from nothing else.
    ///
    /// # Panics
    ///
    /// Panics if `p` is not from 0 to 1.
    pub fn with_probability(mut self, p: f64) -> Self {
        assert!((0.0..=1.0).contains(&p), "a probability is from 0 to 1, and {p} is not");
        self.probability = Some(p);
        self
    }
}

/// A rule at work: it counts, and draws.
pub(super) struct ActiveRule {
    rule: FaultRule,
    seen: u64,
    draws: SplitMix64,
}

impl ActiveRule {
    pub(super) fn new(rule: FaultRule, seed: u64, place: u64) -> Self {
        // One step of another generator tells rules apart whose places are neighbours.
        let seed = seed ^ SplitMix64(place).next();
        Self { rule, seen: 0, draws: SplitMix64(seed) }
    }

    /// The rule, and how many calls it has counted.
    pub(super) fn shown(&self) -> (FaultRule, u64) {
        (self.rule.clone(), self.seen)
    }

    pub(super) fn fault(&self) -> &Fault {
        &self.rule.fault
    }

    /// Counts a call and tells whether it meets the fault.
    pub(super) fn matches(&mut self, operation: &str, has_temporary_key: bool) -> bool {
        if self.rule.operation.as_deref().is_some_and(|name| name != operation) {
            return false;
        }
        if self.rule.fault == Fault::ExpiredToken && !has_temporary_key {
            return false;
        }
        self.seen += 1;
        let drawn = self.draws.next_fraction();
        self.rule.calls.contains(&self.seen) && self.rule.probability.is_none_or(|probability| drawn < probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rule: FaultRule, seed: u64, place: u64) -> Vec<u64> {
        let mut active = ActiveRule::new(rule, seed, place);
        (1..=1000).filter(|_| active.matches("A", false)).collect()
    }

    #[test]
    fn calls_are_counted_per_operation_from_one() {
        let rule = FaultRule::new(Fault::Truncate).operation("A").on_calls(2..4);
        let mut active = ActiveRule::new(rule, 0, 0);
        let matched: Vec<_> =
            ["A", "B", "A", "B", "A", "A"].iter().map(|operation| active.matches(operation, false)).collect();
        assert_eq!(matched, [false, false, true, false, true, false]);
        assert_eq!(hits(FaultRule::new(Fault::Truncate).on_call(7), 0, 0), [7]);
    }

    #[test]
    fn draws_follow_from_the_seed_and_the_place_alone() {
        let rule = || FaultRule::new(Fault::Truncate).with_probability(0.3);
        assert_eq!(hits(rule(), 5, 1), hits(rule(), 5, 1));
        assert_ne!(hits(rule(), 5, 1), hits(rule(), 6, 1));
        assert_ne!(hits(rule(), 5, 1), hits(rule(), 5, 2));
        let count = hits(rule(), 5, 1).len();
        assert!((250..350).contains(&count), "{count}");
        assert_eq!(hits(FaultRule::new(Fault::Truncate).with_probability(0.0), 5, 1), Vec::<u64>::new());
        assert_eq!(hits(FaultRule::new(Fault::Truncate).with_probability(1.0), 5, 1).len(), 1000);
    }

    #[test]
    fn an_expired_token_is_for_temporary_keys_only() {
        let mut active = ActiveRule::new(FaultRule::new(Fault::ExpiredToken).on_call(1), 0, 0);
        assert!(!active.matches("A", false));
        assert!(active.matches("A", true));
    }

    #[test]
    #[should_panic(expected = "the status of the fault is 200, not from 500 to 599")]
    fn a_status_that_is_no_failure_is_refused() {
        let code = "InternalError".to_owned();
        let _ = FaultRule::new(Fault::ServerError { status: 200, code, shaped: true, executed: true });
    }
}
