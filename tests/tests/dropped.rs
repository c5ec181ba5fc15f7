//! Calls that are dropped wherever they wait: by the quota, by the pool, and by what the cloud did.

#![allow(clippy::unwrap_used)]

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use apsara::pacing::LocalPacer;
use apsara::transport::{HyperTransport, ReqwestTransport, Transport};
use apsara::{Config, Quota};
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

/// Drops calls after no poll, one poll, two polls and so on, until one ends.
async fn drops(transport: impl Transport + 'static) {
    let quota = Quota { calls: 2, seconds: 1 };
    let emulator = Emulator::start().await.unwrap();
    let pacer = Arc::new(LocalPacer::new());
    let config = Config::builder()
        .credentials(credentials(&emulator))
        .endpoint(emulator.url())
        .pacer(Arc::clone(&pacer))
        .transport(transport)
        .deadline(Duration::from_secs(20))
        .build()
        .unwrap();
    let client = apsara::untyped::Client::new(&config);
    let describe = || {
        let call = client.call("live", "2016-11-01", "DescribeLivePullToPushList");
        call.query("Region", "cn-shanghai").quota(quota).repeat(apsara::Repeat::Unsafe)
    };
    let (mut begun, mut ended) = (0, false);
    while !ended {
        // Whoever waits for a grant, for a connection or for an answer is dropped there.
        ended = dropped_after(begun, describe().send()).await.inspect(|told| assert!(told.is_ok())).is_some();
        begun += 1;
        assert!(begun < 1000, "it does not end");
    }
    assert!(begun > 3, "it ended after {begun} polls: there was hardly anything to drop");
    // Nobody who was dropped holds a place or a connection: as many as ever are granted at once, and answered.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let both = tokio::time::timeout(Duration::from_secs(10), async {
        let (first, second) = (tokio::spawn(describe().send()), tokio::spawn(describe().send()));
        (first.await.unwrap(), second.await.unwrap())
    });
    let (first, second) = both.await.expect("calls after those that were dropped hang");
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(first.unwrap().waited().max(second.unwrap().waited()), Duration::ZERO, "a dropped call has a place");
    // No call was made twice, and none that nobody began.
    let made = emulator.ledger().iter().filter(|entry| entry.action == "DescribeLivePullToPushList").count();
    assert!(made <= begun + 2, "{made} of {begun} calls and two more reached the cloud");
}
