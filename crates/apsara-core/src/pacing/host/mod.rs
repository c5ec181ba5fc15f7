//! The pacer of one host.

mod file;
mod folder;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use self::file::LaneFile;
use super::{Lane, Lanes, LocalPacer, Pacer, PacingError, Place, Rule, Taken, Turns, microseconds};
use crate::transport::BoxFuture;

/// How long a call waits when another process is just reading or writing.
const BUSY: Duration = Duration::from_millis(1);

/// How often a file that another process has is tried where nobody can wait: it would have to be stopped in the very moment.
const TRIES: u32 = 1000;

/// Keeps the calls of all processes of a user on one host within their quotas, by a file for each account and operation.
///
/// There is no daemon. A file holds the times that were given out, as a [`Schedule`](super::Schedule) does, and is locked only
/// while it is read and written; a call that has to wait holds a place in it. A process that dies while it waits costs the
/// others what it held, half of a quota's calls, rounded up, at most; one that dies while it writes costs a span, because a file
/// that does not fit its checksum counts as full.
///
/// Processes share a quota if they are configured with the same account, see the same folder, and count time alike: by the
/// clock that runs since the host was started, which nobody sets. An operation without a quota is no matter of the host: while
/// the cloud throttles it, only the process waits.
///
/// File operations are done where the call is: they are a few microseconds in the page cache, nothing is synchronized to a
/// disk, and nobody waits for a lock in them.
pub struct HostPacer {
    folder: PathBuf,
    account: Option<String>,
    record: Option<Arc<PathBuf>>,
    on_damage: Option<Arc<OnDamage>>,
    lanes: Lanes<HostLane>,
    unlimited: LocalPacer,
}

type OnDamage = dyn Fn(&Path) + Send + Sync;

/// One lane as this process sees it.
struct HostLane {
    turns: Turns,
    file: LaneFile,
    is_damage_told: AtomicBool,
    on_damage: Option<Arc<OnDamage>>,
}

impl HostPacer {
    /// Opens the user's own folder: `apsara-quota` in `XDG_RUNTIME_DIR`, else `apsara-quota-UID` in the folder for temporary
    /// files.
    ///
    /// A service and a terminal may differ in that variable. Where they are to share a quota, name the folder.
    ///
    /// # Errors
    ///
    /// As [`HostPacer::in_folder`].
    pub fn new() -> Result<Self, PacingError> {
        Self::in_folder(folder::default())
    }

    /// Opens a folder, which is made if it is not there, for this user only.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be made, is another user's, or is open to others, who could then take all of a quota.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self, PacingError> {
        let folder = folder.into();
        folder::open(&folder)?;
        let (lanes, unlimited) = (Lanes::default(), LocalPacer::new());
        Ok(Self { folder, account: None, record: None, on_damage: None, lanes, unlimited })
    }

    /// Counts all calls for this account, whatever their configuration says.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets what hears of a file that is damaged, once for each. It was counted as full, and then begun anew.
    #[must_use]
    pub fn on_damage(mut self, hear: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        self.on_damage = Some(Arc::new(hear));
        self
    }

    /// Adds a line to a file for each grant, its microsecond on the host's clock, so that tests can count them.
    #[must_use]
    pub fn record_to(mut self, file: impl Into<PathBuf>) -> Self {
        self.record = Some(Arc::new(file.into()));
        self
    }

    fn open(&self, lane: Lane<'_>) -> Result<Option<(Rule, Arc<HostLane>)>, PacingError> {
        let Some(rule) = Rule::of(lane.quota()) else { return Ok(None) };
        let lane = lane.among_processes(self.account.as_deref())?;
        let open = || HostLane {
            turns: Turns::new(rule),
            file: LaneFile::new(&self.folder, lane, self.record.clone()),
            is_damage_told: AtomicBool::new(false),
            on_damage: self.on_damage.clone(),
        };
        // What was granted stands in the file, and who waits holds the lane. Damage is told once.
        let is_worth_keeping = |lane: &HostLane| lane.is_damage_told.load(Ordering::Relaxed);
        Ok(Some((rule, self.lanes.find_or_open(lane, open, is_worth_keeping))))
    }
}

impl HostLane {
    /// Takes a grant or a place; nothing where another process has the file.
    fn take(&self, rule: Rule, patience: Duration, held: Option<Place>) -> Result<Option<Taken>, PacingError> {
        let patience = microseconds(patience);
        self.tell(self.file.change(rule, |schedule, now| schedule.take(rule, now, patience, held))?)
    }

    fn close(&self, rule: Rule, wait: Duration) -> Result<Option<()>, PacingError> {
        self.tell(self.file.change(rule, |schedule, now| schedule.close(rule, now, microseconds(wait)))?)
    }

    fn give_back(&self, rule: Rule, place: Place) -> Result<Option<()>, PacingError> {
        self.tell(self.file.change(rule, |schedule, now| schedule.give_back(rule, now, place))?)
    }

    fn tell<T>(&self, changed: file::Changed<T>) -> Result<Option<T>, PacingError> {
        if changed.was_damaged
            && !self.is_damage_told.swap(true, Ordering::Relaxed)
            && let Some(hear) = &self.on_damage
        {
            hear(self.file.path());
        }
        Ok(changed.answer)
    }

    async fn acquire(&self, rule: Rule, deadline: Instant) -> Result<(), PacingError> {
        let _turn = self.turns.next(deadline).await?;
        let mut held = Held { lane: self, rule, place: None };
        loop {
            let now = Instant::now();
            match self.take(rule, deadline.saturating_duration_since(now), held.place)? {
                Some(Taken::Granted { .. }) => {
                    held.place = None;
                    return Ok(());
                }
                Some(Taken::Promised { place, wait }) => {
                    held.place = Some(place);
                    let at = now + Duration::from_micros(wait);
                    self.turns.promised(at);
                    sleep_until(at).await;
                }
                Some(Taken::Late { .. }) => {
                    held.place = None;
                    return Err(PacingError::Late);
                }
                None if now + BUSY > deadline => return Err(PacingError::Late),
                None => sleep_until(now + BUSY).await,
            }
        }
    }
}

/// Gives a place back whose call is dropped.
struct Held<'a> {
    lane: &'a HostLane,
    rule: Rule,
    place: Option<Place>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // If it cannot be given back, it costs this one grant.
            for _ in 0..TRIES {
                match self.lane.give_back(self.rule, place) {
                    Ok(None) => std::thread::yield_now(),
                    Ok(Some(())) | Err(_) => return,
                }
            }
        }
    }
}

impl Pacer for HostPacer {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        match self.open(lane) {
            Ok(Some((rule, state))) => state
                .turns
                .try_next()
                .is_some_and(|_turn| matches!(state.take(rule, Duration::ZERO, None), Ok(Some(Taken::Granted { .. })))),
            Ok(None) => self.unlimited.try_acquire(lane),
            Err(_) => false,
        }
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async move {
            match self.open(lane)? {
                Some((rule, state)) => state.acquire(rule, deadline).await,
                None => self.unlimited.acquire(lane, deadline).await,
            }
        })
    }

    fn throttled(&self, lane: Lane<'_>, wait: Duration) {
        match self.open(lane) {
            Ok(Some((rule, state))) => {
                // Whoever has the file is done in microseconds. If it cannot be written, nobody is granted anything.
                for _ in 0..TRIES {
                    match state.close(rule, wait) {
                        Ok(None) => std::thread::yield_now(),
                        Ok(Some(())) | Err(_) => return,
                    }
                }
            }
            _ => self.unlimited.throttled(lane, wait),
        }
    }
}

impl fmt::Debug for HostPacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostPacer").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
