//! Turns in virtual time.

#![allow(clippy::unwrap_used)]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::*;
use crate::operation::Quota;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Lets a future begin.
async fn begin(mut future: std::pin::Pin<&mut impl Future>) {
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn half_the_calls_have_a_turn_and_the_others_know_when_theirs_is_too_late() {
    let rule = Rule::of(Some(Quota { calls: 2, seconds: 60 })).unwrap();
    let turns = Turns::new(rule);
    let turn = turns.try_next().unwrap();
    assert!(turns.try_next().is_none());
    let now = Instant::now();
    let promised = now + MS(1000);
    // While nothing is known of the place that is held, who waits does so until its deadline.
    assert!(turns.next(now + MS(10)).await.is_err());
    assert_eq!(now.elapsed(), MS(10));
    turns.promised(promised);
    assert!(turns.next(promised - MS(1)).await.is_err());
    assert_eq!(now.elapsed(), MS(10), "it is told at once");
    let mut first = pin!(turns.next(promised));
    begin(first.as_mut()).await;
    let mut second = pin!(turns.next(promised + rule.span()));
    begin(second.as_mut()).await;
    // With two ahead of it, the place is a span later.
    assert!(turns.next(promised + rule.span() - MS(1)).await.is_err());
    assert_eq!(now.elapsed(), MS(10), "it is told at once");
    let mut third = pin!(turns.next(promised + rule.span()));
    begin(third.as_mut()).await;
    drop(turn);
    drop(first.await.unwrap());
    drop(second.await.unwrap());
    drop(third.await.unwrap());
    assert_eq!(now.elapsed(), MS(10), "a turn that is given back is the next one's at once");
}
