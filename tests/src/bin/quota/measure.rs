//! What is counted in a run, and what it must be.

use apsara_emulator::Emulator;
use apsara_tests::{Worker, most_within};

/// Microseconds of a second.
const SECOND: u64 = 1_000_000;

/// What a run came to.
pub(crate) struct Measured {
    pub(crate) grants: usize,
    /// How many grants were in the fullest second, by the store's clock.
    pub(crate) most: usize,
    /// What part of the quota was used from the second second on.
    pub(crate) used: f64,
    /// What the process with the fewest grants had, of an equal share.
    pub(crate) least: f64,
    pub(crate) throttled: usize,
}

impl Measured {
    pub(crate) fn of(times: &[u64], seconds: u64, workers: &[Worker], emulator: &Emulator) -> Self {
        let begin = times.first().map_or(0, |first| first + 2 * SECOND);
        let end = times.first().map_or(0, |first| first + seconds * SECOND);
        let used = times.iter().filter(|time| (begin..end).contains(time)).count();
        let granted: Vec<usize> = workers.iter().map(|worker| worker.count("granted")).collect();
        let least = granted.iter().copied().min().unwrap_or(0) * workers.len();
        Self {
            grants: times.len(),
            most: most_within(times, SECOND),
            used: used as f64 / (10 * (seconds - 2)) as f64,
            least: least as f64 / granted.iter().sum::<usize>().max(1) as f64,
            throttled: throttled(emulator),
        }
    }

    /// Prints the run's line, and returns what is not as it must be.
    pub(crate) fn judge(&self, name: &str) -> Vec<String> {
        let Self { grants, most, used, least, throttled } = self;
        let (used, least) = (used * 100.0, least * 100.0);
        println!(
            "{name}: {grants} grants, {most} in the fullest second, {used:.1} % used, \
             least share {least:.0} % of an equal one, {throttled} throttled"
        );
        let checks = [
            (*most <= 10, format!("{name}: {most} grants in one second")),
            (used >= 95.0, format!("{name}: only {used:.1} % of the quota was used")),
            (least >= 50.0, format!("{name}: one process had {least:.0} % of an equal share")),
            (*throttled == 0, format!("{name}: {throttled} calls were throttled")),
        ];
        checks.into_iter().filter(|(holds, _)| !holds).map(|(_, failure)| failure).collect()
    }
}

/// Counts the calls that the emulator throttled.
pub(crate) fn throttled(emulator: &Emulator) -> usize {
    emulator.with_ledger(|entries| {
        entries.iter().filter(|entry| entry.code.as_deref().is_some_and(|code| code.starts_with("Throttling"))).count()
    })
}
