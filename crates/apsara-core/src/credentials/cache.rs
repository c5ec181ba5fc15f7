//! Keys with an end: kept while they are valid, and renewed ahead of it by one refresh at a time.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::Credentials;
use crate::error::Error;
use crate::transport::BoxFuture;

/// How long ahead of its end a key is renewed while it is still given out.
const AHEAD: Duration = Duration::from_secs(15 * 60);
/// How long ahead of its end a key is given out only if no other can be had.
const LAST: Duration = Duration::from_secs(3 * 60);
/// How long after its beginning callers wait for a refresh while there is a key that is still valid.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after a first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause while there is a key that is still valid.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause while there is none: nothing works before there is one.
const LONGEST_PAUSE_WITHOUT: Duration = Duration::from_secs(5);

/// A key as it was issued, with its end. One without an end is not kept: it is asked for again each time.
pub(super) struct Issued {
    pub(super) credentials: Credentials,
    pub(super) expiration: Option<SystemTime>,
}

/// Issues keys.
pub(super) trait Issuer: fmt::Debug + Send + Sync + 'static {
    /// Issues a key, another one than that which is there.
    fn issue<'a>(&'a self, current: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>>;
}

/// Tells the time; a test has one of its own.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    #[cfg(test)]
    pub(super) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(SystemTime::now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Keeps the key of one issuer. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    clock: Clock,
    state: Arc<Mutex<State>>,
    /// Whoever holds it is the one that refreshes.
    turn: Arc<AsyncMutex<()>>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// What the last refresh failed with.
    failure: Option<Arc<Error>>,
    /// How many refreshes failed since one succeeded.
    failures: u32,
    /// When the last of them did.
    failed: Option<Instant>,
    /// When the refresh began that is under way.
    began: Option<Instant>,
    /// How many refreshes have ended.
    ended: u64,
    /// What the cloud called expired last. Whoever issues keys may give it again.
    expired: Option<Credentials>,
    /// A key without an end, for those who waited while it was issued.
    passing: Option<Credentials>,
}

struct Kept {
    credentials: Credentials,
    /// From when on it is renewed in the background, and from when on callers wait for it.
    due: SystemTime,
    overdue: SystemTime,
    expiration: SystemTime,
}

/// What is to be done for a caller.
enum Verdict {
    Take(Credentials),
    /// Take it, and renew it in the background, unless more refreshes than so many have ended by then.
    Renew(Credentials, u64),
    /// Wait for a refresh, unless more than so many have ended by then.
    Wait(u64),
    Fail(Arc<Error>),
}

impl Cache {
    #[cfg(test)]
    pub(super) fn with_clock(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Gives a key that is valid now.
    pub(super) async fn credentials<I: Issuer + Clone>(&self, issuer: &I) -> Result<Credentials, Error> {
        match self.judge() {
            Verdict::Take(credentials) => Ok(credentials),
            Verdict::Renew(credentials, ended) => {
                // Somebody else's turn is as good.
                if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned()
                    && self.state().ended == ended
                {
                    drop(self.spawn(issuer, turn, None));
                }
                Ok(credentials)
            }
            Verdict::Wait(ended) => {
                let until = self.patience();
                let mut refreshed = pin!(self.refresh(issuer, ended, None));
                if let Some(until) = until {
                    if let Ok(end) = timeout_at(until, refreshed.as_mut()).await {
                        return end;
                    }
                    // Unless it has ended meanwhile, or the cloud has called it expired.
                    if let Some(credentials) = self.valid() {
                        return Ok(credentials);
                    }
                }
                refreshed.await
            }
            Verdict::Fail(error) => Err(Error::shared(&error, "")),
        }
    }

    /// Gives another key than one that the cloud calls expired.
    pub(super) async fn renew<I: Issuer + Clone>(
        &self,
        issuer: &I,
        expired: &Credentials,
    ) -> Result<Credentials, Error> {
        let now = self.now();
        let ended = {
            let mut state = self.state();
            match &mut state.kept {
                // Another call has had it renewed.
                Some(kept) if kept.credentials != *expired && now < kept.expiration => {
                    return Ok(kept.credentials.clone());
                }
                // It is over, whatever its end was said to be, even if no other one can be had.
                Some(kept) if kept.credentials == *expired => kept.end(),
                _ => {}
            }
            state.expired = Some(expired.clone());
            if let (Some(failure), true) = (&state.failure, state.is_pausing(now)) {
                return Err(Error::shared(failure, ""));
            }
            state.ended
        };
        self.refresh(issuer, ended, Some(expired)).await
    }

    /// Waits for a refresh to end: for one that is under way, or else for its own, which is to give another key than one that is over.
    async fn refresh<I: Issuer + Clone>(
        &self,
        issuer: &I,
        ended: u64,
        expired: Option<&Credentials>,
    ) -> Result<Credentials, Error> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if self.state().ended != ended {
            drop(turn);
            return self.outcome();
        }
        // In a task of its own, because a caller that gives up must not take what was spent on a new key with it.
        if self.spawn(issuer, turn, expired.cloned()).await.is_err() {
            return Err(Error::config("the runtime stopped while credentials were being refreshed"));
        }
        self.outcome()
    }

