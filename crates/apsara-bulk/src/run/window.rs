//! How many calls are under way at a time: as many as fill the quota, and hardly more, for what became of those is not known when
//! the program is killed.

use std::time::Duration;

use apsara_core::Quota;

/// How many calls are under way at most, where nothing else is said.
const MOST: usize = 64;
/// How many are under way where no quota says how many are needed.
const WITHOUT_QUOTA: usize = 8;
/// How long a call is taken to last before the first has ended.
const FIRST: Duration = Duration::from_millis(200);
/// The share of the newest call in the mean.
const NEWEST: f64 = 0.2;

#[derive(Debug)]
pub(super) struct Window {
    given: Option<usize>,
    /// Calls per second.
    rate: Option<f64>,
    /// How long a call takes once it has its grant, in seconds, in the mean of the last ones.
    latency: f64,
}

impl Window {
    pub(super) fn new(given: Option<usize>, quota: Option<Quota>) -> Self {
        let quota = quota.filter(|quota| quota.seconds > 0);
        let rate = quota.map(|quota| f64::from(quota.calls) / f64::from(quota.seconds));
        Self { given, rate, latency: FIRST.as_secs_f64() }
    }

    /// Hears how long a call took once it had its grant.
    pub(super) fn ended(&mut self, took: Duration) {
        self.latency += (took.as_secs_f64() - self.latency) * NEWEST;
    }

    /// Returns how many calls may be under way.
    pub(super) fn size(&self) -> usize {
        let Some(rate) = self.rate.filter(|_| self.given.is_none()) else {
            return self.given.unwrap_or(WITHOUT_QUOTA).max(1);
        };
        // One more waits for its grant, so that none is lost between two calls.
        let filling = (rate * self.latency).ceil().min(1e6) as usize + 1;
        filling.min(MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_calls_are_under_way_as_fill_the_quota() {
        let mut window = Window::new(None, Some(Quota::per_second(10)));
        assert_eq!(window.size(), 3);
        for _ in 0..50 {
            window.ended(Duration::from_millis(20));
        }
        assert_eq!(window.size(), 2);
        for _ in 0..50 {
            window.ended(Duration::from_millis(1950));
        }
        assert_eq!(window.size(), 21);
        for _ in 0..50 {
            window.ended(Duration::from_secs(60));
        }
        assert_eq!(window.size(), MOST);
    }

    #[test]
    fn a_number_that_is_given_holds_and_without_a_quota_there_is_a_fixed_one() {
        let mut window = Window::new(Some(5), Some(Quota::per_second(1000)));
        window.ended(Duration::from_secs(60));
        assert_eq!((window.size(), Window::new(Some(0), None).size()), (5, 1));
        assert_eq!(Window::new(None, None).size(), WITHOUT_QUOTA);
    }
}
