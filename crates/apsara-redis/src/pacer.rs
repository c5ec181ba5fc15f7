//! The pacer of a fleet.

use std::sync::Arc;
use std::time::Duration;

use apsara_core::pacing::{Lane, Lanes, LocalPacer, Pacer, PacingError, Place, Rule, Taken, Turns};
use apsara_core::transport::BoxFuture;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::share::Share;
use crate::store::{Keys, NoAnswer, Outage, Store, StoreState};

/// Keeps the calls of all processes that use the same server within their quotas.
///
/// The server counts, by its own clock: one script and one key for each account, product and operation, as
/// [`Schedule`](apsara_core::pacing::Schedule) describes. A burst of the quota's calls is granted with one round trip each; a
/// call that has to wait holds a place, and claims it when its time has come. Whoever asked first has the first place; a process
/// holds half a quota's places, rounded up, at most, which is what the others lose if it dies.
///
/// Where the server cannot be asked, calls fail with what [`Unreachable`] says. A server that was started anew, another one that
/// took its place, and one whose clock went back grant nothing for a span: nobody knows what was granted before. Keys
/// expire once they limit nobody, a minute after the last call: so long a quota holds that is stricter than another one. A server that
/// evicts them earlier forgets grants.
///
/// An operation without a quota is no matter of the server: while the cloud throttles it, only the process waits.
#[derive(Debug)]
pub struct RedisPacer {
    store: Arc<Store>,
    account: Option<String>,
    record: Option<String>,
    guard: Duration,
    unreachable: Unreachable,
    lanes: Lanes<RedisLane>,
    unlimited: LocalPacer,
}

/// Says what becomes of calls while the store cannot be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreachable {
    /// They fail at once, with [`PacingError::Unavailable`], and were not sent.
    #[default]
    Refuse,
    /// Each process grants so many calls in a quota's span by itself. It begins a span after the store was lost, and when the
    /// store is back, it closes the lane for a span. So if the processes' shares are no more than the quota together, their
    /// calls are not either, unless only some of them have lost the store.
    Share(u32),
}

/// One lane as this process sees it.
#[derive(Debug)]
struct RedisLane {
    keys: Keys,
    turns: Turns,
    share: Share,
}

impl RedisPacer {
    /// Connects to a server: `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://…` for TLS, `redis+unix:///PATH` for a
    /// socket, and the same with `valkey`.
    ///
    /// # Errors
    ///
    /// Fails if the address is none, or if the server cannot be reached or does not let its user do what is needed. No error
    /// holds the user or the password.
    pub async fn connect(url: &str) -> Result<Self, PacingError> {
        let pacer = Self::lazy(url)?;
        pacer.store.reach().await.map_err(refused)?;
        Ok(pacer)
    }

    /// Names a server that is connected to when the first call needs it, so that a process with a share starts without it.
    ///
    /// # Errors
    ///
    /// Fails if the address is none.
    pub fn lazy(url: &str) -> Result<Self, PacingError> {
        Ok(Self {
            store: Store::new(url)?,
            account: None,
            record: None,
            guard: Duration::ZERO,
            unreachable: Unreachable::Refuse,
            lanes: Lanes::default(),
            unlimited: LocalPacer::new(),
        })
    }

    /// Counts all calls for this account, whatever their configuration says: for example for the one that was asked for with
    /// `GetCallerIdentity`. Else it is that of the configuration, or its access key's id.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets what becomes of calls while the server cannot be asked.
    #[must_use]
    pub fn unreachable(mut self, unreachable: Unreachable) -> Self {
        self.unreachable = unreachable;
        self
    }

    /// Lets the server look back longer than a quota's span: 40 ms unless set, which is also the least. It costs as much of a
    /// quota. Half of it, 20 ms, is for what the ways from the server to the processes differ by, half for those from the processes
    /// to the cloud; a longer guard is needed where either is more. All processes must set the same; else the longest holds.
    #[must_use]
    pub fn guard(mut self, guard: Duration) -> Self {
        self.guard = guard;
        self
    }

