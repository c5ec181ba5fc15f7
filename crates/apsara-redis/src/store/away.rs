//! A server that is away: noticed, tried again, and settled with once it is back.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ask::Failed;
use super::{Keys, Link, Outage, Request, Store, StoreState};
use crate::debts::Debts;

/// How often a server that is away is tried. It is a small part of a quota's span, so that all processes have noticed its
/// return before it gives the first grant.
const PAUSE: Duration = Duration::from_millis(100);

impl Store {
    /// Does something while the server is away, and not a moment longer; nothing where it is not.
    pub(crate) fn without<T>(&self, f: impl FnOnce(&Outage, &mut Debts) -> T) -> Option<T> {
        match &*self.link() {
            Link::Down { outage, .. } => Some(f(outage, &mut self.debts())),
            _ => None,
        }
    }

    pub(super) fn outage(&self, error: &str) -> Outage {
        let reason = format!("the quota's store at {} cannot be asked: {error}", self.address);
        Outage { since: Instant::now(), reason }
    }

    /// Notes that a connection is no use any more, and begins to look for another.
    pub(super) fn lost(self: &Arc<Self>, number: u64, error: &str) -> Outage {
        let outage = self.outage(error);
        {
            let mut link = self.link();
            match &*link {
                Link::Up(_, current) if *current != number => return outage,
                Link::Down { outage, .. } => return outage.clone(),
                Link::Settling => return outage,
                Link::None | Link::Up(..) | Link::Ended => {}
            }
            let trying = tokio::spawn(try_again(Arc::downgrade(self))).abort_handle();
            *link = Link::Down { outage: outage.clone(), trying };
        }
        self.tell(&StoreState::Unreachable(outage.reason.clone()));
        outage
    }

    /// Tries to reach a server that is away, and settles with it what was granted without it; returns whether it is back.
    async fn is_back(self: &Arc<Self>) -> bool {
        let Ok(connection) = self.connect().await else { return false };
        let mut settling = self.begin_to_settle();
        let debts = self.debts().all();
        for (lane, rule, closed) in debts {
            let keys = Keys { lane, record: None };
            match self.try_once(&connection, &keys, rule, Request::Close(closed)).await {
                Ok(_) => self.debts().settled(&keys.lane),
                // No other lane has to wait until this one is allowed.
                Err(Failed::Refused(_)) => {}
                Err(Failed::Lost(_)) => return false,
            }
        }
        settling.away = None;
        self.found(connection);
        true
    }

    fn begin_to_settle(&self) -> Unsettled<'_> {
        Unsettled { store: self, away: Some(std::mem::replace(&mut *self.link(), Link::Settling)) }
    }
}

/// Calls a server away again with which not everything was settled, though only the runtime has ended that did so.
struct Unsettled<'a> {
    store: &'a Store,
    away: Option<Link>,
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if let Some(away) = self.away.take() {
            *self.store.link() = away;
        }
    }
}

/// Tries until the server is back or nobody needs it any more.
pub(super) async fn try_again(store: Weak<Store>) {
    loop {
        sleep(PAUSE).await;
        match store.upgrade() {
            Some(store) if store.is_back().await => return,
            Some(_) => {}
            None => return,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_is_away_again_when_the_runtime_ends_that_settled_with_it() {
        let store = Store::new("redis://127.0.0.1:1").unwrap();
        let away = StoreState::Unreachable(store.lost(0, "it went away").reason);
        let settling = store.begin_to_settle();
        assert_ne!(store.state(), away);
        drop(settling);
        assert_eq!(store.state(), away);
    }
}
