//! Sleeping until a time that a test moves to.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
pub(crate) use std::time::Instant;

use crate::chance::{draw, up_to};

/// Waits until it is so late.
pub(crate) async fn sleep_until(at: Instant) {
    poll_fn(|context| {
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        std::time::wake_later(context.waker());
        Poll::Pending
    })
    .await;
}

/// Waits for a future, until it is so late.
pub(crate) async fn timeout_at<F: Future>(at: Instant, future: F) -> Result<F::Output, Late> {
    let (mut future, mut late) = (pin!(future), pin!(sleep_until(at)));
    poll_fn(|context| match (future.as_mut().poll(context), late.as_mut()) {
        (Poll::Ready(value), _) => Poll::Ready(Ok(value)),
        (Poll::Pending, late) => late.poll(context).map(|()| Err(Late)),
    })
    .await
}

/// Says that it was too late.
#[derive(Debug)]
pub(crate) struct Late;

/// Lets time pass in steps of any length until all is done.
pub(crate) async fn pass(is_done: impl Fn() -> bool) {
    while !is_done() {
        shuttle::future::yield_now().await;
        // Mostly nothing happens in between; now and then much time passes at once.
        let most = if draw(8) == 0 { 3000 } else { 150 };
        std::time::advance(up_to(Duration::from_millis(most)));
    }
}
