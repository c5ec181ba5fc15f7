//! How far a run is, and how it ended.

use std::fmt;
use std::time::Duration;

use crate::fate::Counts;
use crate::plan::time;

/// Says how far a run is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// What became of the lines so far.
    pub counts: Counts,
    /// How many calls have ended since the run began, or was resumed.
    pub ended: u64,
    /// How many calls are made in all since then.
    pub calls: u64,
    /// How many calls are under way.
    pub in_flight: usize,
    /// How long it has gone on.
    pub elapsed: Duration,
    /// How long all calls take at least, by the quota; nothing where none is known.
    pub least: Option<Duration>,
}

impl Progress {
    /// Returns how many calls end in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        // Beyond 2^53 calls the rate is not exact.
        #[allow(clippy::cast_precision_loss)]
        let ended = self.ended as f64;
        ended / self.elapsed.as_secs_f64().max(0.001)
    }

    /// Returns how long the rest takes at that rate, and by the quota, of which the first calls use more than those that follow;
    /// nothing before the first call has ended.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let left = self.calls.saturating_sub(self.ended);
        // As above.
        #[allow(clippy::cast_precision_loss)]
        let seconds = left as f64 / self.rate();
        let by_rate = Duration::try_from_secs_f64(seconds).ok()?;
        let by_quota =
            if left > 0 { self.least.unwrap_or_default().saturating_sub(self.elapsed) } else { Duration::ZERO };
        Some(by_rate.max(by_quota))
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { rejected, not_executed, unknown, .. } = self.counts;
        let failed = rejected + not_executed;
        write!(f, "{}/{} calls, {} done", self.ended, self.calls, self.counts.done())?;
        // A call that is under way is no more than that.
        let unknown = unknown.saturating_sub(self.in_flight as u64);
        write!(f, ", {failed} failed, {unknown} unknown, {:.1}/s", self.rate())?;
        self.left().map_or(Ok(()), |left| write!(f, ", {} left", time(left)))
    }
}

/// Says why a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// No call is due any more.
    Complete,
    /// It was stopped; the calls that were under way have ended.
    Drained,
    /// It was stopped at once.
    Stopped,
    /// So many calls in a row failed; the last error says why.
    Failing(u64, String),
}

/// Says what became of the lines, and why the run ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// What became of the lines.
    pub counts: Counts,
    /// Why the run ended.
    pub ended: Ended,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match &self.ended {
            Ended::Complete => "no call is due any more".to_owned(),
            Ended::Drained => "stopped when the calls that were under way had ended".to_owned(),
            Ended::Stopped => "stopped at once".to_owned(),
            Ended::Failing(calls, error) => {
                format!("stopped, for {calls} calls in a row failed, the last one so: {error}")
            }
        };
        write!(f, "{} in {}: {why}", self.counts, time(self.took))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(ended: u64, elapsed: Duration) -> Progress {
        let least = Some(Duration::from_secs(5));
        Progress { counts: Counts::default(), ended, calls: 60, in_flight: 0, elapsed, least }
    }

    #[test]
    fn what_is_left_is_no_less_than_the_quota_makes_it_take() {
        assert_eq!(progress(0, Duration::from_millis(1)).left(), None);
        let burst = progress(10, Duration::from_millis(50)).left();
        assert_eq!(burst, Some(Duration::from_millis(4950)), "ten at once are no rate");
        assert_eq!(progress(30, Duration::from_secs(4)).left(), Some(Duration::from_secs(4)), "it is slower");
        assert_eq!(progress(60, Duration::from_secs(4)).left(), Some(Duration::ZERO));
    }
}
