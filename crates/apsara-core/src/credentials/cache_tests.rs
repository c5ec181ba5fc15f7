//! The cache in virtual time.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{advance, sleep};

use super::*;
use crate::credentials::testing::{clock, start};

/// Issues numbered keys, a second after it was asked.
#[derive(Clone, Debug)]
struct Numbered(Arc<Plan>);

#[derive(Debug)]
struct Plan {
    issued: AtomicU32,
    fails: Mutex<bool>,
    /// How long it takes to issue a key.
    takes: Mutex<Duration>,
    /// The number of the key that is issued, unless it is the next one.
    always: Mutex<Option<u32>>,
    /// How long a key lasts; nothing if it has no end.
    lasts: Option<Duration>,
    from: Instant,
}

impl Issuer for Numbered {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let number = self.0.issued.fetch_add(1, Ordering::SeqCst) + 1;
            let takes = *self.0.takes.lock().unwrap();
            sleep(takes).await;
            if *self.0.fails.lock().unwrap() {
                return Err(Error::config(format!("failure {number}")));
            }
            let expiration = self.0.lasts.map(|lasts| start() + self.0.from.elapsed() + lasts);
            let number = self.0.always.lock().unwrap().unwrap_or(number);
            Ok(Issued { credentials: numbered(number), expiration })
        })
    }
}

impl Numbered {
    fn lasting(lasts: Option<Duration>) -> (Self, Cache) {
        let plan = Plan {
            issued: AtomicU32::new(0),
            fails: Mutex::new(false),
            takes: Mutex::new(SECOND),
            always: Mutex::new(None),
            lasts,
            from: Instant::now(),
        };
        (Self(Arc::new(plan)), Cache::with_clock(clock()))
    }

    fn issued(&self) -> u32 {
        self.0.issued.load(Ordering::SeqCst)
    }

    fn fail(&self, fails: bool) {
        *self.0.fails.lock().unwrap() = fails;
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn numbered(number: u32) -> Credentials {
    Credentials::temporary(format!("STS.{number}"), "secret", "token").unwrap()
}

/// The number of the key that a caller gets, or the error, and how long that took.
async fn ask(cache: &Cache, issuer: &Numbered) -> (Result<u32, String>, Duration) {
    let asked = Instant::now();
    let given = cache.credentials(issuer).await;
    let number = |key: Credentials| key.access_key_id().strip_prefix("STS.").unwrap().parse().unwrap();
    (given.map(number).map_err(|error| error.to_string()), asked.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_key_is_kept_until_a_quarter_of_an_hour_is_left_and_then_renewed_behind_the_callers() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), SECOND));
    advance(HOUR - 15 * MINUTE - 2 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), Duration::ZERO));
    assert_eq!(issuer.issued(), 1);
    advance(3 * SECOND).await;
    // Nobody waits, and only one asks.
    for _ in 0..10 {
        assert_eq!(ask(&cache, &issuer).await, (Ok(1), Duration::ZERO));
    }
    sleep(2 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(2), Duration::ZERO));
    assert_eq!(issuer.issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn callers_wait_when_three_minutes_are_left() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    advance(HOUR - 3 * MINUTE + SECOND).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(2), SECOND));
}

