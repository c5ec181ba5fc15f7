//! How many calls an account may make of an operation.

mod window;

use std::collections::HashMap;
use std::time::Duration;

use self::window::{Limit, Window};
use crate::catalog::Found;
use crate::refusal::Refusal;

/// Chooses how calls are counted against an operation's quota, which is N calls in W seconds per account.
///
/// All keys, users and roles of an account count together, each operation by itself, by the machine's monotonic clock.
/// Counted is every call of a known operation whose signature was verified, whatever the operation says to it then; calls
/// that are refused for exceeding the quota are not.
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
    /// What was set by name, of whatever product.
    set: HashMap<String, Limit>,
    /// By account, product, version and operation.
    windows: HashMap<[String; 4], Window>,
}

impl Meter {
    pub(crate) fn new(quotas: Quotas, set: impl IntoIterator<Item = (String, u32, u32)>) -> Self {
        let set = set.into_iter().map(|(operation, calls, seconds)| (operation, Limit::new(calls, seconds)));
        Self { quotas, set: set.collect(), windows: HashMap::new() }
    }

    /// Counts a call at a time since the start, or refuses it.
    pub(crate) fn admit(&mut self, account: &str, found: &Found<'_>, since_start: Duration) -> Result<(), Refusal> {
        let Found { product, operation, .. } = found;
        let name = operation.name.as_str();
        let of_spec = || operation.quota.map(|(calls, seconds)| Limit::new(calls, seconds));
        let limit = self.set.get(name).copied().or_else(of_spec);
        match limit.filter(|_| self.quotas != Quotas::Off) {
            Some(limit) => self.count([account, product.code(), product.version(), name], limit, since_start),
            None => Ok(()),
        }
    }

    fn count(&mut self, key: [&str; 4], limit: Limit, since_start: Duration) -> Result<(), Refusal> {
        let window = self.windows.entry(key.map(str::to_owned)).or_insert_with(|| Window::new(self.quotas));
        window.admit(limit, since_start).map_err(|wait| Refusal::throttled_user(milliseconds(wait)))
    }
}

/// Rounds up, so that whoever waits so long does not come too early.
fn milliseconds(wait: Duration) -> u128 {
    wait.as_nanos().div_ceil(1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Product;

    const RESTART: &str = "RestartLivePullToPush";

    /// Counts a call of an operation of Live at a millisecond.
    fn try_admit(meter: &mut Meter, account: &str, operation: &str, at: u64) -> Result<(), Refusal> {
        let versions = apsara_specs::versions();
        let live = versions.into_iter().find(|version| version.product() == "live").expect("it ships");
        let product = Product::shipped(live);
        let operation = product.operation(operation).expect("it is one of Live's");
        let found = Found { product: &product, operation, captures: Vec::new() };
        meter.admit(account, &found, Duration::from_millis(at))
    }

    /// The same; of a refusal only the milliseconds to wait.
    fn admit(meter: &mut Meter, account: &str, operation: &str, at: u64) -> Result<(), String> {
        try_admit(meter, account, operation, at)
            .map_err(|refusal| refusal.headers.into_iter().map(|(name, text)| format!("{name}: {text}")).collect())
    }

    #[test]
    fn the_quota_of_a_spec_holds_per_account_and_operation() {
        let mut meter = Meter::new(Quotas::Fixed, []);
        for _ in 0..10 {
            assert_eq!(admit(&mut meter, "1", RESTART, 2300), Ok(()));
        }
        let refusal = try_admit(&mut meter, "1", RESTART, 2300).unwrap_err();
        assert_eq!((refusal.status.as_u16(), refusal.code.as_str()), (400, "Throttling.User"));
        assert_eq!(admit(&mut meter, "1", RESTART, 2300), Err("x-acs-retry-after: 700".to_owned()));
        assert_eq!(admit(&mut meter, "2", RESTART, 2300), Ok(()));
        assert_eq!(admit(&mut meter, "1", "StopLivePullToPush", 2300), Ok(()));
        assert_eq!(admit(&mut meter, "1", RESTART, 3000), Ok(()));
    }

    #[test]
    fn what_is_set_wins_over_the_spec_and_off_over_both() {
        let set = [(RESTART.to_owned(), 2, 60), ("StopLivePullToPush".to_owned(), 1, 1)];
        let mut meter = Meter::new(Quotas::Fixed, set.clone());
        let wait = |at: u64| Err(format!("x-acs-retry-after: {}", 60_000 - at));
        for (at, expected) in [(0, Ok(())), (1, Ok(())), (2, wait(2)), (59_999, wait(59_999)), (60_000, Ok(()))] {
            assert_eq!(admit(&mut meter, "1", RESTART, at), expected, "{at}");
        }
        assert_eq!(admit(&mut meter, "1", "StopLivePullToPush", 0), Ok(()));
        assert_eq!(admit(&mut meter, "1", "StopLivePullToPush", 999), Err("x-acs-retry-after: 1".to_owned()));
        let mut off = Meter::new(Quotas::Off, set);
        for _ in 0..100 {
            assert_eq!(admit(&mut off, "1", RESTART, 0), Ok(()));
        }
    }

    #[test]
    fn a_fraction_of_a_millisecond_is_a_whole_one() {
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1001)), 2);
        assert_eq!(milliseconds(Duration::from_millis(2)), 2);
    }
}
