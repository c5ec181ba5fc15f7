//! Waits over a scripted transport, in virtual time: how often is asked, what ends a wait, and what is told.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_core::generated::v1 as rt;
use apsara_core::pacing::{Lane, Pacer, PacingError};
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, Credentials, CredentialsProvider, Error, Outcome, Progress, Retry, WaitEnd};
use bytes::Bytes;
use tokio::time::Instant;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };

const WAITER: &rt::Waiter = &rt::Waiter {
    field: "Task.State",
    until: &[rt::State::Number(1)],
    failed: &[rt::State::Number(3), rt::State::text("gone")],
};

#[derive(Clone, Debug)]
struct Client;

#[derive(Clone, Default)]
struct DescribeRequest {
    name: Option<String>,
}

impl rt::Record for DescribeRequest {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Name", name)];
}

impl rt::Request for DescribeRequest {
    type Client = Client;
    type Response = DescribeResponse;
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "Describe", repeat: rt::Repeat::Safe, ..rt::Operation::of(&PRODUCT) };
}

#[derive(Debug, Default)]
struct DescribeResponse {
    task: Option<Task>,
}

impl rt::Record for DescribeResponse {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Task", task)];
}

#[derive(Debug, Default)]
struct Task {
    state: Option<i32>,
}

impl rt::Record for Task {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("State", state)];
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Step {
    State(i32),
    Body(u16, &'static str),
    Refused(u16, &'static str),
    NotSent,
    Cut,
    Hang,
}

use Step::{Body, Cut, Hang, NotSent, Refused, State};

/// Plays a script, whose last step is played again and again; keeps when requests were sent.
#[derive(Clone, Debug)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    sent: Arc<Mutex<Vec<Instant>>>,
    open: Arc<()>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default(), open: Arc::default() }
    }

    fn call(&self) -> rt::Call<DescribeRequest> {
        let key = Credentials::new("LTAI-id", "secret").unwrap();
        let config = Config::builder().credentials(key).endpoint("http://gateway.test").transport(self.clone());
        rt::Call::new(&rt::Client::new(&config.retry(Retry::never()).build().unwrap(), &PRODUCT))
    }

    fn wait(&self) -> rt::Wait<DescribeRequest> {
        rt::Wait::of(self.call(), WAITER)
    }

    fn sent(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// The times between the requests.
    fn pauses(&self) -> Vec<Duration> {
        self.sent.lock().unwrap().windows(2).map(|two| two[1] - two[0]).collect()
    }
}