    /// Sets what the keys begin with; `apsara:quota` unless set. All processes must set the same. Where the server lets its user have no
    /// other keys, begin with [`RedisPacer::lazy`]: [`RedisPacer::connect`] has asked for one before this is set.
    #[must_use]
    pub fn key_prefix(self, prefix: impl Into<String>) -> Self {
        self.store.set_prefix(prefix.into());
        self
    }

    /// Sets what hears when the server is lost and when it is back. It is called where that is noticed, so it must be quick.
    /// The first that is set stays.
    #[must_use]
    pub fn on_change(self, hear: impl Fn(&StoreState) + Send + Sync + 'static) -> Self {
        let _ = self.store.hear.set(Box::new(hear));
        self
    }

    /// Adds the time of each grant, in microseconds of the server's clock, to the list under a key, so that tests can count
    /// them. Nothing removes them.
    #[must_use]
    pub fn record_to(mut self, key: impl Into<String>) -> Self {
        self.record = Some(key.into());
        self
    }

    /// Returns whether the server could be asked last.
    #[must_use]
    pub fn state(&self) -> StoreState {
        self.store.state()
    }

    /// Returns where the server is, without user and password.
    #[must_use]
    pub fn address(&self) -> &str {
        self.store.address()
    }

    /// Finds a lane, with what this call of it keeps to: of another version of a product that may be another quota.
    fn open(&self, lane: Lane<'_>) -> Result<Option<(Rule, Arc<RedisLane>)>, PacingError> {
        let Some(rule) = Rule::with_guard(lane.quota(), self.guard) else { return Ok(None) };
        let lane = lane.among_processes(self.account.as_deref())?;
        let (product, operation) = (lane.operation.product.name, lane.operation.name);
        let open = || RedisLane {
            keys: Keys {
                lane: self.store.key(&format!("{}:{product}:{operation}", lane.account)),
                record: self.record.clone(),
            },
            turns: Turns::new(rule),
            share: Share::new(),
        };
        // What was granted stands in the server, but for what is granted while it is away.
        let is_reached = || self.store.state() == StoreState::Reached;
        Ok(Some((rule, self.lanes.find_or_open(lane, open, |lane| lane.share.is_needed(is_reached())))))
    }

    /// Returns what this process may grant by itself, if anything.
    fn own_rule(&self, whole: Rule) -> Option<Rule> {
        match self.unreachable {
            Unreachable::Share(calls) if calls > 0 => Some(Rule { calls: calls.min(whole.calls), early: 0, ..whole }),
            Unreachable::Share(_) | Unreachable::Refuse => None,
        }
    }

    async fn take(&self, rule: Rule, lane: &Arc<RedisLane>, deadline: Instant) -> Result<(), PacingError> {
        let _turn = lane.turns.next(deadline).await?;
        let mut held = Held { store: &self.store, lane, rule, place: None };
        let mut own_place = None;
        loop {
            let asked = Instant::now();
            let patience = deadline.saturating_duration_since(asked);
            match self.store.take(&lane.keys, rule, patience, held.place).await {
                Ok(Taken::Granted { wait }) => {
                    held.place = None;
                    if claim_in_time(wait, rule).await {
                        return Ok(());
                    }
                }
                Ok(Taken::Promised { place, wait }) => {
                    held.place = Some(place);
                    let at = asked + Duration::from_micros(wait);
                    lane.turns.promised(at);
                    let way = self.store.round_trip() + Duration::from_millis(2);
                    sleep_until(at.checked_sub(way).map_or(asked, |early| early.max(asked))).await;
                }
                Ok(Taken::Late { .. }) => {
                    held.place = None;
                    return Err(PacingError::Late);
                }
                Err(NoAnswer::Refused(reason)) => {
                    held.place = None;
                    return Err(PacingError::Unavailable(reason));
                }
                Err(NoAnswer::Away(outage)) => {
                    // Whatever it promised, nobody knows whether it still holds.
                    held.place = None;
                    let Some(own) = self.own_rule(rule) else { return Err(refused(outage)) };
                    let names = (lane.keys.lane.as_str(), rule, own);
                    let taken = self
                        .store
                        .without(|outage, debts| lane.share.take((outage, debts), names, patience, own_place));
                    match taken {
                        Some(Taken::Granted { .. }) => return Ok(()),
                        Some(Taken::Promised { place, wait }) => {
                            own_place = Some(place);
                            sleep_until(asked + Duration::from_micros(wait)).await;
                        }
                        Some(Taken::Late { .. }) => return Err(PacingError::Late),
                        // It is back already.
                        None => tokio::task::yield_now().await,
                    }
                }
            }
        }
    }
}

