//! Callers that want a key, of which one is renewed at a time.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime};

use shuttle::future::{block_on, spawn, yield_now};

use crate::Credentials;
use crate::cache::{Cache, Issued, Issuer};
use crate::chance::{draw, dropped_after, up_to};
use crate::error::Error;
use crate::time::{Instant, pass, sleep_until};
use crate::transport::BoxFuture;

std::thread_local! {
    static ISSUED: Cell<u64> = const { Cell::new(0) };
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static CLOUD: RefCell<Cloud> = const { RefCell::new(Cloud::NEW) };
}

/// Returns how many keys were issued in this process.
pub(crate) fn issued() -> u64 {
    ISSUED.get()
}

/// What happened where keys are issued.
struct Cloud {
    under_way: u32,
    /// How many refreshes have begun.
    begun: u32,
    /// The ends of the keys that were issued, by the number in their ids.
    ends: Vec<Option<Duration>>,
    /// When the last refresh failed, and how many have since one succeeded.
    failed: Option<(Duration, u32)>,
    /// Which of the keys it called expired last.
    refused: Option<usize>,
}

impl Cloud {
    const NEW: Self = Self { under_way: 0, begun: 0, ends: Vec::new(), failed: None, refused: None };
}

#[derive(Clone, Debug)]
struct Keys;

impl Issuer for Keys {
    fn issue<'a>(&'a self, current: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async move {
            let now = Instant::now().elapsed_since_start();
            CLOUD.with_borrow_mut(|cloud| {
                cloud.under_way += 1;
                cloud.begun += 1;
                assert_eq!(cloud.under_way, 1, "two refreshes at once");
                if let Some((at, _)) = cloud.failed {
                    let pause = now - at;
                    assert!(pause >= Duration::from_secs(1), "asked again {pause:?} after a failure");
                }
                if let Some(current) = current {
                    let last = cloud.ends.len() - 1;
                    assert!(
                        current.access_key_id().ends_with(&format!("-{last}")),
                        "another key than the last is renewed"
                    );
                }
            });
            for _ in 0..draw(4) {
                yield_now().await;
            }
            if draw(2) == 0 {
                sleep_until(Instant::now() + up_to(Duration::from_millis(500))).await;
            }
            let now = Instant::now().elapsed_since_start();
            CLOUD.with_borrow_mut(|cloud| {
                cloud.under_way -= 1;
                if draw(4) == 0 {
                    let failures = cloud.failed.map_or(0, |(_, failures)| failures);
                    cloud.failed = Some((now, failures + 1));
                    return Err(Error::config("refused"));
                }
                cloud.failed = None;
                ISSUED.set(ISSUED.get() + 1);
                let number = cloud.ends.len();
                let lasts = Duration::from_secs(2 + draw(20));
                let expiration = SystemTime::now() + lasts;
                cloud.ends.push(Some(expiration.elapsed_since_start()));
                let credentials = Credentials::temporary(format!("STS.key-{number}"), "secret", "token").unwrap();
                Ok(Issued { credentials, expiration: Some(expiration) })
            })
        })
    }
}

/// Has some tasks ask for keys again and again while time passes, some of them dropped while they wait.
pub(crate) fn scenario() {
    std::time::reset();
    CLOUD.set(Cloud::NEW);
    let cache = Cache::default();
    let tasks = 2 + draw(4);
    LEFT.set(tasks);
    for _ in 0..tasks {
        let cache = cache.clone();
        spawn(async move {
            for _ in 0..1 + draw(4) {
                one(&cache).await;
                sleep_until(Instant::now() + up_to(Duration::from_secs(3))).await;
            }
            LEFT.set(LEFT.get() - 1);
        });
    }
    // What a dropped caller had begun ends without it.
    loop {
        block_on(pass(|| LEFT.get() == 0 && CLOUD.with_borrow(|cloud| cloud.under_way == 0)));
        // What it has begun may not even have asked yet: then its key will take the place of the last one.
        let begun = CLOUD.with_borrow(|cloud| cloud.begun);
        block_on(async {
            for _ in 0..500 {
                yield_now().await;
            }
        });
        if CLOUD.with_borrow(|cloud| cloud.begun == begun && cloud.under_way == 0) {
            break;
        }
    }
    // A key that was issued is never lost with who asked for it: as long as it is valid, and the cloud takes it, it is what the next
    // one gets.
    let last = CLOUD.with_borrow(|cloud| {
        let is_refused = cloud.refused == cloud.ends.len().checked_sub(1);
        cloud.ends.last().copied().flatten().filter(|_| !is_refused)
    });
    let now = SystemTime::now().elapsed_since_start();
    if let Some(end) = last.filter(|end| *end > now + Duration::from_secs(10)) {
        let number = CLOUD.with_borrow(|cloud| cloud.ends.len() - 1);
        let is_kept = block_on(async {
            // Whoever issued it may still have to write it down, which takes no time.
            for _ in 0..10_000 {
                let given = cache.credentials(&Keys).await;
                if given.is_ok_and(|given| number_of(&given) == number) {
                    return true;
                }
                yield_now().await;
            }
            false
        });
        assert!(is_kept, "key {number}, valid until {end:?}, was lost");
    }
}

async fn one(cache: &Cache) {
    let polls = if draw(3) == 0 { draw(8) } else { u64::MAX };
    let given = dropped_after(polls, async {
        let given = cache.credentials(&Keys).await;
        valid(given.as_ref());
        // The cloud may call a key expired that is not yet.
        match given {
            Ok(given) if draw(4) == 0 => {
                let refused = number_of(&given);
                CLOUD.with_borrow_mut(|cloud| cloud.refused = cloud.refused.max(Some(refused)));
                let renewed = cache.renew(&Keys, &given).await;
                valid(renewed.as_ref());
                let is_same = renewed.is_ok_and(|key| number_of(&key) == refused);
                assert!(!is_same, "key {refused} was given in the place of itself");
            }
            _ => {}
        }
    });
    given.await;
}

/// Returns which key it is, counted from 0 as they were issued.
fn number_of(key: &Credentials) -> usize {
    key.access_key_id().rsplit('-').next().unwrap().parse().unwrap()
}

/// Sees that a key that is given out was not over when it was looked at.
fn valid(given: Result<&Credentials, &Error>) {
    match given {
        Ok(key) => {
            let number = number_of(key);
            let end = CLOUD.with_borrow(|cloud| cloud.ends[number]).unwrap();
            assert!(
                SystemTime::seen() < end,
                "key {number} was given out {:?} after its end",
                SystemTime::seen() - end
            );
        }
        Err(error) => assert!(error.0 == "refused" || error.0.contains("over already"), "{}", error.0),
    }
}
