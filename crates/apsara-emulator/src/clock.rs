//! The clocks that checks and relay tasks read.

mod text;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub(crate) use self::text::{format_http_date, format_precise, format_utc, parse_http_date, parse_utc};

/// Tells the emulator's time, which a test can move or hold still.
///
/// A clock either runs, as real time plus an offset, or is frozen. Clones share the same time, so a test can keep one
/// and move the emulator with it. States that depend on time are worked out when somebody looks; only callbacks wait for
/// the time of what they tell.
#[derive(Clone)]
pub struct Clock {
    reading: Arc<Mutex<Reading>>,
    moved: Arc<watch::Sender<()>>,
}

/// What a clock goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reading {
    Running { offset: SignedDuration },
    Frozen { at: Timestamp },
}

impl Reading {
    fn now(self) -> Timestamp {
        match self {
            Self::Running { offset } => Timestamp::now().saturating_add(offset).unwrap_or(Timestamp::MAX),
            Self::Frozen { at } => at,
        }
    }
}

impl Clock {
    /// Runs with the machine's own clock until it is moved.
    #[must_use]
    pub fn system() -> Self {
        Self::from_reading(Reading::Running { offset: SignedDuration::ZERO })
    }

    /// Stands still at a time such as `2026-01-01T00:00:00Z`.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a UTC time written as `yyyy-MM-ddTHH:mm:ssZ`.
    pub fn frozen_at(time: &str) -> Result<Self, InvalidTime> {
        let at = parse_utc(time).ok_or_else(|| InvalidTime(time.to_owned()))?;
        Ok(Self::from_reading(Reading::Frozen { at }))
    }

    fn from_reading(reading: Reading) -> Self {
        Self { reading: Arc::new(Mutex::new(reading)), moved: Arc::new(watch::Sender::new(())) }
    }

