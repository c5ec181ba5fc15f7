//! What the script is asked, and what it answers.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use apsara_core::pacing::{Place, Rule, Taken, microseconds};
use redis::aio::MultiplexedConnection;
use tokio::time::Instant;

use super::Store;

/// Where a lane is kept, and where its grants are recorded.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) lane: String,
    pub(crate) record: Option<String>,
}

/// What the script is asked to do.
#[derive(Clone, Copy)]
pub(super) enum Request {
    Take { patience: Duration, held: Option<Place> },
    GiveBack(Place),
    Close(Duration),
}

impl Store {
    pub(super) async fn run(
        &self,
        mut connection: MultiplexedConnection,
        key: &Keys,
        rule: Rule,
        request: Request,
    ) -> redis::RedisResult<Taken> {
        let mut call = self.script.prepare_invoke();
        call.key(&key.lane);
        if let Some(record) = &key.record {
            call.key(record);
        }
        let what = match request {
            Request::Take { .. } => "take",
            Request::GiveBack(_) => "give_back",
            Request::Close(_) => "close",
        };
        call.arg(what).arg(rule.calls).arg(rule.span).arg(rule.late).arg(rule.early).arg(self.known_for());
        match request {
            Request::Take { patience, held } => {
                let place = held.unwrap_or(Place { epoch: 0, at: 0 });
                call.arg(microseconds(patience)).arg(place.epoch).arg(place.at);
            }
            Request::GiveBack(place) => {
                call.arg(place.epoch).arg(place.at);
            }
            Request::Close(wait) => {
                call.arg(microseconds(wait));
            }
        }
        let (answer, wait, epoch, at, _now, run): (u8, u64, u64, u64, u64, String) =
            call.invoke_async(&mut connection).await?;
        self.met(run);
        Ok(match answer {
            0 => Taken::Granted { wait },
            1 => Taken::Promised { place: Place { epoch, at }, wait },
            _ => Taken::Late { wait },
        })
    }

    /// Returns for how many microseconds this has been the server, if there was another one before it.
    fn known_for(&self) -> u64 {
        let (_, since) = *self.server();
        microseconds(since.map_or(Duration::MAX, |since| since.elapsed()))
    }

    /// Notes which server answered. Every connection begins with a question, so that it is known before anything is granted.
    fn met(&self, run: String) {
        let mut server = self.server();
        if server.0 != run {
            let since = (!server.0.is_empty()).then(Instant::now);
            *server = (run, since);
        }
    }

    fn server(&self) -> MutexGuard<'_, (String, Option<Instant>)> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_new_for_a_while_to_who_knew_another() {
        let store = Store::new("redis://127.0.0.1:1").unwrap();
        let always = microseconds(Duration::MAX);
        store.met("one".to_owned());
        store.met("one".to_owned());
        assert_eq!(store.known_for(), always, "the first may have been there for long");
        store.met("another".to_owned());
        assert!(store.known_for() < always);
    }
}
