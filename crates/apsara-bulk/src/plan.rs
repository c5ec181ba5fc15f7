//! What a run is about to do, in words.

use std::fmt;
use std::time::Duration;

use apsara_core::{Impact, Quota, Repeat};

use crate::executor::Called;
use crate::fate::Counts;

/// How much longer than the quota's span the runtime's own pacer waits.
const GUARD: Duration = Duration::from_millis(40);

/// Says what a run is about to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// What is called.
    pub called: Called,
    /// What became of the lines so far.
    pub counts: Counts,
    /// How many calls are made at least; more if it is found out that further ones were not executed.
    pub calls: u64,
    /// How many calls are asked about, by the operation that tells.
    pub asks: Option<(u64, String)>,
    /// How many lines stay unknown, for nothing tells what became of them and they are not to be repeated.
    pub left_unknown: u64,
}

impl Plan {
    /// Returns how long the calls take at least, by the quota; nothing where none is known.
    #[must_use]
    pub fn at_least(&self) -> Option<Duration> {
        at_least(self.calls, self.called.quota)
    }
}

/// Returns how long so many calls take at least, by a quota.
pub(crate) fn at_least(calls: u64, quota: Option<Quota>) -> Option<Duration> {
    let quota = quota.filter(|quota| quota.calls > 0)?;
    let spans = calls.saturating_sub(1) / u64::from(quota.calls);
    let span = Duration::from_secs(quota.seconds.into()) + GUARD;
    Some(span.saturating_mul(u32::try_from(spans).unwrap_or(u32::MAX)))
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Called { product, version, operation, target, repeat, impact, quota, .. } = &self.called;
        writeln!(f, "{} of {product} {version} {operation} at {target}", count(self.calls, "call"))?;
        match impact {
            Impact::Interrupt => writeln!(f, "  each interrupts what runs, such as a live stream")?,
            Impact::Change => writeln!(f, "  each changes something")?,
            _ => writeln!(f, "  they only read")?,
        }
        match repeat {
            Repeat::Safe => writeln!(f, "  executing one twice does no harm")?,
            Repeat::WithToken => {
                writeln!(f, "  executing one twice does no harm while the cloud knows its client token")?;
            }
            _ => writeln!(
                f,
                "  executing one twice may do harm: none is repeated unless it is known not to have been executed"
            )?,
        }
        if self.counts.due != self.counts.lines() {
            writeln!(f, "  of {}: {}", count(self.counts.lines(), "line"), self.counts)?;
        }
        if let Some((lines, operation)) = &self.asks {
            writeln!(f, "  what became of {} is asked of {operation} first", count(*lines, "line"))?;
        }
        if self.left_unknown > 0 {
            writeln!(f, "  {} stay unknown: look whether their calls were executed", count(self.left_unknown, "line"))?;
        }
        match (quota, self.at_least()) {
            (Some(Quota { calls, seconds }), Some(Duration::ZERO)) => {
                write!(f, "  the quota of {calls} calls in {seconds} s does not hold it up")
            }
            (Some(Quota { calls, seconds }), Some(least)) => {
                write!(f, "  the quota of {calls} calls in {seconds} s makes it take {} at least", time(least))
            }
            _ => write!(f, "  no quota is known, so the cloud may throttle it"),
        }
    }
}

/// Returns a number with what it counts.
pub(crate) fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns a time in the largest units that matter.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(calls: u64) -> Plan {
        let called = Called::new("live", "2016-11-01", "RestartLivePullToPush", "https://live.aliyuncs.com").with(
            Repeat::Unsafe,
            Impact::Interrupt,
            Some(Quota::per_second(10)),
        );
        let counts = Counts { due: calls, ..Counts::default() };
        Plan { called, counts, calls, asks: None, left_unknown: 0 }
    }

    #[test]
    fn a_plan_says_what_it_interrupts_and_how_long_the_quota_makes_it_take() {
        let text = plan(1000).to_string();
        assert_eq!(
            text,
            "1000 calls of live 2016-11-01 RestartLivePullToPush at https://live.aliyuncs.com\n  \
             each interrupts what runs, such as a live stream\n  \
             executing one twice may do harm: none is repeated unless it is known not to have been executed\n  \
             the quota of 10 calls in 1 s makes it take 1 min 42 s at least"
        );
        assert_eq!(plan(10).at_least(), Some(Duration::ZERO));
        assert_eq!(plan(11).at_least(), Some(Duration::from_millis(1040)));
        assert_eq!(time(Duration::from_secs(7322)), "2 h 2 min");
    }
}
