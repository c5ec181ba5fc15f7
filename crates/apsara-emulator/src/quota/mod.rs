//! How many calls an account may make of an operation.

mod window;

use std::collections::HashMap;
use std::time::Duration;

use self::window::{Limit, Window};
use crate::refusal::Refusal;

/// Chooses how calls are counted against an operation's quota, which is N calls in W seconds per account.
///
/// All keys, users and roles of an account count together, each operation by itself, by the machine's monotonic clock.
/// Counted is every call whose signature was verified, whatever the operation says to it then; calls that are refused
/// for exceeding the quota are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Quotas {
    /// N calls in each of the windows that begin when the emulator starts and every W seconds after that.
    #[default]
    Fixed,
    /// N calls in any W seconds.
    Sliding,
    /// Any number of calls.
    Off,
}

/// Counts calls against the quotas.
pub(crate) struct Meter {
    quotas: Quotas,
    /// What was set by name, in whatever version.
    set: HashMap<String, Limit>,
    /// What the specs say, by version and operation, as far as it was asked for.
    of_specs: HashMap<(String, String), Option<Limit>>,
    /// By account, version and operation.
    windows: HashMap<(String, String, String), Window>,
}

impl Meter {
    pub(crate) fn new(quotas: Quotas, set: impl IntoIterator<Item = (String, u32, u32)>) -> Self {
        let set = set.into_iter().map(|(operation, calls, seconds)| (operation, Limit::new(calls, seconds)));
        Self { quotas, set: set.collect(), of_specs: HashMap::new(), windows: HashMap::new() }
    }

    /// Counts a call at a time since the start, or refuses it.
    pub(crate) fn admit(
        &mut self,
        account: &str,
        version: &str,
        operation: &str,
        since_start: Duration,
    ) -> Result<(), Refusal> {
        if self.quotas == Quotas::Off {
            return Ok(());
        }
        let Some(limit) = self.limit(version, operation) else {
            return Ok(());
        };
        let key = (account.to_owned(), version.to_owned(), operation.to_owned());
        let window = self.windows.entry(key).or_insert_with(|| Window::new(self.quotas));
        window.admit(limit, since_start).map_err(|wait| Refusal::throttled_user(milliseconds(wait)))
    }

    fn limit(&mut self, version: &str, operation: &str) -> Option<Limit> {
        if let Some(limit) = self.set.get(operation) {
            return Some(*limit);
        }
        let key = (version.to_owned(), operation.to_owned());
        if let Some(known) = self.of_specs.get(&key) {
            return *known;
        }
        // Names that no spec has are not kept: callers could send any number of them.
        let mut versions = apsara_specs::versions().filter(|known| known.version() == version);
        let spec = versions.find_map(|version| version.operation(operation))?;
        let limit = spec.quota().filter(|quota| quota.0 > 0 && quota.1 > 0);
        *self.of_specs.entry(key).or_insert(limit.map(|(calls, seconds)| Limit::new(calls, seconds)))
    }
}

/// Rounds up, so that whoever waits so long does not come too early.
fn milliseconds(wait: Duration) -> u128 {
    wait.as_nanos().div_ceil(1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: &str = "2016-11-01";
    const RESTART: &str = "RestartLivePullToPush";

    /// Admits a call at a millisecond; otherwise tells the milliseconds to wait.
    fn admit(meter: &mut Meter, account: &str, operation: &str, at: u64) -> Result<(), String> {
        meter
            .admit(account, LIVE, operation, Duration::from_millis(at))
            .map_err(|refusal| refusal.headers.into_iter().map(|(name, text)| format!("{name}: {text}")).collect())
    }

    #[test]
    fn the_quota_of_a_spec_holds_per_account_and_operation() {
        let mut meter = Meter::new(Quotas::Fixed, []);
        for _ in 0..10 {
            assert_eq!(admit(&mut meter, "1", RESTART, 2300), Ok(()));
        }
        let refusal = meter.admit("1", LIVE, RESTART, Duration::from_millis(2300)).unwrap_err();
        assert_eq!((refusal.status.as_u16(), refusal.code.as_str()), (400, "Throttling.User"));
        assert_eq!(admit(&mut meter, "1", RESTART, 2300), Err("x-acs-retry-after: 700".to_owned()));
        assert_eq!(admit(&mut meter, "2", RESTART, 2300), Ok(()));
        assert_eq!(admit(&mut meter, "1", "StopLivePullToPush", 2300), Ok(()));
        assert_eq!(admit(&mut meter, "1", RESTART, 3000), Ok(()));
    }

    #[test]
    fn what_is_set_wins_over_the_spec_and_off_over_both() {
        let set = [(RESTART.to_owned(), 2, 60), ("Nameless".to_owned(), 1, 1)];
        let mut meter = Meter::new(Quotas::Fixed, set.clone());
        let wait = |at: u64| Err(format!("x-acs-retry-after: {}", 60_000 - at));
        for (at, expected) in [(0, Ok(())), (1, Ok(())), (2, wait(2)), (59_999, wait(59_999)), (60_000, Ok(()))] {
            assert_eq!(admit(&mut meter, "1", RESTART, at), expected, "{at}");
        }
        assert_eq!(admit(&mut meter, "1", "Nameless", 0), Ok(()));
        assert_eq!(admit(&mut meter, "1", "Nameless", 999), Err("x-acs-retry-after: 1".to_owned()));
        let mut off = Meter::new(Quotas::Off, set);
        for _ in 0..100 {
            assert_eq!(admit(&mut off, "1", RESTART, 0), Ok(()));
        }
    }

    #[test]
    fn names_that_no_spec_has_leave_nothing_behind() {
        let mut meter = Meter::new(Quotas::Sliding, []);
        for number in 0..1000 {
            assert_eq!(admit(&mut meter, "1", &number.to_string(), 0), Ok(()));
        }
        assert!(meter.windows.is_empty() && meter.of_specs.is_empty());
    }

    #[test]
    fn a_fraction_of_a_millisecond_is_a_whole_one() {
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1001)), 2);
        assert_eq!(milliseconds(Duration::from_millis(2)), 2);
    }
}
