//! The local pacer in virtual time.

#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use tokio::time::{advance, sleep};

use super::super::lane::GUARD;
use super::*;
use crate::operation::{Operation, Product, Quota};

static PRODUCT: Product = Product::of("Test", "2026-01-01");
static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };
static THREE_A_MINUTE: Operation =
    Operation { name: "Three", quota: Some(Quota { calls: 3, seconds: 60 }), ..Operation::of(&PRODUCT) };
static NONE: Operation = Operation { name: "None", ..Operation::of(&PRODUCT) };

const MS: fn(u64) -> Duration = Duration::from_millis;

fn lane(operation: &'static Operation) -> Lane<'static> {
    Lane { account: "a", operation }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(100_000)
}

/// Lets so many calls ask at random times, and returns when each was granted, in the order of the grants.
async fn grants(operation: &'static Operation, calls: u32, seed: u64) -> Vec<(u32, Instant)> {
    let pacer = Arc::new(LocalPacer::new());
    let granted = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = tokio::task::JoinSet::new();
    let mut state = seed;
    for number in 0..calls {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sleep(MS((state >> 33) % 90)).await;
        let (pacer, granted) = (Arc::clone(&pacer), Arc::clone(&granted));
        let drop_it = state.is_multiple_of(7);
        tasks.spawn(async move {
            if drop_it {
                let _ = tokio::time::timeout(MS(5), pacer.acquire(lane(operation), far())).await;
                return;
            }
            if !pacer.try_acquire(lane(operation)) {
                pacer.acquire(lane(operation), far()).await.unwrap();
            }
            granted.lock().unwrap().push((number, Instant::now()));
        });
    }
    while tasks.join_next().await.is_some() {}
    Arc::try_unwrap(granted).unwrap().into_inner().unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_span_holds_more_than_the_quota_and_the_first_to_ask_is_the_first_granted() {
    for (operation, calls, span) in [(&TEN, 300, 1_000), (&THREE_A_MINUTE, 40, 60_000)] {
        let seed = 42;
        let granted = grants(operation, calls, seed).await;
        let most = operation.quota.unwrap().calls as usize;
        for window in granted.windows(most + 1) {
            let apart = window[most].1 - window[0].1;
            assert!(apart > MS(span), "seed {seed}: {} grants within {apart:?}", most + 1);
        }
        assert!(granted.is_sorted_by_key(|(number, _)| *number), "seed {seed}: not in turn");
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_the_quota_is_immediate_and_the_next_waits_for_the_span() {
    let pacer = LocalPacer::new();
    let start = Instant::now();
    for _ in 0..10 {
        assert!(pacer.try_acquire(lane(&TEN)));
    }
    assert!(!pacer.try_acquire(lane(&TEN)));
    pacer.acquire(lane(&TEN), far()).await.unwrap();
    let waited = start.elapsed();
    assert!(waited >= MS(1000) + GUARD && waited <= MS(1002) + GUARD, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn accounts_and_operations_do_not_wait_for_each_other() {
    let pacer = LocalPacer::new();
    for _ in 0..3 {
        assert!(pacer.try_acquire(lane(&THREE_A_MINUTE)));
    }
    assert!(!pacer.try_acquire(lane(&THREE_A_MINUTE)));
    assert!(pacer.try_acquire(lane(&TEN)));
    assert!(pacer.try_acquire(Lane { account: "b", operation: &THREE_A_MINUTE }));
    assert!((0..1000).all(|_| pacer.try_acquire(lane(&NONE))));
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let pacer = Arc::new(LocalPacer::new());
    let start = Instant::now();
    for _ in 0..10 {
        assert!(pacer.try_acquire(lane(&TEN)));
    }
    let soon = start + MS(500);
    assert_eq!(pacer.acquire(lane(&TEN), soon).await, Err(PacingError::Late));
    assert_eq!(start.elapsed(), Duration::ZERO, "it waited for what cannot come");

    // Ten that wait are served by the second span, so an eleventh is not.
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let pacer = Arc::clone(&pacer);
        waiting.spawn(async move { pacer.acquire(lane(&TEN), far()).await });
    }
    tokio::task::yield_now().await;
    assert_eq!(pacer.acquire(lane(&TEN), start + MS(2000)).await, Err(PacingError::Late));
    assert_eq!(start.elapsed(), Duration::ZERO);
    pacer.acquire(lane(&TEN), start + MS(2200)).await.unwrap();
    assert!(start.elapsed() > MS(2000));
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_there_is_room_does_not_go_before_those_who_wait() {
    let pacer = LocalPacer::new();
    assert!((0..3).all(|_| pacer.try_acquire(lane(&THREE_A_MINUTE))));
    let mut first = pacer.acquire(lane(&THREE_A_MINUTE), far());
    assert!(tokio::time::timeout(MS(1), &mut first).await.is_err());
    // There is room, and whoever waits has not noticed yet.
    advance(Duration::from_secs(60) + GUARD).await;
    assert!(!pacer.try_acquire(lane(&THREE_A_MINUTE)));
    first.await.unwrap();
    assert!((0..2).all(|_| pacer.try_acquire(lane(&THREE_A_MINUTE))));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_takes_no_grant() {
    let pacer = LocalPacer::new();
    for _ in 0..3 {
        assert!(pacer.try_acquire(lane(&THREE_A_MINUTE)));
    }
    for _ in 0..5 {
        assert!(tokio::time::timeout(MS(1), pacer.acquire(lane(&THREE_A_MINUTE), far())).await.is_err());
    }
    advance(Duration::from_secs(60) + GUARD).await;
    assert!((0..3).all(|_| pacer.try_acquire(lane(&THREE_A_MINUTE))), "a dropped call was counted");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_granted_while_the_cloud_asks_to_wait() {
    for operation in [&TEN, &NONE] {
        let pacer = LocalPacer::new();
        let start = Instant::now();
        assert!(pacer.try_acquire(lane(operation)));
        pacer.throttled(lane(operation), MS(3000));
        pacer.throttled(lane(operation), MS(10));
        assert!(!pacer.try_acquire(lane(operation)));
        assert_eq!(pacer.acquire(lane(operation), start + MS(2999)).await, Err(PacingError::Late));
        pacer.acquire(lane(operation), far()).await.unwrap();
        assert!(start.elapsed() >= MS(3000));
        assert!(pacer.try_acquire(lane(operation)), "{}", operation.name);
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_closes_an_operation_for_good() {
    let pacer = LocalPacer::new();
    let start = Instant::now();
    pacer.throttled(lane(&NONE), Duration::from_secs(86_400));
    pacer.throttled(lane(&NONE), Duration::MAX);
    pacer.acquire(lane(&NONE), far()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(120) && start.elapsed() < Duration::from_secs(121));
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_when_it_has_become_too_late() {
    let pacer = Arc::new(LocalPacer::new());
    for _ in 0..10 {
        assert!(pacer.try_acquire(lane(&TEN)));
    }
    let start = Instant::now();
    let waiting = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { pacer.acquire(lane(&TEN), start + MS(30_000)).await }
    });
    tokio::task::yield_now().await;
    pacer.throttled(lane(&TEN), MS(60_000));
    assert_eq!(waiting.await.unwrap(), Err(PacingError::Late));
    assert!(start.elapsed() < MS(2000), "it waited for its deadline");
}

#[tokio::test(start_paused = true)]
async fn who_wakes_after_its_deadline_takes_no_grant() {
    let pacer = Arc::new(LocalPacer::new());
    for _ in 0..10 {
        assert!(pacer.try_acquire(lane(&TEN)));
    }
    let deadline = Instant::now() + MS(1500);
    let waiting = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { pacer.acquire(lane(&TEN), deadline).await }
    });
    tokio::task::yield_now().await;
    // The machine stands still for longer than it had time.
    advance(MS(5000)).await;
    assert_eq!(waiting.await.unwrap(), Err(PacingError::Late));
    assert!((0..10).all(|_| pacer.try_acquire(lane(&TEN))), "a call that came too late was counted");
}

#[tokio::test(start_paused = true)]
async fn a_grant_at_the_very_deadline_is_one() {
    let (pacer, first) = (Arc::new(LocalPacer::new()), Instant::now());
    assert!((0..10).all(|_| pacer.try_acquire(lane(&TEN))));
    let deadline = first + MS(1000) + GUARD;
    pacer.acquire(lane(&TEN), deadline).await.unwrap();
    assert_eq!(Instant::now(), deadline);
    // The same, where it was closed until then while the call waited.
    let (pacer, first) = (Arc::new(LocalPacer::new()), Instant::now());
    assert!((0..10).all(|_| pacer.try_acquire(lane(&TEN))));
    let deadline = first + MS(1500) + GUARD;
    let waiting = Arc::clone(&pacer);
    let waiting = tokio::spawn(async move { waiting.acquire(lane(&TEN), deadline).await });
    sleep(MS(100)).await;
    pacer.throttled(lane(&TEN), deadline - Instant::now());
    assert_eq!(waiting.await.unwrap(), Ok(()));
    assert_eq!(Instant::now(), deadline);
}

#[tokio::test(start_paused = true)]
async fn those_behind_a_quota_that_wait_for_a_closed_lane_are_told_at_once_that_they_are_too_late() {
    let pacer = Arc::new(LocalPacer::new());
    pacer.throttled(lane(&THREE_A_MINUTE), MS(5_000));
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let pacer = Arc::clone(&pacer);
        waiting.spawn(async move { pacer.acquire(lane(&THREE_A_MINUTE), far()).await });
    }
    tokio::task::yield_now().await;
    let asked = Instant::now();
    let late = pacer.acquire(lane(&THREE_A_MINUTE), asked + MS(30_000)).await;
    assert_eq!((late, Instant::now()), (Err(PacingError::Late), asked));
}

#[test]
fn configurations_of_a_process_share_one_pacer() {
    assert!(Arc::ptr_eq(&LocalPacer::shared(), &LocalPacer::shared()));
}

/// Grants everything, in its own time.
#[derive(Debug)]
struct Slow;

impl Pacer for Slow {
    fn acquire<'a>(&'a self, _: Lane<'a>, _: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn throttled(&self, _: Lane<'_>, _: Duration) {}
}

#[test]
fn a_pacer_grants_nothing_at_once_unless_it_says_so() {
    assert!(!Slow.try_acquire(lane(&NONE)));
}

#[tokio::test(start_paused = true)]
async fn the_stricter_of_two_quotas_of_an_operation_holds_until_nobody_asks_for_it() {
    static TWO: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(2)), ..Operation::of(&PRODUCT) };
    static UNKNOWN: Operation = Operation { name: "Ten", ..Operation::of(&PRODUCT) };
    let pacer = LocalPacer::new();
    let at_once = |operation| (0..30).filter(|_| pacer.try_acquire(lane(operation))).count();
    // A throttled call of which no quota is known opens the lane first.
    pacer.throttled(lane(&UNKNOWN), MS(1));
    advance(MS(2)).await;
    assert_eq!(at_once(&TEN), 10);
    assert_eq!(at_once(&UNKNOWN), 0, "what is known of the operation holds for all of its calls");
    advance(MS(1041)).await;
    assert_eq!((at_once(&TWO), at_once(&TEN)), (2, 0));
    for _ in 0..57 {
        advance(MS(1041)).await;
        assert_eq!((at_once(&TEN), at_once(&UNKNOWN)), (2, 0));
    }
    advance(MS(2000)).await;
    assert_eq!(at_once(&TEN), 10, "nobody has asked for the stricter one for a minute");
    advance(MS(1041)).await;
    // Of ten grants the last two count.
    assert_eq!((at_once(&TEN), at_once(&TWO)), (10, 0));
    advance(MS(1041)).await;
    assert_eq!(pacer.acquire(lane(&TWO), far()).await, Ok(()));
    assert_eq!(at_once(&TWO), 1);
}

#[tokio::test(start_paused = true)]
async fn accounts_that_nobody_asks_for_any_more_are_forgotten_and_no_grant_with_them() {
    let pacer = LocalPacer::new();
    let of = |account: &'static str| Lane { account, operation: &THREE_A_MINUTE };
    for number in 0..10_000 {
        let account = format!("job {number}");
        assert!(pacer.try_acquire(Lane { account: &account, operation: &TEN }));
        if number % 100 == 0 {
            advance(MS(10_000)).await;
        }
    }
    // Those of the last minute, and as many again.
    let kept = pacer.lanes.forget(|_| true);
    assert!(kept <= 1400, "{kept} accounts");
    for _ in 0..3 {
        assert!(pacer.try_acquire(of("kept")));
    }
    pacer.throttled(Lane { account: "closed", operation: &TEN }, MS(100_000));
    advance(MS(60_039)).await;
    for number in 0..5_000 {
        assert!(pacer.try_acquire(Lane { account: &format!("other {number}"), operation: &TEN }));
    }
    assert!(!pacer.try_acquire(of("kept")) && !pacer.try_acquire(Lane { account: "closed", operation: &TEN }));
    assert!(pacer.lanes.find(Lane { account: "job 9999", operation: &TEN }).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_a_longer_span_counts_what_was_granted_before_it_was_known() {
    static LONG: Operation =
        Operation { name: "Ten", quota: Some(Quota { calls: 100, seconds: 60 }), ..Operation::of(&PRODUCT) };
    let at_once = |pacer: &LocalPacer, operation| (0..200).filter(|_| pacer.try_acquire(lane(operation))).count();
    // Ten a second for five seconds: of the hundred a minute fifty are gone, and five more may be.
    let pacer = LocalPacer::new();
    for _ in 0..5 {
        assert_eq!(at_once(&pacer, &TEN), 10);
        advance(MS(1040)).await;
    }
    assert_eq!(at_once(&pacer, &LONG), 50);
    // For a minute: nothing is left.
    let pacer = LocalPacer::new();
    for _ in 0..60 {
        assert_eq!(at_once(&pacer, &TEN), 10);
        advance(MS(1040)).await;
    }
    assert_eq!(at_once(&pacer, &LONG), 0);
    advance(MS(60_040)).await;
    assert_eq!(at_once(&pacer, &LONG), 100);
    // One that was just opened has granted nothing.
    let pacer = LocalPacer::new();
    assert_eq!((at_once(&pacer, &TEN), at_once(&pacer, &LONG)), (10, 90));
}

#[tokio::test(start_paused = true)]
async fn a_lane_is_idle_from_the_moment_at_which_nothing_of_it_counts() {
    for (operation, closed, last) in [
        // Its quota is asked for: the stricter of two holds for a minute.
        (&TEN, None, 60_000),
        // Its grant counts for a span of the quota and 40 ms.
        (&THREE_A_MINUTE, None, 60_040),
        (&NONE, Some(100_000), 100_000),
    ] {
        let pacer = LocalPacer::new();
        match closed {
            Some(wait) => pacer.throttled(lane(operation), MS(wait)),
            None => assert!(pacer.try_acquire(lane(operation))),
        }
        let is_kept = || {
            pacer.lanes.forget(|state| !state.is_idle());
            pacer.lanes.find(lane(operation)).is_some()
        };
        advance(MS(last - 1)).await;
        assert!(is_kept(), "{}", operation.name);
        advance(MS(1)).await;
        assert!(!is_kept(), "{}", operation.name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_somebody_holds_is_not_forgotten() {
    let pacer = LocalPacer::new();
    assert!(pacer.try_acquire(lane(&TEN)));
    let held = pacer.lanes.find(lane(&TEN)).unwrap();
    advance(MS(100_000)).await;
    assert_eq!(pacer.lanes.forget(|state| !state.is_idle()), 1);
    drop(held);
    assert_eq!(pacer.lanes.forget(|state| !state.is_idle()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_no_calls_or_no_time_limits_nothing() {
    static NO_CALLS: Operation =
        Operation { name: "None", quota: Some(Quota { calls: 0, seconds: 1 }), ..Operation::of(&PRODUCT) };
    static NO_TIME: Operation =
        Operation { name: "None", quota: Some(Quota { calls: 1, seconds: 0 }), ..Operation::of(&PRODUCT) };
    let pacer = LocalPacer::new();
    for operation in [&NO_CALLS, &NO_TIME, &NO_CALLS, &NO_TIME] {
        assert!(pacer.try_acquire(lane(operation)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stricter_quota_holds_for_a_minute_and_not_longer() {
    static TWO: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(2)), ..Operation::of(&PRODUCT) };
    let at_once = |pacer: &LocalPacer| (0..30).filter(|_| pacer.try_acquire(lane(&TEN))).count();
    for (passed, granted) in [(59_999, 2), (60_000, 10)] {
        let pacer = LocalPacer::new();
        assert!(pacer.try_acquire(lane(&TWO)));
        advance(MS(passed)).await;
        assert_eq!(at_once(&pacer), granted, "after {passed} ms");
    }
}
