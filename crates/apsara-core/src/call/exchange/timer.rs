//! The timer of a call.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// What a call itself waits by for its deadline, whatever it waits for until its answer begins: setting a timer costs more than looking
/// at one. It is set by the first wait, and set anew where a wait ends before the deadline.
pub(super) struct Timer<'a>(pub(super) Pin<&'a mut Option<Sleep>>);

/// Says whose time was over first.
pub(super) enum TooLate {
    Attempt,
    Call,
}

impl Timer<'_> {
    /// Waits for a future, until the deadline of the call at most. What is ready then is not too late.
    pub(super) fn within<F: Future>(
        &mut self,
        deadline: Instant,
        future: Pin<&mut F>,
    ) -> impl Future<Output = Result<F::Output, TooLate>> {
        self.within_both(deadline, None, future)
    }

    /// The same, where an attempt may have an end of its own before the deadline.
    // No async functions: they would hold what they are given twice.
    pub(super) fn within_both<F: Future>(
        &mut self,
        deadline: Instant,
        end: Option<Instant>,
        mut future: Pin<&mut F>,
    ) -> impl Future<Output = Result<F::Output, TooLate>> {
        // Few have one, and the future of every call would be larger for it.
        let mut end = end.map(|end| Box::pin(sleep_until(end)));
        self.set(deadline);
        poll_fn(move |context| {
            if let Poll::Ready(done) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            if let Some(end) = &mut end
                && is_over(end.as_mut(), context)
            {
                return Poll::Ready(Err(TooLate::Attempt));
            }
            let is_late = self.0.as_mut().as_pin_mut().is_some_and(|sleep| is_over(sleep, context));
            if is_late { Poll::Ready(Err(TooLate::Call)) } else { Poll::Pending }
        })
    }

    // There is one of it, whatever is waited for.
    #[inline(never)]
    fn set(&mut self, deadline: Instant) {
        match self.0.as_mut().as_pin_mut() {
            None => self.0.set(Some(sleep_until(deadline))),
            // To set it later costs little.
            Some(sleep) if sleep.deadline() != deadline => sleep.reset(deadline),
            Some(_) => {}
        }
    }
}

/// Looks at a timer, even where the future that it is for has used up what a task may do at a time.
fn is_over(sleep: Pin<&mut Sleep>, context: &mut Context<'_>) -> bool {
    pin!(unconstrained(sleep)).poll(context).is_ready()
}
