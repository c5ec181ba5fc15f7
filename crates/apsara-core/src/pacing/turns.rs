//! The calls of one process that ask for the same lane of a store.

use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::lane::Waiting;
use super::{PacingError, Rule};

/// Lets so many calls of a process hold a place at a time, in the order in which they came.
///
/// The others wait in the process: they cost the other processes nothing, and if it dies they are nobody's loss.
#[derive(Debug)]
pub struct Turns {
    rule: Rule,
    turns: Semaphore,
    waiting: AtomicUsize,
    /// When the time of the place is that was promised last.
    promised: Mutex<Option<Instant>>,
}

impl Turns {
    /// Begins with nobody waiting.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        let turns = Semaphore::new(rule.places().min(Semaphore::MAX_PERMITS));
        Self { rule, turns, waiting: AtomicUsize::new(0), promised: Mutex::new(None) }
    }

    /// Gives a turn if there is one, and nobody waits for it.
    pub fn try_next(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.try_acquire().ok()
    }

    /// Waits for a turn. It ends when it is dropped.
    ///
    /// # Errors
    ///
    /// Fails at once where those ahead hold places so late that there is none before the deadline, else at the deadline.
    pub async fn next(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, PacingError> {
        if let Some(turn) = self.try_next() {
            return Ok(turn);
        }
        let waiting = Waiting::new(&self.waiting);
        if self.earliest(waiting.ahead).is_some_and(|earliest| earliest > deadline) {
            return Err(PacingError::Late);
        }
        match timeout_at(deadline, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            // It is never closed.
            Ok(Err(_)) | Err(_) => Err(PacingError::Late),
        }
    }

    /// Hears when the time of a place is that was promised.
    pub fn promised(&self, at: Instant) {
        *self.promised.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Returns before when there is no place for a call with so many ahead that hold none.
    fn earliest(&self, ahead: usize) -> Option<Instant> {
        let promised = (*self.promised.lock().unwrap_or_else(PoisonError::into_inner))?;
        let spans = u32::try_from(ahead / self.rule.calls as usize).unwrap_or(u32::MAX);
        Some(promised + self.rule.span().saturating_mul(spans))
    }
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
