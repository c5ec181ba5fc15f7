//! Asking the server, and what it means where there is no answer.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use apsara_core::pacing::{Rule, Taken, microseconds};
use redis::aio::MultiplexedConnection;
use redis::{RedisError, RedisResult};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::question::{Keys, Request};
use super::{Link, Outage, Store};

/// Says why a question has no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The server cannot be asked.
    Away(Outage),
    /// It can, but not for this lane, with the reason why.
    Refused(String),
}

/// What became of a question on one connection.
pub(super) enum Failed {
    /// The server answers others.
    Refused(RedisError),
    Lost(RedisError),
}

impl Store {
    pub(super) async fn ask(self: &Arc<Self>, key: &Keys, rule: Rule, request: Request) -> Result<Taken, NoAnswer> {
        let mut unanswered = Unanswered(Some(self));
        let answer = self.ask_twice(key, rule, request).await;
        unanswered.0 = None;
        answer
    }

    /// Asks, and once more where the connection turns out to have ended.
    async fn ask_twice(self: &Arc<Self>, key: &Keys, rule: Rule, request: Request) -> Result<Taken, NoAnswer> {
        let mut is_first = true;
        loop {
            let (connection, number) = self.connection().await.map_err(NoAnswer::Away)?;
            let sent = Instant::now();
            match self.try_once(&connection, key, rule, request).await {
                Ok(taken) => {
                    self.round_trip.store(microseconds(sent.elapsed()), Ordering::Relaxed);
                    return Ok(taken);
                }
                Err(Failed::Refused(error)) => {
                    let reason = format!("the quota's store at {} refuses {}: {error}", self.address, key.lane);
                    return Err(NoAnswer::Refused(reason));
                }
                Err(Failed::Lost(error)) if is_first && error.is_connection_dropped() => {
                    is_first = false;
                    self.ended(number);
                    // What was taken twice costs a grant that nobody uses. What is given back twice may be somebody else's by then.
                    if matches!(request, Request::GiveBack(_)) {
                        return Err(NoAnswer::Away(self.outage(&error.to_string())));
                    }
                }
                Err(Failed::Lost(error)) => return Err(NoAnswer::Away(self.lost(number, &error.to_string()))),
            }
        }
    }

    /// Asks on one connection. Where the server answers by an error, it is asked for what limits nobody as well: whether it can be
    /// asked at all is not for its words to say, of which each version has others.
    pub(super) async fn try_once(
        &self,
        connection: &MultiplexedConnection,
        key: &Keys,
        rule: Rule,
        request: Request,
    ) -> Result<Taken, Failed> {
        match self.run(connection.clone(), key, rule, request).await {
            Ok(taken) => Ok(taken),
            Err(error) if error.code().is_some() && self.try_probe(connection).await.is_ok() => {
                Err(Failed::Refused(error))
            }
            Err(error) => Err(Failed::Lost(error)),
        }
    }

    pub(super) async fn try_probe(&self, connection: &MultiplexedConnection) -> RedisResult<Taken> {
        let (key, rule, request) = self.probe();
        self.run(connection.clone(), &key, rule, request).await
    }

    /// Returns what to ask that limits nobody.
    fn probe(&self) -> (Keys, Rule, Request) {
        let key = Keys { lane: self.key("probe"), record: None };
        (key, Rule { calls: 1, span: 1_000_000, late: 0, early: 0 }, Request::Close(Duration::ZERO))
    }

    /// Notes that a connection has ended.
    fn ended(&self, number: u64) {
        let mut link = self.link();
        if matches!(&*link, Link::Up(_, current) if *current == number) {
            *link = Link::Ended;
        }
    }

    /// Finds out whether the server is still there, unless that is being done.
    fn look(self: &Arc<Self>) {
        // Without a runtime nobody waits either.
        let Ok(runtime) = Handle::try_current() else { return };
        let mut looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        if looking.as_ref().is_none_or(AbortHandle::is_finished) {
            let store = Arc::clone(self);
            let look = async move {
                let (key, rule, request) = store.probe();
                // If there is no answer, that is noted.
                let _ = store.ask_twice(&key, rule, request).await;
            };
            *looking = Some(runtime.spawn(look).abort_handle());
        }
    }
}

/// Looks for the server where a question was dropped that it did not answer: calls may have less time than it takes to notice that
/// nobody answers any more, and then none of them would.
struct Unanswered<'a>(Option<&'a Arc<Store>>);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(store) = self.0 {
            store.look();
        }
    }
}
