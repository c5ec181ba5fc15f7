//! Attempts over a scripted transport, in virtual time: what is sent again, with what, after how long, and what is told.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_core::generated::v1 as rt;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, ConfigBuilder, Credentials, CredentialsProvider, Error, Outcome, Retry, SignatureVersion};
use bytes::Bytes;
use tokio::time::Instant;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };

#[derive(Clone, Debug)]
struct Client;

#[derive(Debug, Default)]
struct Answer {
    request_id: String,
}

impl rt::Record for Answer {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("RequestId", request_id)];
}

macro_rules! operation {
    ($request:ident, $repeat:ident, $quota:expr $(, $($required:tt)*)?) => {
        #[derive(Clone, Default)]
        struct $request {
            client_token: Option<String>,
        }

        impl rt::Record for $request {
            const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("ClientToken", client_token)$($($required)*)?];
        }

        impl rt::Request for $request {
            type Client = Client;
            type Response = Answer;
            const OPERATION: &'static rt::Operation = &rt::Operation {
                name: stringify!($request),
                repeat: rt::Repeat::$repeat,
                quota: $quota,
                ..rt::Operation::of(&PRODUCT)
            };
        }
    };
}

operation!(Safe, Safe, None);
operation!(WithToken, WithToken, None, .required());
operation!(Unsafe, Unsafe, None);
operation!(Limited, Unsafe, Some(rt::Quota { calls: 2, seconds: 10 }));

/// What becomes of a request.
#[derive(Clone, Debug)]
enum Step {
    Ok,
    Refused(u16, &'static str, Vec<(&'static str, String)>),
    Body(u16, &'static str),
    NotSent,
    Cut,
    CutAnswer(u16),
    Hang,
}

fn refused(status: u16, code: &'static str) -> Step {
    Step::Refused(status, code, Vec::new())
}

/// Plays a script, and then answers everything with success; keeps what was sent, and when.
#[derive(Clone, Debug)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    sent: Arc<Mutex<Vec<SentRequest>>>,
}