    /// Tells the time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.with_reading(|reading| reading.now())
    }

    /// Moves the time forward, whether the clock runs or is frozen.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.change(|reading| match reading {
            Reading::Running { offset } => *offset = offset.saturating_add(by),
            Reading::Frozen { at } => *at = at.saturating_add(by).unwrap_or(Timestamp::MAX),
        });
    }

    /// Holds the clock still at the time it shows.
    pub fn freeze(&self) {
        self.change(|reading| *reading = Reading::Frozen { at: reading.now() });
    }

    /// Lets a frozen clock run again, from the time it shows.
    pub fn resume(&self) {
        self.change(|reading| *reading = Reading::Running { offset: reading.now().duration_since(Timestamp::now()) });
    }

    /// Sets the time, forward or back; a running clock runs on from there.
    ///
    /// Going back does not undo what a task has already been seen to do; a temporary key that had ended serves again until its end.
    ///
    /// # Errors
    ///
    /// Fails if the text is not a UTC time written as `yyyy-MM-ddTHH:mm:ssZ`; the clock then stays as it is.
    pub fn set(&self, time: &str) -> Result<(), InvalidTime> {
        let to = parse_utc(time).ok_or_else(|| InvalidTime(time.to_owned()))?;
        self.change(|reading| {
            *reading = match reading {
                Reading::Running { .. } => Reading::Running { offset: to.duration_since(Timestamp::now()) },
                Reading::Frozen { .. } => Reading::Frozen { at: to },
            };
        });
        Ok(())
    }

    /// Tells whenever somebody moves, freezes or resumes the clock.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// How long a running clock takes until a time; nothing if it stands still.
    pub(crate) fn real_time_until(&self, time: Timestamp) -> Option<Duration> {
        self.with_reading(|reading| match reading {
            Reading::Running { .. } => Some(time.duration_since(reading.now()).try_into().unwrap_or_default()),
            Reading::Frozen { .. } => None,
        })
    }

    /// Tells what it goes by.
    pub(crate) fn reading(&self) -> Reading {
        self.with_reading(|reading| *reading)
    }

    /// Lets it go by what it went by before.
    pub(crate) fn restore(&self, earlier: Reading) {
        self.change(|reading| *reading = earlier);
    }

    /// Whether it is the very same clock.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reading, &other.reading)
    }

    fn change(&self, change: impl FnOnce(&mut Reading)) {
        self.with_reading(change);
        self.moved.send_replace(());
    }

    fn with_reading<T>(&self, read: impl FnOnce(&mut Reading) -> T) -> T {
        read(&mut self.reading.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The two clocks of an emulator, and what they went by at its start.
pub(crate) struct Clocks {
    /// The clock of relay tasks and of temporary keys.
    pub(crate) world: Clock,
    /// The clock of the gateway.
    pub(crate) gateway: Clock,
    initial: [Reading; 2],
}

impl Clocks {
    pub(crate) fn new(world: Clock, gateway: Clock) -> Self {
        let initial = [world.reading(), gateway.reading()];
        Self { world, gateway, initial }
    }

    /// Lets both clocks go by what they went by at the start.
    pub(crate) fn reset(&self) {
        let [world, gateway] = self.initial;
        self.world.restore(world);
        self.gateway.restore(gateway);
    }
}

/// One reading of all clocks, which answers a whole request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// The time of relay tasks and of temporary keys.
    pub(crate) world: Timestamp,
    /// The time of the gateway, which nonces are remembered by.
    pub(crate) gateway: Timestamp,
    /// How far the gateway's clock is off for this request.
    pub(crate) skew: SignedDuration,
    /// The time since the emulator's start, which nobody can move: quotas go by it.
    pub(crate) since_start: Duration,
}

impl Now {
    /// The time that the request must be signed at, and that its answer is dated with.
    pub(crate) fn shown(self) -> Timestamp {
        let fallback = if self.skew.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        self.gateway.saturating_add(self.skew).unwrap_or(fallback)
    }

    /// Tells a time of the world by the gateway's clock: as far ahead of that one as it is of the world's.
    ///
    /// Clients compare it with their own time, which is that of the world only if nobody has moved it.
    pub(crate) fn told(self, time: Timestamp) -> Timestamp {
        let ahead = time.duration_since(self.world);
        let fallback = if ahead.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        self.gateway.saturating_add(ahead).unwrap_or(fallback)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = matches!(self.reading(), Reading::Frozen { .. });
        f.debug_struct("Clock").field("now", &format_utc(self.now())).field("frozen", &frozen).finish()
    }
}

/// Says that a text is not a UTC time written as `yyyy-MM-ddTHH:mm:ssZ`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTime(String);

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a time; write it in UTC, such as 2026-01-01T00:00:00Z", self.0)
    }
}

impl std::error::Error for InvalidTime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::frozen_at("2026-01-01T00:00:00Z").unwrap();
        assert_eq!(format_utc(clock.now()), "2026-01-01T00:00:00Z");
        clock.advance(Duration::from_secs(90));
        assert_eq!(format_utc(clock.now()), "2026-01-01T00:01:30Z");
        clock.set("2025-06-01T12:00:00Z").unwrap();
        assert_eq!(format_utc(clock.now()), "2025-06-01T12:00:00Z");
    }

    #[test]
    fn a_running_clock_keeps_its_offset_until_it_is_frozen() {
        let clock = Clock::system();
        clock.set("2030-01-01T00:00:00Z").unwrap();
        assert!(clock.now() >= parse_utc("2030-01-01T00:00:00Z").unwrap());
        clock.freeze();
        assert_eq!(clock.now(), clock.now());
        clock.resume();
        assert!(clock.now() >= parse_utc("2030-01-01T00:00:00Z").unwrap());
    }

    #[test]
    fn advancing_beyond_the_last_time_stays_at_the_last_time() {
        let clock = Clock::frozen_at("2026-01-01T00:00:00Z").unwrap();
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        let running = Clock::system();
        running.advance(Duration::MAX);
        assert_eq!(running.now(), Timestamp::MAX);
    }
}
