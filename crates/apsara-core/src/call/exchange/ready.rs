//! What an attempt waits for before it begins: credentials, the hash of a file, a grant, a permit.

use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

use super::Attempts;
use super::limit::{Limit, Permit};
use super::timer::Timer;
use crate::call::identity::{identity, signature_version};
use crate::credentials::{Credentials, Source};
use crate::error::{Error, Kind};
use crate::operation::Security;
use crate::outcome::Outcome;
use crate::pacing::{Lane, PacingError};

/// Keys that were got so long ago may be over by now: a cache gives none that is over sooner, unless it has no other.
const LONG: Duration = Duration::from_secs(60);

impl<'a> Attempts<'a> {
    /// Gets what an attempt needs: credentials, a grant, and a permit.
    pub(super) async fn ready(&mut self, timer: &mut Timer<'_>) -> Result<Option<Credentials>, Error> {
        #[cfg(feature = "rsa")]
        let is_needed = self.config.key_pair.is_none();
        #[cfg(not(feature = "rsa"))]
        let is_needed = true;
        let source = self.config.credentials.as_ref().filter(|_| is_needed);
        // What keys a call has is settled before it waits for a grant and for its turn, and once more where either took long.
        let mut is_granted = false;
        let credentials = loop {
            let credentials = match (&self.renewed, source, self.operation.security) {
                (Some(renewed), ..) if !is_granted => Some(renewed.clone()),
                (_, Some(Source::Fixed(credentials)), Security::AccessKey | Security::AccessKeyOrBearer) => {
                    Some(credentials.clone())
                }
                (_, Some(source), Security::AccessKey | Security::AccessKeyOrBearer) => {
                    let credentials = timer.within(self.deadline, pin!(source.credentials())).await;
                    let credentials = credentials.map_err(|_| self.late(Outcome::NotSent))?;
                    // What became of a call for credentials is not what became of this one.
                    Some(credentials.map_err(|error| Error::new(Kind::Credentials(error), Outcome::NotSent))?)
                }
                _ => None,
            };
            // What cannot be signed waits for no grant, and takes none.
            let who = identity(self.config, self.operation, credentials.as_ref())?;
            let mut waited = Duration::ZERO;
            if !is_granted {
                let version = signature_version(self.config, self.operation, who)?;
                // The hash of a file takes its time, which is not that of a grant.
                if let Some(hashed) = self.prepared.unsigned.hashed_payload(version, who) {
                    let hashed = timer.within(self.deadline, pin!(hashed)).await;
                    hashed.map_err(|_| self.late(Outcome::NotSent))??;
                }
                let before = self.paced;
                self.pace(timer).await?;
                is_granted = true;
                waited = self.paced - before;
            }
            // Last, so that none is held by what waits for something else, but for keys where there were some a minute ago.
            if waited < LONG && self.permit.is_none() {
                waited += self.enter(timer).await?;
            }
            if waited < LONG {
                break credentials;
            }
        };
        // What it waited for may have come in the last moment: what cannot be answered in time is not begun.
        if Instant::now() >= self.deadline {
            return Err(self.late(Outcome::NotSent));
        }
        Ok(credentials)
    }

    pub(super) fn lane(&self) -> Lane<'a> {
        Lane { account: &self.config.account, operation: self.operation }
    }

    /// Gets a permit, and returns how long that took.
    async fn enter(&mut self, timer: &mut Timer<'_>) -> Result<Duration, Error> {
        let limit = &self.config.limit;
        self.permit = limit.try_enter();
        if self.permit.is_some() {
            return Ok(Duration::ZERO);
        }
        let asked = Instant::now();
        match limit {
            Limit::Most(most, free) => {
                let entered = timer.within(self.deadline, pin!(free.acquire())).await;
                let late = |_| Error::new(Kind::ConcurrencyLimit(*most, asked.elapsed()), Outcome::NotSent);
                // It is never closed.
                self.permit = entered.map_err(late)?.ok().map(Permit::OfMost);
            }
            Limit::None(crowd) => {
                let mut queued = crowd.queue();
                while self.permit.is_none() {
                    let until = queued.look().min(self.deadline);
                    match timer.within(until, pin!(queued.place())).await {
                        Ok(place) => self.permit = Some(Permit::Place(place)),
                        Err(_) if Instant::now() >= self.deadline => return Err(self.late(Outcome::NotSent)),
                        Err(_) => {}
                    }
                }
            }
        }
        Ok(asked.elapsed())
    }

    async fn pace(&mut self, timer: &mut Timer<'_>) -> Result<(), Error> {
        let Some(pacer) = &self.config.pacer else { return Ok(()) };
        let lane = self.lane();
        if pacer.try_acquire(lane) {
            return Ok(());
        }
        let asked = Instant::now();
        // The pacer knows the deadline; one that does not keep to it does not hold the call up.
        let granted = timer.within(self.deadline, pin!(pacer.acquire(lane, self.deadline))).await;
        let waited = asked.elapsed();
        self.paced += waited;
        self.watch.paced(waited, matches!(granted, Ok(Ok(()))));
        granted.unwrap_or(Err(PacingError::Late)).map_err(|error| match error {
            PacingError::NoAccount => Error::config(error.to_string()),
            _ => Error::new(Kind::Paced(error, self.operation.quota), Outcome::NotSent),
        })
    }
}