#[tokio::test(start_paused = true)]
async fn callers_wait_five_seconds_for_who_gives_no_answer_while_their_key_is_valid() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    *issuer.0.takes.lock().unwrap() = 30 * SECOND;
    advance(HOUR - 2 * MINUTE).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), 5 * SECOND));
    // Whoever comes later has waited already, and the refresh goes on.
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), Duration::ZERO));
    sleep(26 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(2), Duration::ZERO));
    assert_eq!(issuer.issued(), 2);
    // A key that is over while somebody waits is not given out.
    advance(HOUR - 3 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(3), 30 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_cloud_called_expired_while_somebody_waits_is_not_given_out() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    *issuer.0.takes.lock().unwrap() = 30 * SECOND;
    advance(HOUR - 2 * MINUTE).await;
    let expired = numbered(1);
    let (waited, renewed) = tokio::join!(ask(&cache, &issuer), cache.renew(&issuer, &expired));
    assert_eq!((waited.0, renewed.unwrap()), (Ok(2), numbered(2)));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_at_the_end_of_a_key_have_it_renewed_once() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    for (seconds, issued) in [(0, 1), (3600, 2), (3600, 3)] {
        advance(Duration::from_secs(seconds)).await;
        let mut callers = JoinSet::new();
        for _ in 0..100 {
            let (issuer, cache) = (issuer.clone(), cache.clone());
            callers.spawn(async move { ask(&cache, &issuer).await.0 });
        }
        assert_eq!(callers.join_all().await, vec![Ok(issued); 100]);
        assert_eq!(issuer.issued(), issued);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_cloud_calls_expired_is_renewed_once_for_all_calls() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..2 {
        let (issuer, cache) = (issuer.clone(), cache.clone());
        callers.spawn(async move { cache.renew(&issuer, &numbered(1)).await.unwrap() });
    }
    assert_eq!(callers.join_all().await, vec![numbered(2); 2]);
    // One that comes late is given what the others got.
    assert_eq!(cache.renew(&issuer, &numbered(1)).await.unwrap(), numbered(2));
    assert_eq!(issuer.issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_old_key_is_given_out_while_it_is_valid_and_nobody_is_asked_in_the_pauses() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    issuer.fail(true);
    advance(HOUR - 15 * MINUTE).await;
    while Instant::now() < issuer.0.from + HOUR {
        assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
        sleep(SECOND).await;
    }
    // 900 s with pauses of 1, 2, 4, 8, 16, 32 and then 60 s, and with the second that each try takes.
    let tries = issuer.issued() - 1;
    assert!((15..=25).contains(&tries), "{tries} tries");
    sleep(2 * SECOND).await;
    assert!(ask(&cache, &issuer).await.0.unwrap_err().starts_with("failure"));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_a_failure_is_told_to_all_and_tried_again_after_a_pause_of_at_most_five_seconds() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    issuer.fail(true);
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let (issuer, cache) = (issuer.clone(), cache.clone());
        callers.spawn(async move { ask(&cache, &issuer).await.0 });
    }
    assert_eq!(callers.join_all().await, vec![Err("failure 1".to_owned()); 100]);
    assert_eq!(ask(&cache, &issuer).await, (Err("failure 1".to_owned()), Duration::ZERO));
    for _ in 0..10 {
        sleep(5 * SECOND).await;
        ask(&cache, &issuer).await.0.unwrap_err();
    }
    assert_eq!(issuer.issued(), 11);
    issuer.fail(false);
    sleep(5 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await.0, Ok(12));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_cloud_calls_expired_is_given_to_nobody_and_the_pauses_are_those_without_a_key() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    issuer.fail(true);
    let renewed = async |cache: &Cache| cache.renew(&issuer, &numbered(1)).await.map(drop).map_err(|e| e.to_string());
    assert_eq!(renewed(&cache).await, Err("failure 2".to_owned()));
    assert_eq!(ask(&cache, &issuer).await, (Err("failure 2".to_owned()), Duration::ZERO));
    for _ in 0..10 {
        sleep(5 * SECOND).await;
        renewed(&cache).await.unwrap_err();
    }
    assert_eq!(issuer.issued(), 12);
    issuer.fail(false);
    sleep(5 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await.0, Ok(13));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_cloud_calls_expired_is_none_though_it_is_issued_again() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    *issuer.0.always.lock().unwrap() = Some(1);
    let told = "the key STS.1 was issued again, which the cloud calls expired";
    assert_eq!(cache.renew(&issuer, &numbered(1)).await.unwrap_err().to_string(), told);
    assert_eq!(issuer.issued(), 2);
    for _ in 0..3 {
        assert_eq!(ask(&cache, &issuer).await, (Err(told.to_owned()), Duration::ZERO));
        assert_eq!(cache.renew(&issuer, &numbered(1)).await.unwrap_err().to_string(), told);
    }
    assert_eq!(issuer.issued(), 2);
    sleep(5 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await.0, Err(told.to_owned()));
    *issuer.0.always.lock().unwrap() = None;
    sleep(5 * SECOND).await;
    assert_eq!(ask(&cache, &issuer).await.0, Ok(4));
    // Nor does it come back later.
    *issuer.0.always.lock().unwrap() = Some(1);
    advance(HOUR).await;
    assert_eq!(ask(&cache, &issuer).await.0, Err(told.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_key_without_an_end_that_the_cloud_calls_expired_is_none_either() {
    let (issuer, cache) = Numbered::lasting(None);
    assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
    *issuer.0.always.lock().unwrap() = Some(1);
    let told = "the key STS.1 was issued again, which the cloud calls expired";
    assert_eq!(cache.renew(&issuer, &numbered(1)).await.unwrap_err().to_string(), told);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_began_with_a_key_lasts_no_longer_than_one_without_when_the_key_is_over() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    ask(&cache, &issuer).await.0.unwrap();
    issuer.fail(true);
    advance(HOUR - 15 * MINUTE).await;
    for _ in 0..7 {
        assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
        sleep(MINUTE + SECOND).await;
    }
    // The last pause is one of a minute, and the cloud takes the key no more.
    assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
    sleep(6 * SECOND).await;
    let tries = issuer.issued();
    assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
    assert_eq!(issuer.issued(), tries);
    let error = cache.renew(&issuer, &numbered(1)).await.unwrap_err().to_string();
    assert_eq!(error, format!("failure {}", tries + 1));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_over_when_the_cloud_called_it_so_is_not_given_to_who_looked_at_the_clock_before() {
    let past_the_end = Arc::new(Mutex::new(None));
    let read = Arc::clone(&past_the_end);
    let cache =
        Cache::with_clock(Clock::new(move || read.lock().unwrap().map_or(start(), |past| start() + HOUR + past)));
    let (issuer, _) = Numbered::lasting(Some(HOUR - SECOND));
    assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
    issuer.fail(true);
    *past_the_end.lock().unwrap() = Some(2 * SECOND);
    cache.renew(&issuer, &numbered(1)).await.unwrap_err();
    *past_the_end.lock().unwrap() = Some(SECOND);
    assert_eq!(ask(&cache, &issuer).await.0, Err("failure 2".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_leaves_the_new_key_to_the_next() {
    let (issuer, cache) = Numbered::lasting(Some(HOUR));
    tokio::time::timeout(SECOND / 2, cache.credentials(&issuer)).await.unwrap_err();
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), SECOND / 2));
    assert_eq!(issuer.issued(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_lasts_shortly_is_renewed_when_a_third_is_left() {
    let (issuer, cache) = Numbered::lasting(Some(15 * MINUTE));
    ask(&cache, &issuer).await.0.unwrap();
    advance(9 * MINUTE).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), Duration::ZERO));
    sleep(2 * SECOND).await;
    assert_eq!(issuer.issued(), 1);
    advance(MINUTE).await;
    assert_eq!(ask(&cache, &issuer).await, (Ok(1), Duration::ZERO));
    sleep(2 * SECOND).await;
    assert_eq!(issuer.issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_without_an_end_is_asked_for_each_time_but_once_by_those_who_ask_together() {
    let (issuer, cache) = Numbered::lasting(None);
    assert_eq!(ask(&cache, &issuer).await.0, Ok(1));
    let (first, second) = tokio::join!(ask(&cache, &issuer), ask(&cache, &issuer));
    assert_eq!((first.0, second.0), (Ok(2), Ok(2)));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_over_when_it_is_issued_is_an_error_that_names_the_clock() {
    let (issuer, cache) = Numbered::lasting(Some(Duration::ZERO));
    let error = ask(&cache, &issuer).await.0.unwrap_err();
    assert!(error.contains("STS.1") && error.contains("clock"), "{error}");
}
