//! The grants of one lane that several processes ask for: what was given, and what is promised.

use std::collections::VecDeque;
use std::time::Duration;

use super::lane::GUARD;
use crate::operation::Quota;

/// How many entries the log has at most. Above it, an entry stands for several grants, at the time of the last of them.
pub const LONGEST_LOG: u32 = 1000;

/// How many places are kept that were given back.
pub const MOST_FREE: usize = 100;

/// How long a quota is kept to that is stricter than what is asked for, once nobody asks for it any more.
pub const STRICTER_HOLDS: Duration = super::lane::STRICTER_HOLDS;

/// For how long a lane is closed at most, whatever the cloud asks for.
pub const LONGEST_CLOSURE: Duration = super::lane::LONGEST_CLOSURE;

/// Says what a schedule keeps to: so many calls in so much time, the guard included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How many calls; at least 1.
    pub calls: u32,
    /// In how many microseconds.
    pub span: u64,
    /// By how many microseconds a place may be claimed too late.
    pub late: u64,
    /// How many microseconds before its time a place may be claimed: about as long as a store takes to answer.
    pub early: u64,
}

impl Rule {
    /// Makes the rule of a quota with the guard that [`LocalPacer`](super::LocalPacer) has; nothing where the quota is none.
    #[must_use]
    pub fn of(quota: Option<Quota>) -> Option<Self> {
        Self::with_guard(quota, GUARD)
    }

    /// Makes the rule of a quota with a longer guard. Half of it is for the calls that claim their place too late, half for
    /// what happens to a call on its way.
    #[must_use]
    pub fn with_guard(quota: Option<Quota>, guard: Duration) -> Option<Self> {
        let quota = quota.filter(|quota| quota.calls > 0 && quota.seconds > 0)?;
        let guard = microseconds(guard.max(GUARD));
        Some(Self { calls: quota.calls, span: u64::from(quota.seconds) * 1_000_000 + guard, late: guard / 2, early: 0 })
    }

    /// Returns how many places a process may hold at a time. It is half of a quota, rounded up, so that two processes that want all
    /// of it have every grant promised beforehand, whichever asks faster, and a process that dies costs the others no more than that:
    /// half a span, but the whole of it where the quota is a single call.
    #[must_use]
    pub fn places(&self) -> usize {
        self.calls.div_ceil(2) as usize
    }

    /// Returns how long the span is.
    #[must_use]
    pub fn span(&self) -> Duration {
        Duration::from_micros(self.span)
    }

    /// Returns for how many grants an entry stands, and how many entries there are in a span.
    fn entries(&self) -> (u32, usize) {
        let each = self.calls.div_ceil(LONGEST_LOG);
        (each, (self.calls / each) as usize)
    }

    /// Returns whether it allows less than another.
    fn is_stricter(&self, other: &Self) -> bool {
        let (own, others) =
            (u128::from(self.calls) * u128::from(other.span), u128::from(other.calls) * u128::from(self.span));
        own < others || (own == others && self.calls < other.calls)
    }
}

/// Promises a grant at a time. It has to be claimed then: whether it still holds is known only to who promised it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of which schedule it is: when that began.
    pub epoch: u64,
    /// When its time is, in microseconds of the schedule's clock.
    pub at: u64,
}

/// Answers who asks for a grant. Waits are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is granted, for a moment that is as good as now.
    Granted {
        /// How long it is until then.
        wait: u64,
    },
    /// There is one later.
    Promised {
        /// What to claim it by.
        place: Place,
        /// How long it is until its time.
        wait: u64,
    },
    /// There is none as early as it must be, and nothing was promised.
    Late {
        /// How long it would have been.
        wait: u64,
    },
}

/// Keeps the grants of a lane within a quota, for any number of processes, by the clock of whoever keeps it.
///
/// A pure state: a call takes the first time that is free, now or later, and comes back then to claim it. Times are given out
/// in the order in which they are asked for, each a span after the one that is the quota's calls before it, so that no span
/// holds more, whoever does not come back. All processes of a lane must see the same schedule. It is what `HostPacer` keeps in
/// a file, and the model of what others keep elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When it began; a place of another one is worth nothing.
    pub(super) epoch: u64,
    /// When it was last asked.
    pub(super) seen: u64,
    pub(super) calls: u32,
    pub(super) span: u64,
    /// When its rule was last asked for.
    pub(super) asked: u64,
    pub(super) closed_until: u64,
    /// The times that were given out, in order: no more of them than a span has entries.
    pub(super) log: VecDeque<u64>,
    /// How many grants the last entry stands for.
    pub(super) in_last: u32,
    /// Times that were given out and came back.
    pub(super) free: Vec<u64>,
}