/// Waits for the moment of a grant, and returns whether it was not missed: the machine may have been busy.
async fn claim_in_time(wait: u64, rule: Rule) -> bool {
    if wait == 0 {
        return true;
    }
    let at = Instant::now() + Duration::from_micros(wait);
    sleep_until(at).await;
    at.elapsed() <= Duration::from_micros(rule.late)
}

fn refused(outage: Outage) -> PacingError {
    PacingError::Unavailable(outage.reason)
}

/// Gives a place back whose call is dropped.
struct Held<'a> {
    store: &'a Arc<Store>,
    lane: &'a Arc<RedisLane>,
    rule: Rule,
    place: Option<Place>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let (Some(place), Ok(runtime)) = (self.place.take(), Handle::try_current()) {
            let (store, lane, rule) = (Arc::clone(self.store), Arc::clone(self.lane), self.rule);
            // If it cannot be given back, it costs this one grant.
            runtime.spawn(async move { store.give_back(&lane.keys, rule, place).await });
        }
    }
}

impl Pacer for RedisPacer {
    fn try_acquire(&self, lane: Lane<'_>) -> bool {
        lane.quota().is_none() && self.unlimited.try_acquire(lane)
    }

    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async move {
            match self.open(lane)? {
                Some((rule, state)) => {
                    timeout_at(deadline, self.take(rule, &state, deadline)).await.unwrap_or(Err(PacingError::Late))
                }
                None => self.unlimited.acquire(lane, deadline).await,
            }
        })
    }

    fn throttled(&self, lane: Lane<'_>, wait: Duration) {
        match (self.open(lane), Handle::try_current()) {
            (Ok(Some((rule, state))), Ok(runtime)) => {
                if let Some(own) = self.own_rule(rule) {
                    state.share.close(own, wait);
                }
                let store = Arc::clone(&self.store);
                runtime.spawn(async move { store.close(&state.keys, rule, wait).await });
            }
            _ => self.unlimited.throttled(lane, wait),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use apsara_core::{Operation, Product, Quota};

    use super::*;
    use crate::debts::Debts;

    static PRODUCT: Product = Product::of("Test", "2026-01-01");
    static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };

    #[test]
    fn accounts_that_nobody_holds_are_forgotten_unless_the_server_is_away_for_them() {
        let pacer = RedisPacer::lazy("redis://127.0.0.1:1").unwrap();
        let of = |account| Lane { account, operation: &TEN };
        let opened = |account: &str| pacer.open(Lane { account, operation: &TEN }).unwrap().unwrap();
        let (rule, away) = opened("away");
        let outage = Outage { since: Instant::now(), reason: "it is away".to_owned() };
        away.share.take((&outage, &mut Debts::default()), ("away", rule, rule), Duration::ZERO, None);
        drop(away);
        let (_, held) = opened("held");
        drop(opened("idle"));
        for number in 0..1000 {
            drop(opened(&format!("job {number}")));
        }
        let is_known = |account| pacer.lanes.find(of(account)).is_some();
        assert_eq!([is_known("away"), is_known("held"), is_known("idle")], [true, true, false]);
        drop(held);
    }
}
