//! When a call is tried again, and how long that waits.

mod budget;
mod cause;

use std::time::Duration;

pub(crate) use self::budget::Budget;
pub(crate) use self::cause::Cause;

/// Says how often a call is tried, and how long it waits in between.
///
/// Whether a failure may be tried again at all is not a matter of taste, and not set here. It is where the call was not executed for
/// a reason that passes: no connection, a quota (but not `Throttling.Api.Risk` and `Throttling.Resource`, which last), a clock that is
/// corrected, a token that is renewed. After anything unclear, and where another call is in its way (`LastTokenProcessing`,
/// `OperationConflict`), it is only if the operation's `repeat` allows executing it twice. Any other refusal is final.
///
/// Waits grow from attempt to attempt and are drawn at random from nothing up to that much ("full jitter"), so that clients that
/// failed together do not come back together. If the cloud says how long to wait, it is at least that. A wait that would reach
/// beyond the deadline is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl Retry {
    /// Tries a call three times at most, with waits of up to 100 ms, 200 ms and so on, and of 20 s at the most.
    pub const fn new() -> Self {
        Self { attempts: 3, first_wait: Duration::from_millis(100), longest_wait: Duration::from_secs(20) }
    }

    /// Tries a call once.
    pub const fn never() -> Self {
        Self { attempts: 1, ..Self::new() }
    }

    /// Sets how often a call is tried, the first time included; 0 counts as once.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets the longest wait before the second attempt, and before any; each doubles the one before it. A throttled call waits
    /// five times as long. Neither is longer than a day.
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        self.first_wait = first.min(DAY);
        self.longest_wait = longest.min(DAY);
        self
    }

    pub(crate) fn allows_another(&self, attempts: u32) -> bool {
        attempts < self.attempts
    }

    /// Returns the wait after so many attempts, given a random share from 0 to 1 and how long the cloud asks to wait.
    pub(crate) fn wait(&self, cause: Cause, attempts: u32, share: f64, asked: Option<Duration>) -> Duration {
        let doubled = |first: Duration| first.saturating_mul(2u32.saturating_pow(attempts.saturating_sub(1)));
        let most = match cause {
            // What was wrong is mended already.
            Cause::Skew(_) | Cause::ExpiredToken => return Duration::ZERO,
            Cause::Throttled | Cause::Busy => doubled(self.first_wait.saturating_mul(5)),
            Cause::NotSent | Cause::Repeatable => doubled(self.first_wait),
        };
        if let Some(asked) = asked {
            // Everybody is told the same, so that a little is added at random.
            return asked.saturating_add(self.first_wait.mul_f64(share));
        }
        most.min(self.longest_wait).mul_f64(share)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a random number from 0 to 1.
pub(crate) fn share() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn waits_double_up_to_the_longest_and_are_drawn_from_nothing() {
        let retry = Retry::new();
        let longest = |attempts| retry.wait(Cause::NotSent, attempts, 1.0, None);
        assert_eq!([1, 2, 3, 4].map(longest), [MS(100), MS(200), MS(400), MS(800)]);
        assert_eq!(longest(40), Duration::from_secs(20));
        assert_eq!(retry.wait(Cause::NotSent, 3, 0.0, None), Duration::ZERO);
        assert_eq!(retry.wait(Cause::Repeatable, 1, 0.5, None), MS(50));
    }

    #[test]
    fn a_throttled_call_waits_as_long_as_the_cloud_asks_or_else_longer_than_others() {
        let retry = Retry::new();
        assert_eq!(retry.wait(Cause::Throttled, 1, 1.0, None), MS(500));
        for cause in [Cause::Throttled, Cause::Busy, Cause::Repeatable] {
            assert_eq!(retry.wait(cause, 1, 0.0, Some(MS(700))), MS(700));
            assert_eq!(retry.wait(cause, 1, 1.0, Some(MS(60_000))), MS(60_100));
        }
    }

    #[test]
    fn what_was_mended_is_tried_at_once() {
        assert_eq!(Retry::new().wait(Cause::Skew(900), 1, 1.0, Some(MS(700))), Duration::ZERO);
        assert_eq!(Retry::new().wait(Cause::ExpiredToken, 2, 1.0, None), Duration::ZERO);
    }

    #[test]
    fn a_call_is_tried_at_least_once() {
        assert!(!Retry::never().allows_another(1));
        assert!(!Retry::new().attempts(0).allows_another(1));
        assert!(Retry::new().allows_another(2) && !Retry::new().allows_another(3));
    }
}
