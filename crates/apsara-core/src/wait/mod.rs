//! Waits for something that only an answer tells: a call is repeated until its answer says that it is so.

mod error;
mod state;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

pub use self::error::{WaitEnd, WaitError};
pub use self::state::{State, Waiter};
use crate::call::{Call, Request};
use crate::error::Error;
use crate::operation::Repeat;
use crate::outcome::Outcome;
use crate::retry::share;
use crate::transport::BoxFuture;

/// Says what an answer means for a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is not so yet.
    Waiting,
    /// It is so.
    Done,
    /// It will never be so, because of this.
    Failed(String),
}

type Judge<T> = Arc<dyn Fn(&T) -> Progress + Send + Sync>;

/// How long a wait takes at most, if nothing else is set.
const DEADLINE: Duration = Duration::from_secs(600);
/// How long before the deadline the last call is made; of a short one, a tenth.
const LAST: Duration = Duration::from_secs(1);

/// Waits until the answer of a call says that something is so. It waits when it is awaited, and dropping it cancels it.
///
/// Only a call that may be executed twice is repeated; for another one, this does not compile. In between it waits up to 1 s,
/// 2 s, 4 s and so on, and up to 30 s at the most, each drawn at random from nothing up to that much. The whole wait has one
/// deadline, of ten minutes. Each call has its own attempts, and a call that is throttled, or of which nobody knows what became
/// of it, does not end the wait before the deadline; a refusal does.
#[must_use = "it waits when it is awaited"]
pub struct Wait<R: Request> {
    /// The call that is repeated.
    pub call: Call<R>,
    judge: Judge<R::Response>,
    deadline: Duration,
    first: Duration,
    longest: Duration,
}

impl<R: Request> Wait<R> {
    /// Waits until answers of a call are judged to be as they should.
    pub(crate) fn new(call: Call<R>, judge: impl Fn(&R::Response) -> Progress + Send + Sync + 'static) -> Self {
        const {
            assert!(
                matches!(R::OPERATION.repeat, Repeat::Safe),
                "only an operation that is safe to repeat can be waited on"
            );
        }
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(30));
        Self { call, judge: Arc::new(judge), deadline: DEADLINE, first, longest }
    }

    /// Waits for a state, which generated code names.
    pub fn of(call: Call<R>, waiter: &'static Waiter) -> Self {
        Self::new(call, |answer| waiter.judge(answer, None))
    }

    /// Waits for another state than the waiter's own.
    pub fn until(mut self, waiter: &'static Waiter, state: impl Into<State>) -> Self {
        let state = state.into();
        self.judge = Arc::new(move |answer| waiter.judge(answer, Some(&state)));
        self
    }

    /// Sets how long the wait may take in all.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the longest wait after the first call, and after any; each doubles the one before it.
    pub fn with_waits(mut self, first: Duration, longest: Duration) -> Self {
        (self.first, self.longest) = (first, longest);
        self
    }

    async fn run(self) -> Result<R::Response, WaitError<R::Response>> {
        let start = Instant::now();
        let (mut polls, mut last) = (0, None);
        let end = |end, last, polls| Err(WaitError::new(end, R::OPERATION, last, polls));
        loop {
            // A call must not outlive the wait, nor its own deadline.
            let left = self.deadline.saturating_sub(start.elapsed());
            let call = self.call.clone().with_deadline(left.min(self.call.deadline()));
            polls += 1;
            let failure = match call.send().await {
                Ok(answer) => match (self.judge)(&answer) {
                    Progress::Done => return Ok(answer),
                    Progress::Failed(why) => return end(WaitEnd::Failed(why), Some(answer), polls),
                    Progress::Waiting => {
                        last = Some(answer);
                        None
                    }
                },
                Err(error) if error.leaves_open() => Some(error),
                Err(error) => return end(WaitEnd::Call(error), last, polls),
            };
            let left = self.deadline.saturating_sub(start.elapsed());
            let reserve = LAST.min(self.deadline / 10);
            if left <= reserve {
                return end(WaitEnd::Timeout(self.deadline, failure), last, polls);
            }
            sleep(self.pause(polls, share()).min(left - reserve)).await;
        }
    }

    /// Returns how long to wait after so many calls, given a random share from 0 to 1.
    fn pause(&self, polls: u32, share: f64) -> Duration {
        let most = self.first.saturating_mul(2u32.saturating_pow(polls.saturating_sub(1)));
        most.min(self.longest).mul_f64(share)
    }
}

impl Error {
    /// Returns whether a call that failed leaves it open what its answer would have said: who waits for that asks again.
    #[doc(hidden)]
    #[must_use]
    pub fn leaves_open(&self) -> bool {
        // Whatever gives credentials may be as hard to reach for a moment as the cloud itself.
        if let Some(error) = self.of_credentials() {
            return error.leaves_open();
        }
        // After an attempt that may have been executed, a refusal is of an unclear outcome, and still says all that there is to say.
        if let Some(refusal) = self.service() {
            return refusal.is_throttled() || refusal.outcome() > Outcome::Rejected;
        }
        self.is_paced() || self.is_timeout() || self.is_connect() || self.is_unclear()
    }
}

impl<R: Request> IntoFuture for Wait<R> {
    type Output = Result<R::Response, WaitError<R::Response>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<R: Request> Clone for Wait<R> {
    fn clone(&self) -> Self {
        let Self { call, judge, deadline, first, longest } = self;
        Self { call: call.clone(), judge: Arc::clone(judge), deadline: *deadline, first: *first, longest: *longest }
    }
}

impl<R: Request> fmt::Debug for Wait<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("call", &self.call).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
