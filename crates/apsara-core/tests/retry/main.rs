//! Attempts over a scripted transport, in virtual time: what is sent again, with what, after how long, and what is told.

#![allow(clippy::unwrap_used)]

mod clock;
mod credentials;
mod crowd;
mod observe;
mod parameters;
mod quota;
mod script;

use std::time::Duration;

use apsara_core::{Outcome, Retry};
use bytes::Bytes;
use tokio::time::Instant;

use script::*;

#[tokio::test(start_paused = true)]
async fn what_is_known_not_to_have_been_executed_is_sent_again_by_every_operation() {
    for step in [Step::NotSent, refused(400, "Throttling.User"), refused(503, "Throttling")] {
        assert_eq!(end(std::slice::from_ref(&step), Safe::default()).await, (None, 2), "{step:?}");
        assert_eq!(end(std::slice::from_ref(&step), WithToken::default()).await, (None, 2), "{step:?}");
        assert_eq!(end(std::slice::from_ref(&step), Unsafe::default()).await, (None, 2), "{step:?}");
    }
    let always = [Step::NotSent, Step::NotSent, Step::NotSent, Step::NotSent];
    assert_eq!(end(&always, Unsafe::default()).await, (Some(Outcome::NotSent), 3));
    let throttled = vec![refused(429, "Throttling.Api"); 4];
    assert_eq!(end(&throttled, Unsafe::default()).await, (Some(Outcome::Rejected), 3));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_executed_is_sent_again_only_if_it_may_be_executed_twice() {
    let unclear = [
        (Step::Cut, Outcome::Unknown),
        (Step::CutAnswer(200), Outcome::Executed),
        (Step::CutAnswer(400), Outcome::Unknown),
        (Step::Body(502, "<html>"), Outcome::Unknown),
        (Step::Body(500, ""), Outcome::Unknown),
        (refused(500, "InternalError"), Outcome::Unknown),
        (refused(503, "ServiceUnavailable"), Outcome::Unknown),
        (refused(400, "SignatureNonceUsed"), Outcome::Unknown),
    ];
    for (step, outcome) in unclear {
        assert_eq!(end(std::slice::from_ref(&step), Safe::default()).await, (None, 2), "{step:?}");
        assert_eq!(end(std::slice::from_ref(&step), WithToken::default()).await, (None, 2), "{step:?}");
        assert_eq!(end(std::slice::from_ref(&step), Unsafe::default()).await, (Some(outcome), 1), "{step:?}");
    }
    // Whatever is asked for again would be answered no better.
    assert_eq!(end(&[Step::Body(200, "<html>")], Safe::default()).await, (Some(Outcome::Executed), 1));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_after_an_unclear_attempt_is_still_unclear() {
    let rejected = refused(400, "CodeTaskNotExist");
    assert_eq!(end(&[Step::Cut, rejected.clone()], Safe::default()).await, (Some(Outcome::Unknown), 2));
    let executed = [Step::CutAnswer(200), rejected.clone()];
    assert_eq!(end(&executed, Safe::default()).await, (Some(Outcome::Executed), 2));
    assert_eq!(end(&[Step::NotSent, rejected.clone()], Safe::default()).await, (Some(Outcome::Rejected), 2));
    assert_eq!(
        end(&[refused(400, "Throttling"), Step::NotSent, Step::NotSent], Unsafe::default()).await.0,
        Some(Outcome::Rejected)
    );
    assert_eq!(end(&[Step::Cut, Step::Body(200, "<html>")], Safe::default()).await, (Some(Outcome::Unknown), 2));
    assert_eq!(end(&[rejected], Unsafe::default()).await, (Some(Outcome::Rejected), 1));
}

#[tokio::test(start_paused = true)]
async fn every_attempt_has_its_own_nonce_and_says_which_it_is() {
    let script = Script::new([Step::NotSent, Step::Cut]);
    script.call(Safe::default()).await.unwrap();
    let nonces = script.headers("x-acs-signature-nonce");
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2], "{nonces:?}");
    let again = script.headers("x-acs-retry-attempts");
    assert_eq!(again, [None, Some("1".to_owned()), Some("2".to_owned())]);
    let delays = script.headers("x-acs-retry-delay");
    assert_eq!(delays[0], None);
    for (index, delay) in delays.iter().enumerate().skip(1) {
        let said = Duration::from_millis(delay.as_ref().unwrap().parse().unwrap());
        let waited = script.apart(index - 1, index);
        assert!(said <= waited && waited <= said + Duration::from_millis(3), "{said:?} {waited:?}");
    }
    let signed = script.headers("authorization");
    assert!(signed[2].as_ref().unwrap().contains(";x-acs-retry-attempts;x-acs-retry-delay;"), "{signed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_token_is_made_once_for_a_call_and_one_that_is_given_is_kept() {
    let token = |request: &http::Request<Bytes>| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        query.split('&').find_map(|pair| pair.strip_prefix("ClientToken=")).map(str::to_owned)
    };
    let script = Script::new([Step::Cut, Step::Cut]);
    let answer = script.call(WithToken::default()).await.unwrap();
    assert_eq!(answer.client_token(), script.sent().first().and_then(token).as_deref());
    let made: Vec<_> = script.sent().iter().map(token).collect();
    assert!(made[0].as_ref().is_some_and(|token| token.len() == 32), "{made:?}");
    assert_eq!((&made[1], &made[2]), (&made[0], &made[0]));

    script.call(WithToken::default()).await.unwrap();
    assert_ne!(script.sent().last().map(token).unwrap(), made[0], "two calls share a token");
    script.call(WithToken { client_token: Some("mine".to_owned()) }).await.unwrap();
    assert_eq!(script.sent().last().and_then(token).as_deref(), Some("mine"));
    script.call(Unsafe::default()).await.unwrap();
    assert_eq!(script.sent().last().and_then(token), None);

    // Whoever wants to be sure can send the same again.
    let cut = Script::new(vec![Step::Cut; 3]);
    let error = cut.call(WithToken::default()).await.unwrap_err();
    assert_eq!(
        (error.client_token(), error.outcome()),
        (cut.sent().first().and_then(token).as_deref(), Outcome::Unknown)
    );
    assert_eq!(script.call(Unsafe::default()).await.unwrap().client_token(), None);

    // What is made is not missing, though the documents require it.
    assert_eq!(call(&script.config().build().unwrap(), WithToken::default()).check(), []);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_still_being_worked_on_is_waited_for() {
    assert_eq!(end(&[refused(409, "LastTokenProcessing")], WithToken::default()).await, (None, 2));
    // Somebody's call with that token is being executed, so that nobody knows of this one.
    assert_eq!(end(&[refused(409, "LastTokenProcessing")], Unsafe::default()).await, (Some(Outcome::Unknown), 1));
}

#[tokio::test(start_paused = true)]
async fn the_cloud_says_how_long_to_wait() {
    let wait = |ms: u64| Step::Refused(429, "Throttling.User", vec![("x-acs-retry-after", ms.to_string())]);
    let script = Script::new([wait(1500)]);
    script.call(Unsafe::default()).await.unwrap();
    let apart = script.apart(0, 1);
    assert!(apart >= Duration::from_millis(1500) && apart < Duration::from_millis(1610), "{apart:?}");

    // A refusal that may have come too late says it as well.
    for (status, code) in [(503, "ServiceUnavailable"), (500, "InternalError"), (409, "LastTokenProcessing")] {
        let script = Script::new([Step::Refused(status, code, vec![("x-acs-retry-after", "1500".to_owned())])]);
        script.call(Safe::default()).await.unwrap();
        let apart = script.apart(0, 1);
        assert!(apart >= Duration::from_millis(1500) && apart < Duration::from_millis(1610), "{code}: {apart:?}");
    }

    // So does an answer that is no refusal in the cloud's shape.
    let script = Script::new([Step::Refused(503, "", vec![("x-acs-retry-after", "5000".to_owned())])]);
    script.call(Safe::default()).await.unwrap();
    assert!(script.apart(0, 1) >= Duration::from_secs(5), "{:?}", script.apart(0, 1));

    // Longer than there is time: it is told at once.
    let script = Script::new([wait(90_000)]);
    let start = Instant::now();
    let error = script.call(Unsafe::default()).await.unwrap_err();
    assert!(error.is_throttled() && start.elapsed() == Duration::ZERO, "{error}");
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_deadline_holds_for_all_attempts_and_what_was_unclear_stays_so() {
    let script = Script::new([Step::Cut, Step::Hang]);
    let config = script.config().build().unwrap();
    let start = Instant::now();
    let error = call(&config, Safe::default()).with_deadline(Duration::from_secs(3)).send().await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert!(error.is_timeout() && error.outcome() == Outcome::Unknown && error.attempts() == 2, "{error}");

    // What has no time is not begun.
    let script = Script::new([]);
    let config = script.config().build().unwrap();
    let error = call(&config, Unsafe::default()).with_deadline(Duration::ZERO).send().await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts(), script.sent().len()), (Outcome::NotSent, 0, 0), "{error}");

    let script = Script::new([Step::NotSent, Step::Hang]);
    let config = script.config().build().unwrap();
    let error = call(&config, Unsafe::default()).with_deadline(Duration::from_secs(3)).send().await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 2), "{error}");
}

#[tokio::test(start_paused = true)]
async fn attempts_can_be_set_for_a_client_and_for_a_call() {
    let script = Script::new(vec![Step::NotSent; 9]);
    let config = script.config().retry(Retry::new().attempts(5)).build().unwrap();
    assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().attempts(), 5);
    let error = call(&config, Unsafe::default()).with_retry(Retry::never()).send().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_amplified() {
    let script = Script::new(vec![Step::NotSent; 100_000]);
    let config = script.config().build().unwrap();
    for _ in 0..1000 {
        assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().outcome(), Outcome::NotSent);
    }
    assert_eq!(script.sent().len(), 1100, "a thousand calls and what the budget has");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_sends_nothing_more() {
    let script = Script::new([Step::NotSent, Step::Ok]);
    let config =
        script.config().retry(Retry::new().waits(Duration::from_secs(9), Duration::from_secs(9))).build().unwrap();
    let _ = tokio::time::timeout(Duration::ZERO, send(&config, Unsafe::default())).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(script.sent().len(), 1);
}