    fn spawn<I: Issuer + Clone>(
        &self,
        issuer: &I,
        turn: OwnedMutexGuard<()>,
        expired: Option<Credentials>,
    ) -> JoinHandle<()> {
        let (cache, issuer) = (self.clone(), issuer.clone());
        self.state().began = Some(Instant::now());
        tokio::spawn(async move {
            // A provider that was made anew keeps nothing, and a file may still hold what the cloud does not take.
            let kept = cache.state().kept.as_ref().map(|kept| kept.credentials.clone());
            let current = kept.or(expired);
            let issued = issuer.issue(current.as_ref()).await;
            cache.keep(issued);
            drop(turn);
        })
    }

    /// Takes note of how a refresh ended.
    fn keep(&self, issued: Result<Issued, Error>) {
        let now = self.now();
        let mut state = self.state();
        let ended = state.ended + 1;
        (state.ended, state.began) = (ended, None);
        let expired = state.expired.clone();
        let error = match issued {
            // It would be given out, and refused, with every call.
            Ok(Issued { credentials, .. }) if expired.as_ref() == Some(&credentials) => Error::config(format!(
                "the key {} was issued again, which the cloud calls expired",
                credentials.access_key_id()
            )),
            Ok(Issued { credentials, expiration: None }) => {
                *state = State { ended, expired, passing: Some(credentials), ..State::default() };
                return;
            }
            Ok(Issued { credentials, expiration: Some(expiration) }) if expiration > now => {
                let kept = Some(Kept::new(credentials, now, expiration));
                *state = State { ended, expired, kept, ..State::default() };
                return;
            }
            Ok(Issued { credentials, .. }) => Error::config(format!(
                "the key {} that was issued is over already; compare this machine's clock with the cloud's",
                credentials.access_key_id()
            )),
            Err(error) => error,
        };
        state.failures += 1;
        state.failed = Some(Instant::now());
        state.failure = Some(Arc::new(error));
        state.passing = None;
    }

    /// Returns the key that is there, if it is valid.
    fn valid(&self) -> Option<Credentials> {
        let now = self.now();
        self.state().kept.as_ref().filter(|kept| now < kept.expiration).map(|kept| kept.credentials.clone())
    }

    /// Returns until when to wait for a refresh at most; without a valid key nothing else is worth while.
    fn patience(&self) -> Option<Instant> {
        self.valid()?;
        Some(self.state().began.unwrap_or_else(Instant::now) + PATIENCE)
    }

    /// Says what callers get who waited for a refresh that has ended.
    fn outcome(&self) -> Result<Credentials, Error> {
        let state = self.state();
        match (&state.kept, &state.passing, &state.failure) {
            (Some(kept), ..) if self.now() < kept.expiration => Ok(kept.credentials.clone()),
            (_, Some(passing), _) => Ok(passing.clone()),
            (.., Some(failure)) => Err(Error::shared(failure, "")),
            _ => Err(Error::config("the key that was issued is over already")),
        }
    }

    fn judge(&self) -> Verdict {
        let now = self.now();
        let state = self.state();
        let is_pausing = state.is_pausing(now);
        match (&state.kept, &state.failure) {
            (Some(kept), _) if now < kept.due || (is_pausing && now < kept.expiration) => {
                Verdict::Take(kept.credentials.clone())
            }
            (Some(kept), _) if now < kept.overdue => Verdict::Renew(kept.credentials.clone(), state.ended),
            (_, Some(failure)) if is_pausing => Verdict::Fail(Arc::clone(failure)),
            _ => Verdict::Wait(state.ended),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns whether the next refresh must not begin yet. Without a valid key the pause is short, even if it began with one.
    fn is_pausing(&self, now: SystemTime) -> bool {
        let is_valid = self.kept.as_ref().is_some_and(|kept| now < kept.expiration);
        let longest = if is_valid { LONGEST_PAUSE } else { LONGEST_PAUSE_WITHOUT };
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.saturating_sub(1).min(16)).min(longest);
        self.failed.is_some_and(|failed| Instant::now() < failed + pause)
    }
}

impl Kept {
    /// A key that lasts only shortly is renewed later, lest it is renewed all the time.
    fn new(credentials: Credentials, now: SystemTime, expiration: SystemTime) -> Self {
        let left = expiration.duration_since(now).unwrap_or_default();
        let ahead = |most: Duration, part: u32| expiration.checked_sub(most.min(left / part)).unwrap_or(now);
        Self { credentials, due: ahead(AHEAD, 3), overdue: ahead(LAST, 6), expiration }
    }

    /// Lets it be over for everybody, even for who looked at the clock before and judges by that only now.
    fn end(&mut self) {
        let long_ago = SystemTime::UNIX_EPOCH;
        (self.due, self.overdue, self.expiration) = (long_ago, long_ago, long_ago);
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("access_key_id", &self.kept.as_ref().map(|kept| kept.credentials.access_key_id()))
            .field("expiration", &self.kept.as_ref().map(|kept| kept.expiration))
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
