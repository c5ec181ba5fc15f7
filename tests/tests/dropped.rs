//! Calls that are dropped wherever they wait: by the quota, by the pool, and by what the cloud did.

#![allow(clippy::unwrap_used)]

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use apsara::pacing::LocalPacer;
use apsara::transport::{HyperTransport, ReqwestTransport, Transport};
use apsara::{Config, live};
use apsara_emulator::Emulator;
use apsara_tests::credentials;

/// Polls a future so often, and drops it if it has not ended by then.
async fn dropped_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (Box::pin(future), polls);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_call_that_is_dropped_anywhere_leaves_quota_and_pool_as_they_should_be() {
    drops(ReqwestTransport::builder().without_proxy().build().unwrap()).await;
    drops(HyperTransport::new().unwrap()).await;
}

/// How many calls of the operation are granted in a second.
const QUOTA: usize = 10;

/// Drops calls after no poll, one poll, two polls and so on, until one ends; and that again, while the quota makes them wait.
async fn drops(transport: impl Transport + 'static) {
    let emulator = Emulator::start().await.unwrap();
    let config = Config::builder()
        .credentials(credentials(&emulator))
        .endpoint(emulator.url())
        .pacer(LocalPacer::new())
        .transport(transport)
        .deadline(Duration::from_secs(20))
        .build()
        .unwrap();
    let live = live::Client::new(&config);
    // By its page, one call can be told from the others.
    let describe =
        |page: i32| live.describe_live_pull_to_push_list().region("cn-shanghai").page_number(page).send_raw();
    let (mut begun, mut dropped) = (0, 0);
    while dropped < 3 * QUOTA {
        for polls in 0.. {
            begun += 1;
            match dropped_after(polls, describe(begun)).await {
                None => dropped += 1,
                Some(told) => {
                    told.unwrap();
                    break;
                }
            }
        }
    }
    // Nobody who was dropped holds a place or a connection: as many as ever are granted at once, and answered.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 1..=QUOTA as i32 {
        calls.spawn(describe(begun + number));
    }
    let all = tokio::time::timeout(Duration::from_secs(10), calls.join_all());
    for told in all.await.expect("calls after those that were dropped hang") {
        assert_eq!(told.unwrap().waited(), Duration::ZERO, "a dropped call holds a place");
    }
    // No call was made twice.
    let ledger = emulator.ledger();
    let mut made: Vec<&str> = ledger.iter().map(|entry| entry.parameter("PageNumber").unwrap()).collect();
    let count = made.len();
    made.sort_unstable();
    made.dedup();
    assert!(
        count > QUOTA && made.len() == count,
        "{count} calls reached the cloud, and {} of them are different",
        made.len()
    );
}