impl Schedule {
    /// Begins a schedule that has granted nothing.
    #[must_use]
    pub fn new(rule: Rule, now: u64) -> Self {
        Self {
            epoch: now,
            seen: now,
            calls: rule.calls,
            span: rule.span,
            asked: now,
            closed_until: 0,
            log: VecDeque::new(),
            in_last: 0,
            free: Vec::new(),
        }
    }

    /// Begins a schedule of which it is not known what was granted before: it grants nothing for a span.
    #[must_use]
    pub fn unknown(rule: Rule, now: u64) -> Self {
        Self { closed_until: now + rule.span, ..Self::new(rule, now) }
    }

    /// Takes a grant, or the place that a call holds, if its time is no more than `patience` microseconds away.
    pub fn take(&mut self, rule: Rule, now: u64, patience: u64, held: Option<Place>) -> Taken {
        self.observe(rule, now);
        if let Some(place) = held
            && place.epoch == self.epoch
            && place.at >= self.closed_until
            && now <= place.at.saturating_add(rule.late)
        {
            return self.answer(rule, now, place.at);
        }
        let open = now.max(self.closed_until);
        self.free.retain(|at| *at >= open);
        let first_free = self.free.iter().copied().min();
        let at = first_free.unwrap_or_else(|| self.next(open));
        if at - now > patience {
            return Taken::Late { wait: at - now };
        }
        match first_free {
            Some(at) => self.free.retain(|free| *free != at),
            None => self.note(at),
        }
        self.answer(rule, now, at)
    }

    /// Gives a place back whose call is no more. It goes to the next that asks; who waits already keeps its own.
    pub fn give_back(&mut self, rule: Rule, now: u64, place: Place) {
        self.observe(rule, now);
        if place.epoch == self.epoch && place.at > now && self.free.len() < MOST_FREE && !self.free.contains(&place.at)
        {
            self.free.push(place.at);
        }
    }

    /// Grants nothing for so many microseconds, two minutes at most. Places of that time are lost.
    pub fn close(&mut self, rule: Rule, now: u64, wait: u64) {
        self.observe(rule, now);
        self.closed_until = self.closed_until.max(now + wait.min(microseconds(LONGEST_CLOSURE)));
    }

    /// Begins anew where what is known cannot be relied on: the clock is another, or the rule.
    fn observe(&mut self, rule: Rule, now: u64) {
        let own = Rule { calls: self.calls, span: self.span, ..rule };
        if now < self.seen {
            *self = Self::unknown(rule, now);
        } else if (rule.calls, rule.span) == (self.calls, self.span) {
            self.asked = now;
        } else if rule.is_stricter(&own) || now > self.asked + microseconds(STRICTER_HOLDS) {
            *self = Self::unknown(rule, now);
        }
        self.seen = now;
    }

    /// Returns the first time from `open` on that nobody was given.
    fn next(&self, open: u64) -> u64 {
        let (each, entries) = self.rule().entries();
        let after_last = self.log.back().map_or(open, |last| open.max(*last));
        if self.in_last < each && !self.log.is_empty() || self.log.len() < entries {
            return after_last;
        }
        self.log.front().map_or(after_last, |first| after_last.max(first + self.span))
    }

    fn note(&mut self, at: u64) {
        let (each, entries) = self.rule().entries();
        if self.in_last < each
            && let Some(last) = self.log.back_mut()
        {
            (*last, self.in_last) = (at, self.in_last + 1);
            return;
        }
        if self.log.len() >= entries {
            self.log.pop_front();
        }
        self.log.push_back(at);
        self.in_last = 1;
    }

    fn answer(&self, rule: Rule, now: u64, at: u64) -> Taken {
        let wait = at.saturating_sub(now);
        match wait <= rule.early {
            true => Taken::Granted { wait },
            false => Taken::Promised { place: Place { epoch: self.epoch, at }, wait },
        }
    }

    fn rule(&self) -> Rule {
        Rule { calls: self.calls, span: self.span, late: 0, early: 0 }
    }
}

/// Returns a time's microseconds, those of 500,000 years at most.
#[must_use]
pub fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).min(u64::MAX >> 10)
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
