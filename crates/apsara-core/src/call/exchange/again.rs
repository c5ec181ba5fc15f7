//! Whether there is another attempt, and after how long.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::Attempts;
use super::timer::Timer;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::retry::{Cause, share};

impl Attempts<'_> {
    /// Mends what can be mended, and returns why there is another attempt and how long to wait before it; nothing where there is
    /// none.
    pub(super) async fn next(
        &mut self,
        error: &Error,
        credentials: Option<&Credentials>,
        timer: &mut Timer<'_>,
    ) -> Option<(Cause, Duration)> {
        // Whatever became of this call: until then no other need be tried.
        let asked = error.asked_to_wait();
        if let (Some(asked), Some(pacer)) = (asked, &self.config.pacer) {
            pacer.throttled(self.lane(), asked);
        }
        let cause = Cause::of(error, self.prepared.repeatable, self.offset)?;
        if let Cause::Skew(behind) = cause {
            // The next call profits even if there is no further attempt of this one.
            self.config.clock_offset.store(behind, Ordering::Relaxed);
        }
        if cause == Cause::ExpiredToken {
            let (None, Some(source), Some(expired)) = (&self.renewed, &self.config.credentials, credentials) else {
                return None;
            };
            // The next call profits from this as well.
            self.renewed = Some(timer.within(self.deadline, pin!(source.renewed(expired))).await.ok()??);
        }
        if !self.retry.allows_another(self.attempts) {
            return None;
        }
        let wait = self.retry.wait(cause, self.attempts, share(), asked);
        if Instant::now().checked_add(wait).is_none_or(|end| end >= self.deadline) {
            return None;
        }
        match cause {
            Cause::Skew(_) | Cause::ExpiredToken => {}
            Cause::NotSent | Cause::Throttled | Cause::Busy | Cause::Repeatable => {
                if !self.config.budget.take() {
                    return None;
                }
                self.has_taken = true;
            }
        }
        Some((cause, wait))
    }
}
