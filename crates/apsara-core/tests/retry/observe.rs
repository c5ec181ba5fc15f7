//! What observers hear, and in which order, however a call ends.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_core::observe::{
    AddedHeaders, AttemptEnded, AttemptStarted, CallEnded, CallObserver, CallStarted, Ending, Observer, Paced, Retrying,
};
use apsara_core::untyped::{Description, Kind, Parameter};
use apsara_core::{Config, Retry, untyped};

use crate::script::*;

/// Writes a line for each event.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Log {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        self.push(format!("call {} in {:?}", call.operation.name, call.region));
        Some(Box::new(self.clone()))
    }
}

impl CallObserver for Log {
    fn paced(&mut self, paced: &Paced) {
        self.push(format!("paced {}, granted: {}", paced.waited.as_secs(), paced.is_granted));
    }

    fn attempt_started(&mut self, attempt: &AttemptStarted<'_>, headers: &mut AddedHeaders<'_>) {
        let AttemptStarted { number, scheme, host, port, method, body_bytes, .. } = attempt;
        self.push(format!("attempt {number}: {} {scheme}://{host}:{port} {body_bytes:?}", method.as_str()));
        let mut add = |name: &'static str| headers.add(name.parse().unwrap(), "added".parse().unwrap());
        assert!(add("traceparent") && !add("traceparent"), "a header is added once");
        for ours in ["authorization", "user-agent", "host", "content-type", "x-acs-extra", "content-length", "accept"] {
            assert!(!add(ours), "{ours} was added");
        }
    }

    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let AttemptEnded { number, ending, status, request_id, body_bytes, error_type, outcome, .. } = attempt;
        let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let mut line = format!("attempt {number} ended: {ending:?} {status} {}", request_id.unwrap_or("-"));
        write!(line, " {body_bytes:?} {} {outcome:?}", error_type.unwrap_or("-")).unwrap();
        self.push(line);
    }

    fn retrying(&mut self, retrying: &Retrying) {
        self.push(format!("retrying after {}: {}", retrying.number, retrying.cause.as_str()));
    }

    fn ended(&mut self, call: &CallEnded<'_>) {
        let CallEnded { ending, attempts, waited, status, request_id, error_type, outcome, .. } = call;
        let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let mut line = format!("ended: {ending:?} {status} {} {attempts}", request_id.unwrap_or("-"));
        write!(line, " {} {outcome:?} {}", error_type.unwrap_or("-"), waited.as_secs()).unwrap();
        self.push(line);
    }
}

const STARTED: &str = "attempt 1: POST http://gateway.test:80 Some(0)";
const SUCCEEDED: &str = r#"attempt 1 ended: Success 200 - Some(17) - None"#;

fn observed(script: &Script) -> (Log, Config) {
    let log = Log::default();
    let waits = Retry::new().waits(Duration::from_secs(5), Duration::from_secs(5));
    let config = script.config().region("cn-beijing").retry(waits).observer(log.clone()).build().unwrap();
    (log, config)
}

/// Makes one call and returns what was heard of it.
async fn heard(steps: &[Step]) -> Vec<String> {
    let script = Script::new(steps.iter().cloned());
    let (log, config) = observed(&script);
    let _ = call(&config, Safe::default()).with_deadline(Duration::from_secs(60)).send().await;
    log.take()
}

const CALL: &str = r#"call Safe in Some("cn-beijing")"#;