impl Transport for Script {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.sent.lock().unwrap().push(Instant::now());
        let mut steps = self.steps.lock().unwrap();
        let step = if steps.len() > 1 { steps.pop_front() } else { steps.front().copied() };
        let open = Arc::clone(&self.open);
        Box::pin(async move {
            let _open = open;
            let (status, body) = match step.unwrap() {
                State(state) => (200, format!(r#"{{"Task":{{"State":{state}}}}}"#)),
                Body(status, body) => (status, body.to_owned()),
                Refused(status, code) => (status, format!(r#"{{"Code":"{code}","RequestId":"r"}}"#)),
                NotSent => return Err(TransportError::new("no connection").not_sent()),
                Cut => return Err(TransportError::new("the connection broke")),
                Hang => std::future::pending().await,
            };
            Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_repeated_until_its_answer_says_so() {
    let script = Script::new([State(0), Body(200, r#"{"Task":{"State":null}}"#), Body(200, "{}"), State(2), State(1)]);
    let answer = script.wait().await.unwrap();
    assert_eq!((answer.task.unwrap().state, script.sent()), (Some(1), 5));
    let script = Script::new([State(1)]);
    script.wait().await.unwrap();
    assert_eq!(script.pauses(), [], "what is so already is not asked for twice");
}

#[tokio::test(start_paused = true)]
async fn pauses_are_drawn_at_random_below_what_doubles_up_to_the_longest() {
    let mut longest = Duration::ZERO;
    let mut sum = Duration::ZERO;
    for _ in 0..20 {
        let script = Script::new([[State(0)].repeat(9), vec![State(1)]].concat());
        script.wait().await.unwrap();
        for (pause, most) in script.pauses().into_iter().zip([1, 2, 4, 8, 16, 30, 30, 30, 30]) {
            // The clock of a paused runtime goes on in whole milliseconds.
            assert!(pause <= Duration::from_secs(most) + Duration::from_millis(1), "{pause:?} of {most} s");
            longest = longest.max(pause);
            sum += pause;
        }
    }
    // Of 80 draws from 0 to 30 s, all below 15 s: once in 2 to the 80th times. And their sum is some 75 s for each wait.
    assert!(longest > Duration::from_secs(15) && sum > Duration::from_secs(300), "{longest:?} {sum:?}");
    let script = Script::new([[State(0)].repeat(9), vec![State(1)]].concat());
    script.wait().with_waits(Duration::from_millis(10), Duration::from_millis(20)).await.unwrap();
    assert!(script.pauses().iter().all(|pause| *pause <= Duration::from_millis(21)));
}

#[tokio::test(start_paused = true)]
async fn a_failed_state_ends_a_wait_and_is_told() {
    let script = Script::new([State(0), State(3)]);
    let error = script.wait().await.unwrap_err();
    assert_eq!((error.is_failed(), error.is_timeout(), error.polls()), (true, false, 2));
    assert_eq!(error.to_string(), "Test Describe: Task.State is 3");
    assert_eq!(error.last().unwrap().task.as_ref().unwrap().state, Some(3));
    assert_eq!(error.into_last().unwrap().task.unwrap().state, Some(3));
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_set_is_waited_for_instead_even_if_it_is_a_failed_one() {
    let script = Script::new([State(0), State(1), State(3)]);
    let answer = script.wait().until(WAITER, 3).await.unwrap();
    assert_eq!((answer.task.unwrap().state, script.sent()), (Some(3), 3));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_with_the_last_answer() {
    let script = Script::new([State(0)]);
    let start = Instant::now();
    let error = script.wait().with_deadline(Duration::from_secs(90)).await.unwrap_err();
    assert!(matches!(error.end(), WaitEnd::Timeout(length, None) if length.as_secs() == 90));
    let took = start.elapsed();
    assert!(took <= Duration::from_secs(90) && took >= Duration::from_secs(88), "{took:?}");
    assert_eq!((error.polls() as usize, error.last().unwrap().task.as_ref().unwrap().state), (script.sent(), Some(0)));
    let error = Error::from(error);
    assert_eq!((error.is_timeout(), error.outcome()), (true, Outcome::Executed));
    assert!(error.to_string().starts_with("Test Describe: it was not so within 90s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_last_call_is_made_a_little_before_the_deadline_however_long_the_pause() {
    let hour = Duration::from_secs(3600);
    for (deadline, last) in [(20_000, 19_000), (5_000, 4_500)] {
        let (script, start) = (Script::new([State(0)]), Instant::now());
        script.wait().with_deadline(Duration::from_millis(deadline)).with_waits(hour, hour).await.unwrap_err();
        let sent = *script.sent.lock().unwrap().last().unwrap() - start;
        assert!(sent.abs_diff(Duration::from_millis(last)) <= Duration::from_millis(2), "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_of_its_own_a_wait_has_ten_minutes() {
    let start = Instant::now();
    let error = Script::new([State(0)]).wait().await.unwrap_err();
    assert!(error.is_timeout());
    assert!((598..=600).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn unclear_and_throttled_calls_do_not_end_a_wait() {
    let unclear = [
        Refused(429, "Throttling.User"),
        Refused(429, "Throttling.Api.Risk"),
        Refused(503, "ServiceUnavailable"),
        Refused(500, "InternalError"),
        Body(502, "<html>"),
        NotSent,
        Cut,
        Hang,
    ];
    for step in unclear {
        let script = Script::new([State(0), step, State(1)]);
        let mut wait = script.wait();
        wait.call = wait.call.with_deadline(Duration::from_secs(5));
        wait.await.unwrap();
        assert_eq!(script.sent(), 3, "{step:?}");
    }
    let error = Script::new([State(0), Cut]).wait().with_deadline(Duration::from_secs(20)).await.unwrap_err();
    assert!(error.is_timeout() && error.last().is_some(), "{error}");
    assert_eq!(error.call().unwrap().outcome(), Outcome::Unknown);
    assert!(error.to_string().contains("the connection broke"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_a_wait_and_is_the_error_that_it_becomes() {
    for step in [Refused(400, "CodeTaskNotExist"), Refused(403, "NoPermission"), Body(200, "<html>")] {
        let script = Script::new([State(0), step, State(1)]);
        let error = script.wait().await.unwrap_err();
        assert_eq!((script.sent(), error.polls(), error.last().is_some()), (2, 2, true), "{step:?}");
        let (text, code) = (error.to_string(), error.call().unwrap().service().map(|it| it.code().to_owned()));
        let becomes = Error::from(error);
        assert_eq!((becomes.to_string(), becomes.service().map(|it| it.code().to_owned())), (text, code));
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_outlives_the_wait() {
    let script = Script::new([Hang]);
    let start = Instant::now();
    let error = script.wait().with_deadline(Duration::from_secs(3)).await.unwrap_err();
    assert!(error.is_timeout() && error.last().is_none());
    assert_eq!((start.elapsed().as_secs(), script.sent()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn any_answer_can_be_judged() {
    let script = Script::new([State(0), State(5), State(9)]);
    let judge = |answer: &DescribeResponse| match answer.task.as_ref().and_then(|task| task.state) {
        Some(state) if state > 8 => Progress::Done,
        Some(7) => Progress::Failed("seven".to_owned()),
        _ => Progress::Waiting,
    };
    script.call().wait_until(judge).await.unwrap();
    assert_eq!(script.sent(), 3);
    let error = Script::new([State(7)]).call().wait_until(judge).await.unwrap_err();
    assert_eq!(Error::from(error).to_string(), "Test Describe: seven [outcome: executed]");
}

#[tokio::test(start_paused = true)]
async fn dropping_a_wait_cancels_it() {
    let script = Script::new([Hang]);
    let soon = tokio::time::timeout(Duration::from_secs(1), script.wait().into_future()).await;
    assert!(soon.is_err());
    assert_eq!((script.sent(), Arc::strong_count(&script.open)), (1, 1));
}

/// Gives a key, but the second time only says why there is none.
#[derive(Debug)]
struct Failing(Step, Mutex<u32>);

impl CredentialsProvider for Failing {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let asked = {
                let mut asked = self.1.lock().unwrap();
                *asked += 1;
                *asked
            };
            if asked == 2 {
                Err(Script::new([self.0]).call().send().await.unwrap_err())
            } else {
                Credentials::new("LTAI-id", "secret")
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_outlives_what_gives_credentials_when_that_is_out_of_reach_for_a_moment() {
    for (step, goes_on) in [(NotSent, true), (Refused(503, "Throttling"), true), (Refused(403, "NoPermission"), false)]
    {
        let script = Script::new([State(0), State(1)]);
        let config = Config::builder().credentials_provider(Failing(step, Mutex::new(0)));
        let config = config.endpoint("http://gateway.test").transport(script.clone()).retry(Retry::never());
        let call = rt::Call::new(&rt::Client::new(&config.build().unwrap(), &PRODUCT));
        let ended = rt::Wait::<DescribeRequest>::of(call, WAITER).await;
        assert_eq!((ended.is_ok(), script.sent()), (goes_on, if goes_on { 2 } else { 1 }), "{step:?}");
    }
}

/// Counts for processes that must name the account alike.
#[derive(Debug)]
struct AmongProcesses;

impl Pacer for AmongProcesses {
    fn acquire<'a>(&'a self, lane: Lane<'a>, _: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async move { lane.among_processes(None).map(drop) })
    }

    fn throttled(&self, _: Lane<'_>, _: Duration) {}
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_once_where_an_account_must_be_named_and_is_not() {
    let (script, start) = (Script::new([State(1)]), Instant::now());
    let config = Config::builder().endpoint("http://gateway.test").transport(script.clone()).pacer(AmongProcesses);
    let config = config.credentials_provider(Failing(NotSent, Mutex::new(2))).build().unwrap();
    let call = rt::Call::new(&rt::Client::new(&config, &PRODUCT));
    let error = Error::from(rt::Wait::<DescribeRequest>::of(call, WAITER).await.unwrap_err());
    assert!(error.is_config() && !error.is_paced() && !error.is_throttled(), "{error}");
    assert!(error.to_string().contains("set ConfigBuilder::account"), "{error}");
    assert_eq!((error.outcome(), script.sent(), start.elapsed()), (Outcome::NotSent, 0, Duration::ZERO));
}
