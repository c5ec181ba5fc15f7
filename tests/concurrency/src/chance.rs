//! What is drawn: by shuttle, so that a schedule that is run again draws the same.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use shuttle::rand::{Rng as _, thread_rng};

std::thread_local! {
    static DROPPED: Cell<u64> = const { Cell::new(0) };
}

/// Draws a number below another.
pub(crate) fn draw(below: u64) -> u64 {
    thread_rng().gen_range(0..below)
}

/// Draws a time of at least a millisecond.
pub(crate) fn up_to(most: Duration) -> Duration {
    Duration::from_millis(1 + draw(u64::try_from(most.as_millis()).unwrap_or(u64::MAX)))
}

/// Polls a future so often and drops it if it has not ended by then.
pub(crate) async fn dropped_after<T>(polls: u64, future: impl Future<Output = T>) -> Option<T> {
    let mut future = Box::pin(future);
    let mut left = polls;
    let ended = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await;
    drop(future);
    if ended.is_none() {
        DROPPED.set(DROPPED.get() + 1);
    }
    ended
}

/// Returns how many were dropped in this process.
pub(crate) fn dropped() -> u64 {
    DROPPED.get()
}
