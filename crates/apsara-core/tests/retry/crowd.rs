//! How many attempts are under way at a time, and what becomes of those that wait.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, Credentials, CredentialsProvider, Error, Outcome};
use bytes::Bytes;
use tokio::time::{Instant, sleep};

use crate::script::*;

/// How long an answer takes that is late.
const LONG: Duration = Duration::from_secs(1);

/// Answers after a while; counts the requests that are under way, and keeps whose were sent, by their client tokens.
#[derive(Clone, Debug)]
struct Slow {
    /// In milliseconds.
    after: Arc<AtomicU64>,
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    sent: Arc<Mutex<Vec<String>>>,
}

/// Counts a request until it is answered or dropped.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Transport for Slow {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let query = request.uri().query().unwrap_or_default();
        let token = query.split('&').find_map(|pair| pair.strip_prefix("ClientToken=")).unwrap_or_default();
        self.sent.lock().unwrap().push(token.to_owned());
        let after = Duration::from_millis(self.after.load(Ordering::SeqCst));
        let under_way = UnderWay(Arc::clone(&self.under_way));
        self.most.fetch_max(under_way.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        Box::pin(async move {
            let _under_way = under_way;
            sleep(after).await;
            Ok(http::Response::new(Bytes::from_static(br#"{"RequestId":"r"}"#)))
        })
    }
}

impl Slow {
    fn new(after: Duration) -> Self {
        let after = Arc::new(AtomicU64::new(after.as_millis() as u64));
        Self { after, under_way: Arc::default(), most: Arc::default(), sent: Arc::default() }
    }

    fn config(&self, limit: usize) -> Config {
        Script::new([]).config().transport(self.clone()).concurrency_limit(limit).build().unwrap()
    }

    fn without_a_limit(&self) -> Config {
        Script::new([]).config().transport(self.clone()).build().unwrap()
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// Makes so many calls at once, which have their numbers as client tokens; returns how long it took.
async fn crowd(config: &Config, calls: usize) -> Duration {
    let start = Instant::now();
    let mut made = tokio::task::JoinSet::new();
    for number in 0..calls {
        let config = config.clone();
        made.spawn(async move { send(&config, Safe { client_token: Some(number.to_string()) }).await.map(drop) });
    }
    while let Some(call) = made.join_next().await {
        call.unwrap().unwrap();
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn so_many_are_under_way_and_the_others_follow_in_the_order_in_which_they_came() {
    let slow = Slow::new(LONG);
    let took = crowd(&slow.config(2), 6).await;
    assert_eq!((slow.most(), took.as_secs()), (2, 3));
    assert_eq!(*slow.sent.lock().unwrap(), ["0", "1", "2", "3", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_may_be_more_than_a_counter_holds_and_not_none() {
    let slow = Slow::new(LONG);
    assert_eq!(crowd(&slow.config(usize::MAX), 3000).await, LONG);
    assert_eq!(slow.most(), 3000);

    let none = Script::new([]).config().concurrency_limit(0).build().unwrap_err();
    assert!(none.is_config() && none.to_string().contains("concurrency_limit is 0"), "{none}");
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_calls_that_are_answered_soon_take_turns_in_the_order_in_which_they_came() {
    let slow = Slow::new(Duration::from_millis(50));
    // For longer than it takes until nobody counts any more who was among the first.
    let took = crowd(&slow.without_a_limit(), 3072).await;
    assert_eq!((slow.most(), took.as_millis()), (128, 1200));
    let sent = slow.sent.lock().unwrap();
    assert!(sent.iter().map(|token| token.parse::<u32>().unwrap()).is_sorted(), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_calls_that_are_answered_late_are_all_under_way_soon() {
    let slow = Slow::new(LONG * 5);
    let config = slow.without_a_limit();
    let took = crowd(&config, 3000).await;
    assert_eq!(slow.most(), 3000);
    // 128, 256, 512, 1,024, and the rest.
    assert_eq!((took - LONG * 5).as_millis(), 800);
    // Once they are over, few have room again.
    sleep(LONG * 60).await;
    slow.after.store(10, Ordering::SeqCst);
    slow.most.store(0, Ordering::SeqCst);
    assert_eq!((crowd(&config, 1280).await.as_millis(), slow.most()), (100, 128));
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_calls_that_are_not_polled_hold_others_up_for_a_moment_and_only_once() {
    let script = Script::new(std::iter::repeat_with(|| Step::Hang).take(128));
    let config = script.config().build().unwrap();
    let mut left: Vec<_> = (0..500).map(|_| Box::pin(call(&config, Unsafe::default()).send())).collect();
    for call in &mut left {
        assert!(poll_once(call.as_mut()).await);
    }
    assert_eq!(script.sent().len(), 128);
    let start = Instant::now();
    send(&config, Unsafe::default()).await.unwrap();
    assert!(start.elapsed() <= Duration::from_millis(600), "{:?}", start.elapsed());
    tokio::time::advance(LONG).await;
    goes_out_beside_another(&config).await;
    // They go out as well, when somebody looks at them again.
    for call in left.drain(128..) {
        call.await.unwrap();
    }
    assert_eq!(script.sent().len(), 502);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_who_waits_is_ended_by_the_deadline() {
    let slow = Slow::new(LONG);
    let config = slow.without_a_limit();
    let first = tokio::spawn({
        let config = config.clone();
        async move { crowd(&config, 128).await }
    });
    sleep(Duration::from_millis(1)).await;
    let start = Instant::now();
    let late = call(&config, Unsafe::default()).with_deadline(Duration::from_millis(50)).send().await.unwrap_err();
    assert_eq!((late.outcome(), late.attempts(), start.elapsed().as_millis()), (Outcome::NotSent, 0, 50), "{late}");
    assert!(late.is_timeout(), "{late}");
    assert_eq!(first.await.unwrap(), LONG);
    // Nor does it wait any longer than until its turn, and what was set for that ends no attempt.
    let took = crowd(&config, 129).await;
    assert_eq!(took.as_millis(), 1200);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_does_not_begin_before_its_turn() {
    let slow = Slow::new(LONG);
    let config = slow.config(1);
    let timed = |_| call(&config, Unsafe::default()).with_attempt_timeout(LONG + LONG / 2).send();
    let (first, second, third) = tokio::join!(timed(1), timed(2), timed(3));
    first.and(second).and(third).unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_has_no_turn_before_the_deadline_is_told_so_and_was_not_sent() {
    let script = Script::new([Step::Hang]);
    let config = script.config().concurrency_limit(1).build().unwrap();
    let start = Instant::now();
    let mut hanging = Box::pin(call(&config, Unsafe::default()).send());
    assert!(tokio::time::timeout(LONG, &mut hanging).await.is_err());
    let late = call(&config, Unsafe::default()).with_deadline(Duration::from_secs(5)).send().await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 6);
    assert!(late.is_timeout() && !late.is_paced(), "{late}");
    assert_eq!((late.outcome(), late.attempts(), script.sent().len()), (Outcome::NotSent, 0, 1));
    let told = "its turn did not come in the last 5s before the deadline: ConfigBuilder::concurrency_limit allows 1 attempt at a time";
    assert!(late.to_string().contains(told), "{late}");

    // Who was sent once is told what became of that.
    let script = Script::new([Step::Cut, Step::Hang]);
    let config = script.config().concurrency_limit(1).build().unwrap();
    let again = tokio::spawn(call(&config, Safe::default()).with_deadline(Duration::from_secs(5)).send());
    tokio::task::yield_now().await;
    assert!(tokio::time::timeout(LONG * 9, call(&config, Unsafe::default()).send()).await.is_err());
    let cut = again.await.unwrap().unwrap_err();
    assert!(cut.to_string().contains("the connection broke"), "{cut}");
    assert_eq!((cut.outcome(), cut.attempts(), script.sent().len()), (Outcome::Unknown, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_leaves_its_turn_to_the_next_wherever_it_was() {
    for is_next in [false, true] {
        let script = Script::new([Step::Hang]);
        let config = script.config().concurrency_limit(1).build().unwrap();
        let [mut sent, mut waiting, mut last] = [(); 3].map(|()| Box::pin(call(&config, Unsafe::default()).send()));
        for call in [&mut sent, &mut waiting, &mut last] {
            assert!(tokio::time::timeout(LONG, call).await.is_err());
        }
        // It waits still, or its turn has come and it has not heard of it.
        let (first, second) = if is_next { (sent, waiting) } else { (waiting, sent) };
        drop(first);
        drop(second);
        last.await.unwrap();
    }
    // So does one whose attempt was too long.
    let script = Script::new([Step::Hang]);
    let config = script.config().concurrency_limit(1).build().unwrap();
    let long = call(&config, Unsafe::default()).with_attempt_timeout(LONG).send();
    let (long, next) = tokio::join!(long, call(&config, Unsafe::default()).send());
    assert_eq!(long.unwrap_err().outcome(), Outcome::Unknown);
    next.unwrap();
}

/// Looks at a future; returns whether it waits.
async fn poll_once(mut future: Pin<&mut impl Future>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// Checks that a call goes out at once beside one that has begun to wait.
async fn goes_out_beside_another(config: &Config) {
    tokio::task::yield_now().await;
    let start = Instant::now();
    send(config, Unsafe::default()).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_its_next_attempt_or_its_quota_is_not_under_way() {
    let script = Script::new([Step::NotSent]);
    let config = script.config().concurrency_limit(1).build().unwrap();
    let again = tokio::spawn(call(&config, Safe::default()).send_raw());
    goes_out_beside_another(&config).await;
    assert_eq!(again.await.unwrap().unwrap().attempts(), 2);

    for _ in 0..2 {
        send(&config, Limited::default()).await.unwrap();
    }
    let paced = tokio::spawn(call(&config, Limited::default()).send_raw());
    goes_out_beside_another(&config).await;
    assert!(paced.await.unwrap().unwrap().waited() > Duration::from_secs(9));
}

/// Never gives any.
#[derive(Debug)]
struct Silent;

impl CredentialsProvider for Silent {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_credentials_is_not_under_way() {
    let script = Script::new([]);
    let config = script.config().credentials_provider(Silent).concurrency_limit(1).build().unwrap();
    let mut waiting = Box::pin(call(&config, Unsafe::default()).send());
    assert!(tokio::time::timeout(LONG, &mut waiting).await.is_err());
    let start = Instant::now();
    call(&config, Anonymous::default()).send().await.unwrap();
    assert_eq!((start.elapsed(), script.sent().len()), (Duration::ZERO, 1));
    assert!(waiting.await.unwrap_err().is_timeout());
}

/// Answers never, and is never without something to do.
#[derive(Debug)]
struct Busy;

impl Transport for Busy {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async {
            loop {
                tokio::task::consume_budget().await;
            }
        })
    }
}

#[tokio::test]
async fn a_transport_that_leaves_a_task_no_time_is_ended_by_the_deadline_too() {
    let config = Script::new([]).config().transport(Busy).build().unwrap();
    let late = call(&config, Unsafe::default()).with_deadline(Duration::from_millis(50)).send();
    let late = ended(late).await;
    assert!(late.is_timeout(), "{late}");
    let long = call(&config, Unsafe::default()).with_attempt_timeout(Duration::from_millis(50)).send();
    assert_eq!(ended(long).await.outcome(), Outcome::Unknown);
}

/// Waits for a call that fails in a task of its own, which may hang.
async fn ended(call: impl Future<Output = Result<Answer, Error>> + Send + 'static) -> Error {
    let ended = tokio::time::timeout(Duration::from_secs(20), tokio::spawn(call));
    ended.await.expect("it has no end").unwrap().unwrap_err()
}