/// When a request was sent, and the request.
type SentRequest = (Instant, http::Request<Bytes>);

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default() }
    }

    fn config(&self) -> ConfigBuilder {
        let key = Credentials::new("LTAI-id", "secret").unwrap();
        Config::builder().credentials(key).endpoint("http://gateway.test").transport(self.clone())
    }

    async fn call<R: rt::Request<Response = Answer>>(&self, request: R) -> Result<rt::Raw<Answer>, Error> {
        send(&self.config().build().unwrap(), request).await
    }

    fn sent(&self) -> Vec<http::Request<Bytes>> {
        self.sent.lock().unwrap().iter().map(|(_, request)| request.clone()).collect()
    }

    fn headers(&self, name: &str) -> Vec<Option<String>> {
        let value = |request: &http::Request<Bytes>| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        self.sent().iter().map(value).collect()
    }

    /// The time between two requests.
    fn apart(&self, first: usize, second: usize) -> Duration {
        let sent = self.sent.lock().unwrap();
        sent[second].0 - sent[first].0
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.sent.lock().unwrap().push((Instant::now(), request));
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(Step::Ok);
        Box::pin(async move {
            let answer = http::Response::builder();
            let (answer, body) = match step {
                Step::Ok => (answer.status(200), r#"{"RequestId":"r"}"#.to_owned()),
                Step::Body(status, body) => (answer.status(status), body.to_owned()),
                Step::Refused(status, code, headers) => {
                    let answer = headers.iter().fold(answer.status(status), |a, (name, value)| a.header(*name, value));
                    (answer, format!(r#"{{"Code":"{code}","RequestId":"r"}}"#))
                }
                Step::NotSent => return Err(TransportError::new("no connection").not_sent()),
                Step::Cut => return Err(TransportError::new("the connection broke")),
                Step::CutAnswer(status) => return Err(TransportError::new("the connection broke").answered(status)),
                Step::Hang => std::future::pending().await,
            };
            Ok(answer.body(Bytes::from(body)).unwrap())
        })
    }
}

async fn send<R: rt::Request<Response = Answer>>(config: &Config, request: R) -> Result<rt::Raw<Answer>, Error> {
    call(config, request).send_raw().await
}

fn call<R: rt::Request<Response = Answer>>(config: &Config, request: R) -> rt::Call<R> {
    let mut call = rt::Call::new(&rt::Client::new(config, R::OPERATION.product));
    call.request = request;
    call
}

/// The outcome that was told, or that the call succeeded, and the number of requests.
async fn end<R: rt::Request<Response = Answer>>(steps: &[Step], request: R) -> (Option<Outcome>, usize) {
    let script = Script::new(steps.iter().cloned());
    let result = script.call(request).await;
    let sent = script.sent().len();
    match result {
        Ok(answer) => {
            assert_eq!((answer.attempts() as usize, answer.response().request_id.as_str()), (sent, "r"));
            (None, sent)
        }
        Err(error) => {
            assert_eq!(error.attempts() as usize, sent, "{error}");
            (Some(error.outcome()), sent)
        }
    }
}

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

    // Longer than there is time: it is told at once.
    let script = Script::new([wait(90_000)]);
    let start = Instant::now();
    let error = script.call(Unsafe::default()).await.unwrap_err();
    assert!(error.is_throttled() && start.elapsed() == Duration::ZERO, "{error}");
    assert_eq!(script.sent().len(), 1);
}

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
async fn a_clock_that_is_off_is_corrected_once_and_for_later_calls() {
    let later = std::time::SystemTime::now() + Duration::from_secs(1200);
    let skewed = |code| Step::Refused(400, code, vec![("date", httpdate::fmt_http_date(later))]);
    for (code, signature) in [
        ("InvalidTimeStamp.Expired", SignatureVersion::V3),
        ("IllegalTimestamp", SignatureVersion::V3),
        ("InvalidTimeStamp.Expired", SignatureVersion::V1),
    ] {
        let script = Script::new([skewed(code)]);
        let config = script.config().signature(signature).build().unwrap();
        assert_eq!(send(&config, Unsafe::default()).await.unwrap().attempts(), 2);
        assert_eq!(send(&config, Unsafe::default()).await.unwrap().attempts(), 1);
        let times: Vec<String> = script.sent().iter().map(time).collect();
        assert!(times[0] < times[1], "{times:?}");
        let corrected = humantime::parse_rfc3339(&times[2]).unwrap();
        let apart = corrected.duration_since(later).unwrap_or_else(|early| early.duration());
        assert!(apart < Duration::from_secs(60), "{apart:?}");
    }
    // The same refusal again is not the clock's fault.
    let script = Script::new(vec![skewed("InvalidTimeStamp.Expired"); 5]);
    let error = script.call(Unsafe::default()).await.unwrap_err();
    assert!(error.is_clock_skew() && error.attempts() == 2, "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);
}

/// Judges every request by a clock that is 20 minutes ahead, after a moment.
#[derive(Clone, Debug)]
struct Ahead;

impl Transport for Ahead {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let now = std::time::SystemTime::now() + Duration::from_secs(1200);
            let off = now.duration_since(humantime::parse_rfc3339(&time(&request)).unwrap()).unwrap_or_default();
            let answer = http::Response::builder().header("date", httpdate::fmt_http_date(now));
            let (status, body) = match off < Duration::from_secs(900) {
                true => (200, r#"{"RequestId":"r"}"#),
                false => (400, r#"{"Code":"InvalidTimeStamp.Expired"}"#),
            };
            Ok(answer.status(status).body(Bytes::from(body)).unwrap())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_under_way_when_the_clock_is_corrected_are_tried_again_too() {
    let config = Script::new([]).config().transport(Ahead).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let config = config.clone();
        calls.spawn(async move { send(&config, Unsafe::default()).await.unwrap().attempts() });
    }
    assert_eq!(calls.join_all().await, vec![2; 50]);
}

#[tokio::test(start_paused = true)]
async fn a_date_beyond_all_reason_breaks_no_later_call() {
    for date in ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        for signature in [SignatureVersion::V3, SignatureVersion::V1] {
            let script = Script::new([Step::Refused(400, "IllegalTimestamp", vec![("date", date.to_owned())])]);
            let config = script.config().signature(signature).build().unwrap();
            send(&config, Unsafe::default()).await.unwrap();
            std::thread::sleep(Duration::from_millis(1100));
            send(&config, Unsafe::default()).await.unwrap();
            assert!(
                ["9999-12-31T23:59:59Z", "1970-01-01T00:00:0"]
                    .iter()
                    .any(|edge| time(&script.sent()[2]).starts_with(edge))
            );
        }
    }
}

fn time(request: &http::Request<Bytes>) -> String {
    let header = request.headers().get("x-acs-date").map(|value| value.to_str().unwrap().to_owned());
    header.unwrap_or_else(|| {
        let query = request.uri().query().unwrap();
        let encoded = query.split('&').find_map(|pair| pair.strip_prefix("Timestamp=")).unwrap();
        encoded.replace("%3A", ":")
    })
}

/// Gives temporary credentials, each with a number, and counts the renewals.
#[derive(Debug, Default)]
struct Numbered {
    renewals: Arc<Mutex<u32>>,
    stubborn: bool,
}

fn numbered(number: u32) -> Credentials {
    Credentials::temporary(format!("STS.{number}"), "secret", "token").unwrap()
}

impl CredentialsProvider for Numbered {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Ok(numbered(*self.renewals.lock().unwrap())) })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async move {
            let mut renewals = self.renewals.lock().unwrap();
            *renewals += 1;
            if self.stubborn { Ok(expired.clone()) } else { Ok(numbered(*renewals)) }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_once() {
    let expired = refused(403, "InvalidSecurityToken.Expired");
    let script = Script::new([expired.clone()]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    send(&config, Unsafe::default()).await.unwrap();
    assert_eq!(script.headers("x-acs-accesskey-id"), [Some("STS.0".to_owned()), Some("STS.1".to_owned())]);

    let script = Script::new(vec![expired.clone(); 5]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    let error = send(&config, Unsafe::default()).await.unwrap_err();
    assert_eq!((error.attempts(), error.outcome()), (2, Outcome::Rejected), "{error}");

    let (renewals, script) = (Arc::new(Mutex::new(0)), Script::new(vec![expired.clone(); 5]));
    let stubborn = Numbered { renewals: Arc::clone(&renewals), stubborn: true };
    let config = script.config().credentials_provider(stubborn).build().unwrap();
    assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().attempts(), 1);
    assert_eq!(*renewals.lock().unwrap(), 1);

    // A new key is no new quota.
    let script = Script::new([expired.clone()]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    send(&config, Limited::default()).await.unwrap();
    send(&config, Limited::default()).await.unwrap();
    assert!(script.apart(0, 2) > Duration::from_secs(10), "three attempts within the span of two");

    // An access key that was given stays as it is.
    assert_eq!(end(&[expired], Unsafe::default()).await, (Some(Outcome::Rejected), 1));
}

/// Has no credentials, because a call for them was cut.
#[derive(Debug)]
struct Broken(Config);

impl CredentialsProvider for Broken {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Err(send(&self.0, Unsafe::default()).await.unwrap_err()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_credentials_is_not_sent_whatever_became_of_the_call_for_them() {
    let (token_service, script) = (Script::new([Step::Cut]), Script::new([]));
    let broken = Broken(token_service.config().build().unwrap());
    let config = script.config().credentials_provider(broken).build().unwrap();
    let error = send(&config, Unsafe::default()).await.unwrap_err();
    assert!(error.is_credentials(), "{error}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
    let told = error.to_string();
    assert!(told.contains("there are no credentials: Test Unsafe: the connection broke [outcome: unknown"), "{told}");
    assert!(script.sent().is_empty());
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

/// An operation with a secret, and with a header of the caller's choice.
#[derive(Clone, Default)]
struct Telling {
    auth_key: Option<String>,
    headers: std::collections::BTreeMap<String, String>,
}

impl rt::Record for Telling {
    const FIELDS: &'static [rt::Field<Self>] =
        &[rt::field!("AuthKey", auth_key).sensitive(), rt::field!("*", headers).header()];
}

impl rt::Request for Telling {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation = &rt::Operation { name: "Telling", ..rt::Operation::of(&PRODUCT) };
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_the_cloud_repeats_is_not_told() {
    let body = r#"{"Code":"InvalidParameter","Message":"The AuthKey canary-1 is not one."}"#;
    let script = Script::new([Step::Body(400, body)]);
    let request = Telling { auth_key: Some("canary-1".to_owned()), ..Telling::default() };
    let error = script.call(request).await.unwrap_err();
    assert_eq!(error.service().unwrap().message(), "The AuthKey [redacted] is not one.");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn no_parameter_sets_a_header_that_the_signature_needs() {
    let script = Script::new([]);
    let with = |name: &str| Telling { headers: [(name.to_owned(), "x".to_owned())].into(), ..Telling::default() };
    for name in ["Host", "x-acs-date", "X-Acs-Version", "x-acs-security-token"] {
        let error = script.call(with(name)).await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("no parameter can set it"), "{error}");
    }
    assert!(script.sent().is_empty());
    script.call(with("Accept")).await.unwrap();
    let sent = script.sent().remove(0);
    assert_eq!(sent.headers().get_all("accept").iter().collect::<Vec<_>>(), ["x"]);
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