#[tokio::test(start_paused = true)]
async fn every_kind_of_ending_is_told_in_order() {
    assert_eq!(heard(&[]).await, [CALL, STARTED, SUCCEEDED, "ended: Success 200 - 1 - None 0"]);
    assert_eq!(
        heard(&[Step::Cut, Step::Ok]).await,
        [
            CALL,
            STARTED,
            "attempt 1 ended: Failure - - None connection Some(Unknown)",
            "retrying after 1: repeatable",
            "attempt 2: POST http://gateway.test:80 Some(0)",
            "attempt 2 ended: Success 200 - Some(17) - None",
            "ended: Success 200 - 2 - None 0",
        ]
    );
    assert_eq!(
        heard(&[refused(400, "CodeTaskNotExist")]).await,
        [
            CALL,
            STARTED,
            "attempt 1 ended: Failure 400 r None CodeTaskNotExist Some(Rejected)",
            "ended: Failure 400 r 1 CodeTaskNotExist Some(Rejected) 0",
        ]
    );
    // A wait that the cloud asks for is one for the quota.
    let throttled = Step::Refused(429, "Throttling.User", vec![("x-acs-retry-after", "9000".to_owned())]);
    let throttled = heard(&[throttled, refused(400, "InvalidParameter")]).await;
    assert_eq!(throttled[2], "attempt 1 ended: Failure 429 r None Throttling.User Some(Rejected)");
    assert_eq!(throttled[3], "retrying after 1: throttled");
    assert_eq!(throttled.last().unwrap(), "ended: Failure 400 r 2 InvalidParameter Some(Rejected) 0");
    let undecodable = heard(&[Step::Body(200, "{]")]).await;
    assert_eq!(undecodable[2], "attempt 1 ended: Success 200 - Some(2) - None");
    assert_eq!(undecodable[3..], ["ended: Failure 200 - 1 undecodable Some(Executed) 0"]);
    let unshaped = heard(&[Step::Body(404, "<html>")]).await;
    assert!(unshaped[2].starts_with("attempt 1 ended: Failure 404 - None 404 Some(Unknown)"), "{unshaped:?}");
    assert_eq!(
        heard(&[Step::Hang]).await[2..],
        ["attempt 1 ended: Failure - - None deadline Some(Unknown)", "ended: Failure - - 1 deadline Some(Unknown) 0"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_sent_has_no_attempt() {
    let log = Log::default();
    let transport = Script::new([]);
    let config = Config::builder().transport(transport.clone()).observer(log.clone()).build().unwrap();
    let _ = send(&config, Safe::default()).await.unwrap_err();
    assert_eq!(log.take(), ["call Safe in None", "ended: Failure - - 0 config Some(NotSent) 0"]);
    let (log, config) = observed(&transport);
    let _ = send(&config, Needy::default()).await.unwrap_err();
    assert_eq!(log.take()[1..], ["ended: Failure - - 0 invalid Some(NotSent) 0"]);
    // Nor has an untyped one of which a parameter is not known, or cannot be read.
    let parameter = Parameter::new("Count").of(Kind::Int32);
    let description = Arc::new(Description::new("Test", "2026-01-01", "Describe").parameter(parameter));
    for (name, value) in [("Count", "x"), ("Typo", "1")] {
        let call = untyped::Client::new(&config).described(&description).param(name, value);
        assert!(call.send().await.unwrap_err().is_invalid());
        let told = [r#"call Describe in Some("cn-beijing")"#, "ended: Failure - - 0 invalid Some(NotSent) 0"];
        assert_eq!(log.take(), told, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_does_not_come_has_an_error_type_of_its_own() {
    let (log, script) = (Log::default(), Script::new([Step::Hang]));
    let config = script.config().observer(log.clone()).concurrency_limit(1).build().unwrap();
    let ends = |deadline| call(&config, Safe::default()).with_deadline(Duration::from_secs(deadline)).send();
    let (first, second) = tokio::join!(ends(2), ends(1));
    assert!(first.is_err() && second.is_err());
    let told = log.take();
    assert!(told.iter().any(|line| line == "ended: Failure - - 0 concurrency Some(NotSent) 0"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_quota_comes_before_the_attempt() {
    let (log, config) = observed(&Script::new([]));
    for _ in 0..2 {
        send(&config, Limited::default()).await.unwrap();
    }
    log.take();
    send(&config, Limited::default()).await.unwrap();
    assert_eq!(log.take()[1..], ["paced 10, granted: true", STARTED, SUCCEEDED, "ended: Success 200 - 1 - None 10"]);
    let _ = call(&config, Limited::default()).with_deadline(Duration::from_millis(1)).send().await.unwrap();
    log.take();
    let _ = call(&config, Limited::default()).with_deadline(Duration::from_millis(1)).send().await.unwrap_err();
    assert_eq!(log.take()[1..], ["paced 0, granted: false", "ended: Failure - - 0 quota Some(NotSent) 0"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_told_as_cancelled() {
    for (steps, during) in [(vec![Step::Hang], "an attempt"), (vec![refused(503, "ServiceUnavailable")], "a pause")] {
        let (log, config) = observed(&Script::new(steps));
        let _ = tokio::time::timeout(Duration::ZERO, send(&config, Safe::default())).await.unwrap_err();
        let ended = match during {
            "an attempt" => vec![
                "attempt 1 ended: Cancelled - - None cancelled Some(Unknown)",
                "ended: Cancelled - - 1 cancelled Some(Unknown) 0",
            ],
            _ => vec![
                "attempt 1 ended: Failure 503 r None ServiceUnavailable Some(Unknown)",
                "retrying after 1: repeatable",
                "ended: Cancelled 503 r 1 cancelled Some(Unknown) 0",
            ],
        };
        assert_eq!(log.take()[2..], ended, "during {during}");
    }
}

/// Panics at one of its events.
#[derive(Clone, Copy, Debug)]
struct Panicking(u8);

impl Observer for Panicking {
    fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        assert_ne!(self.0, 0, "meant to panic");
        Some(Box::new(*self))
    }
}

impl CallObserver for Panicking {
    fn attempt_started(&mut self, _: &AttemptStarted<'_>, _: &mut AddedHeaders<'_>) {
        assert_ne!(self.0, 1, "meant to panic");
    }

    fn ended(&mut self, _: &CallEnded<'_>) {
        assert_ne!(self.0, 2, "meant to panic");
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_takes_neither_the_call_nor_the_others_with_it() {
    for at in 0..3 {
        let log = Log::default();
        let config = Script::new([]).config().observer(Panicking(at)).observer(log.clone()).build().unwrap();
        send(&config, Safe::default()).await.unwrap();
        assert_eq!(log.take().len(), 4, "panicked at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn observers_hear_in_the_order_in_which_they_were_configured_and_headers_reach_the_wire() {
    /// Adds its name to a header that the next one must not take.
    #[derive(Clone, Debug)]
    struct Named(&'static str, Log);
    impl Observer for Named {
        fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
            self.1.push(format!("{} call", self.0));
            (self.0 != "uninterested").then(|| Box::new(self.clone()) as _)
        }
    }
    impl CallObserver for Named {
        fn attempt_started(&mut self, _: &AttemptStarted<'_>, headers: &mut AddedHeaders<'_>) {
            headers.add("x-name".parse().unwrap(), self.0.parse().unwrap());
        }
        fn ended(&mut self, call: &CallEnded<'_>) {
            assert_eq!(call.ending, Ending::Success);
            self.1.push(format!("{} ended", self.0));
        }
    }
    let (script, log) = (Script::new([]), Log::default());
    let mut builder = script.config();
    for name in ["first", "uninterested", "second"] {
        builder = builder.observer(Named(name, log.clone()));
    }
    send(&builder.build().unwrap(), Safe::default()).await.unwrap();
    assert_eq!(log.take(), ["first call", "uninterested call", "second call", "first ended", "second ended"]);
    assert_eq!(script.headers("x-name"), [Some("first".to_owned())]);
    let authorization = script.headers("authorization")[0].clone().unwrap();
    assert!(!authorization.contains("x-name"), "{authorization}");
}

/// Asks for every parameter.
#[derive(Clone, Debug, Default)]
struct Asking(Arc<Mutex<Vec<String>>>);

impl Observer for Asking {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let values = call.parameters.names().map(|name| format!("{name} {}", call.parameters.values(name).join(",")));
        self.0.lock().unwrap().extend(values);
        self.0.lock().unwrap().push(format!("{call:?}"));
        None
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_given_the_parameters_that_it_asks_for_unless_they_are_sensitive() {
    let script = Script::new([Step::Ok]);
    let asking = Asking::default();
    let config = script.config().observer(asking.clone()).build().unwrap();
    let call = untyped::Client::new(&config).call("Test", "2026-01-01", "Ask");
    let call = call.param("Name", "n").param("Sizes", [1, 2].as_slice()).param("Flag", true).param("AuthKey", "sesame");
    let call =
        call.param("DstUrl", "rtmp://push.example.com/app/sesame").param("Tag", serde_json::json!({ "Key": "k" }));
    let call = call.param("Settings", r#"{"Password":"sesame"}"#).param("Open", r#"{"a":1}"#);
    call.send().await.unwrap();
    let mut seen = std::mem::take(&mut *asking.0.lock().unwrap());
    let started = seen.pop().unwrap();
    seen.sort();
    assert_eq!(
        seen,
        ["AuthKey ", "DstUrl ", "Flag true", "Name n", r#"Open {"a":1}"#, "Settings ", "Sizes 1,2", "Tag "]
    );
    assert!(!started.contains("sesame") && started.contains("AuthKey"), "{started}");
    assert_eq!(asking.0.lock().unwrap().len(), 0);
}
