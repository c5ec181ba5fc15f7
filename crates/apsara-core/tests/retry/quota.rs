//! Grants of the quota, one for every attempt.

use std::sync::Arc;
use std::time::Duration;

use apsara_core::Outcome;
use tokio::time::Instant;

use crate::script::*;

#[tokio::test(start_paused = true)]
async fn a_throttled_call_holds_the_others_back_too() {
    let script = Script::new([Step::Refused(400, "Throttling", vec![("x-acs-retry-after", "4000".to_owned())])]);
    let config = script.config().build().unwrap();
    let (first, second) = tokio::join!(send(&config, Unsafe::default()), async {
        tokio::task::yield_now().await;
        send(&config, Unsafe::default()).await
    });
    first.unwrap();
    let second = second.unwrap();
    assert!(second.waited() >= Duration::from_millis(3990), "{:?}", second.waited());
    assert!(script.apart(0, 1) >= Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_needs_a_grant_of_the_quota() {
    let script = Script::new([Step::NotSent, Step::Ok]);
    let config = script.config().build().unwrap();
    send(&config, Limited::default()).await.unwrap();
    let third = send(&config, Limited::default()).await.unwrap();
    assert!(script.apart(0, 2) > Duration::from_secs(10), "three attempts within the span of two");
    assert!(third.waited() > Duration::from_secs(9), "{:?}", third.waited());

    // A call without time for it is not sent.
    let config = script.config().build().unwrap();
    for _ in 0..2 {
        send(&config, Limited::default()).await.unwrap();
    }
    let late = call(&config, Limited::default()).with_deadline(Duration::from_secs(10));
    let held = late.send().await.unwrap_err();
    assert!(held.is_paced() && held.is_throttled(), "{held}");
    assert_eq!((held.outcome(), held.attempts()), (Outcome::NotSent, 0));
    assert!(held.to_string().contains("the quota has no room before the deadline (2 calls per 10 s)"), "{held}");
}

#[tokio::test(start_paused = true)]
async fn pacing_can_be_turned_off_and_accounts_are_told_apart() {
    let script = Script::new([]);
    let config = script.config().without_pacing().build().unwrap();
    let start = Instant::now();
    for _ in 0..50 {
        send(&config, Limited::default()).await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);

    let pacer = Arc::new(apsara_core::pacing::LocalPacer::new());
    let of = |account: &str| script.config().account(account).pacer(Arc::clone(&pacer)).build().unwrap();
    let (one, same, other) = (of("1"), of("1"), of("2"));
    for config in [&one, &same, &other] {
        send(config, Limited::default()).await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    send(&one, Limited::default()).await.unwrap();
    assert!(start.elapsed() > Duration::from_secs(10), "two configurations of an account have a quota each");
}
