//! Callbacks as their receiver sees them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use apsara_emulator::{Callback, CallbackOutcome, Clock, Emulator, Quotas, TaskStatus};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::client::{NOON, create, live, on_task};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that keeps what is posted to it.
pub(crate) struct Receiver {
    pub(crate) url: String,
    /// What it answers.
    pub(crate) status: Arc<AtomicU16>,
    told: UnboundedReceiver<(String, Value)>,
}

impl Receiver {
    pub(crate) async fn new(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told?k=v", listener.local_addr().unwrap());
        let (sender, told) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(status));
        let answered = Arc::clone(&status);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = sender.send(read_request(&mut stream).await);
                let status = answered.load(Ordering::SeqCst);
                let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, status, told }
    }

    pub(crate) async fn next(&mut self) -> Value {
        timeout(PATIENCE, self.told.recv()).await.expect("a callback comes").unwrap().1
    }

    /// The next one in short: event, status, reason, time.
    async fn brief(&mut self) -> (String, i64, Value, i64) {
        let body = self.next().await;
        let reason = if body["TaskExitReason"].is_null() { "TaskInvalidReason" } else { "TaskExitReason" };
        (
            body["Event"].as_str().unwrap().to_owned(),
            body["TaskStatus"].as_i64().unwrap(),
            body[reason].clone(),
            body["EventTime"].as_i64().unwrap(),
        )
    }

    fn is_quiet(&mut self) -> bool {
        self.told.try_recv().is_err()
    }
}

/// Reads a request, and the JSON in its body.
async fn read_request(stream: &mut TcpStream) -> (String, Value) {
    let mut request = String::new();
    loop {
        let mut bytes = [0u8; 4096];
        let length = stream.read(&mut bytes).await.unwrap();
        assert!(length > 0, "the request ended early: {request}");
        request.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if let Ok(body) = serde_json::from_str(body) {
            return (request, body);
        }
    }
}

async fn at_noon(rules: &str) -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(clock).rules(rules.parse().unwrap());
    builder.quota(Quotas::Off).start().await.unwrap()
}

/// Waits until nothing is under way any more.
async fn settled(emulator: &Emulator, count: usize) -> Vec<Callback> {
    let all = async {
        loop {
            let callbacks = emulator.callbacks();
            let pending = callbacks.iter().any(|callback| callback.outcome == CallbackOutcome::Pending);
            if callbacks.len() == count && !pending {
                return callbacks;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, all).await.expect("all callbacks come to an end")
}

fn seconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_second()
}

const RUNNING: &str = "LivePullToPushRunning";

#[tokio::test]
async fn a_callback_holds_what_the_page_lists() {
    let emulator = at_noon("2025-08").await;
    let mut receiver = Receiver::new(200).await;
    let id = create(&emulator, &[("CallbackUrl", &receiver.url), ("TaskName", "n")]).await;
    let (request, body) = timeout(PATIENCE, receiver.told.recv()).await.unwrap().unwrap();
    assert!(request.starts_with("POST /told?k=v HTTP/1.1\r\n"), "{request}");
    let head = request.to_lowercase();
    assert!(head.contains("content-type: application/json\r\n"), "{request}");
    assert!(head.contains(&format!("host: {}\r\n", receiver.url.split('/').nth(2).unwrap())), "{request}");
    let expected = json!({
        "Event": RUNNING, "EventTime": seconds(NOON), "TaskId": id, "TaskStatus": 1,
        "TaskInfo": {
            "TaskId": id, "TaskName": "n", "StartTime": NOON, "EndTime": "2026-01-02T00:00:00Z",
            "SourceType": "live", "SourceProtocol": "rtmp", "SourceUrls": ["rtmp://pull.example.com/app/stream"],
            "DstUrl": "rtmp://push.example.com/app/stream", "CallbackURL": receiver.url,
            "RepeatNumber": 0, "Offset": 0, "FileIndex": 0, "RetryCount": 3, "RetryInterval": 60,
        },
    });
    assert_eq!(body, expected);
    let callback = settled(&emulator, 1).await.remove(0);
    assert_eq!((callback.task_id, callback.url, callback.event), (id, receiver.url, RUNNING.to_owned()));
    assert_eq!(serde_json::from_str::<Value>(&callback.body).unwrap(), expected);
    assert_eq!((callback.attempts, callback.status, callback.outcome), (1, Some(200), CallbackOutcome::Delivered));
}

#[tokio::test]
async fn everything_that_happens_to_a_task_is_told_in_order() {
    for (rules, own, recoveries) in
        [("2025-08", "LivePullToPushExit", 0), ("same-id,exit-event-running,recovery-told", RUNNING, 1)]
    {
        let emulator = at_noon(rules).await;
        let mut receiver = Receiver::new(200).await;
        let start = ("StartTime", "2026-01-01T13:00:00Z");
        let id = create(&emulator, &[("CallbackUrl", &receiver.url), start, ("RetryCount", "1")]).await;
        let one = seconds("2026-01-01T13:00:00Z");
        let pass = |length| emulator.clock().advance(Duration::from_secs(length));
        let running = |status, reason: Value, time| (RUNNING.to_owned(), status, reason, time);

        pass(3600);
        assert_eq!(receiver.brief().await, running(1, Value::Null, one));
        emulator.fail_source(&id).unwrap();
        assert_eq!(receiver.brief().await, running(2, Value::Null, one));
        emulator.recover(&id).unwrap();
        for _ in 0..recoveries {
            assert_eq!(receiver.brief().await, running(1, Value::Null, one));
        }
        emulator.fail_destination(&id).unwrap();
        assert_eq!(receiver.brief().await, running(2, Value::Null, one));
        pass(1000);
        assert_eq!(receiver.brief().await, running(3, "RetryTimesOffline".into(), one + 60));
        let new_id = on_task(&emulator, "RestartLivePullToPush", &id).await.text("TaskId");
        let restarted = receiver.next().await;
        assert_eq!((&restarted["TaskId"], &restarted["TaskStatus"]), (&json!(new_id), &json!(1)));
        on_task(&emulator, "StopLivePullToPush", &new_id).await;
        assert_eq!(receiver.brief().await, running(3, "TriggerByUser".into(), one + 1000));
        on_task(&emulator, "DeleteLivePullToPush", &new_id).await;
        assert_eq!(receiver.brief().await, (own.to_owned(), -1, "TriggerByUser".into(), one + 1000));
        pass(100_000);
        settled(&emulator, 7 + recoveries).await;
        assert!(receiver.is_quiet());
    }
}

#[tokio::test]
async fn what_happened_while_nobody_looked_is_told_when_the_clock_is_moved() {
    for (rules, spelled) in [("2025-08", RUNNING), ("event-as-sample,exit-event-own", "LivePullToPushRuning")] {
        let emulator = at_noon(rules).await;
        let mut receiver = Receiver::new(200).await;
        for name in ["one", "two"] {
            let url = format!("rtmp://push.example.com/{name}");
            let start = if name == "one" { "2026-01-01T14:00:00Z" } else { "2026-01-01T13:00:00Z" };
            create(&emulator, &[("CallbackUrl", &receiver.url), ("DstUrl", &url), ("StartTime", start)]).await;
        }
        // So far that both tasks are forgotten at once.
        emulator.clock().set("2026-01-09T00:00:00Z").unwrap();
        let told = settled(&emulator, 4).await;
        let times = ["2026-01-01T13:00:00Z", "2026-01-01T14:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"];
        assert_eq!(told.iter().map(|callback| callback.event_time.to_string()).collect::<Vec<_>>(), times);
        let events: Vec<_> = told.iter().map(|callback| callback.event.as_str()).collect();
        assert_eq!(events, [spelled, spelled, "LivePullToPushExit", "LivePullToPushExit"]);
        for _ in 0..4 {
            let body = receiver.next().await;
            assert_eq!(body["EventTime"].is_string(), rules != "2025-08", "{body}");
        }
        assert!(emulator.tasks().is_empty());
    }
}

#[tokio::test]
async fn a_running_clock_tells_by_itself() {
    let emulator = at_noon("2025-08").await;
    let mut receiver = Receiver::new(200).await;
    let (start, end) = ("2026-01-01T12:00:01Z", "2026-01-01T12:00:02Z");
    create(&emulator, &[("CallbackUrl", &receiver.url), ("StartTime", start), ("EndTime", end)]).await;
    emulator.clock().resume();
    assert_eq!(receiver.brief().await, (RUNNING.to_owned(), 1, Value::Null, seconds(start)));
    let exit = ("LivePullToPushExit".to_owned(), -1, Value::from("OverEndTime"), seconds(end));
    assert_eq!(receiver.brief().await, exit);
}

#[tokio::test]
async fn an_update_of_the_address_holds_from_the_next_event_on() {
    let emulator = at_noon("2025-08").await;
    let (mut first, mut second) = (Receiver::new(200).await, Receiver::new(200).await);
    let id = create(&emulator, &[("CallbackUrl", &first.url)]).await;
    let change = [("Region", "cn-shanghai"), ("TaskId", &id), ("CallbackUrl", &second.url)];
    let reply = live(&emulator, "UpdateLivePullToPush", &change).v3(&emulator).await;
    assert_eq!(reply.verdict().0, 200);
    assert_eq!(first.brief().await.1, 1);
    on_task(&emulator, "StopLivePullToPush", &id).await;
    assert_eq!(second.brief().await.1, 3);
    settled(&emulator, 2).await;
    assert!(first.is_quiet());
}

#[tokio::test]
async fn a_callback_waits_for_the_earlier_ones_of_its_task_and_for_no_others() {
    let emulator = at_noon("2025-08").await;
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let id = create(&emulator, &[("CallbackUrl", &url)]).await;
    on_task(&emulator, "StopLivePullToPush", &id).await;
    on_task(&emulator, "RestartLivePullToPush", &id).await;
    let mut receiver = Receiver::new(200).await;
    create(&emulator, &[("CallbackUrl", &receiver.url), ("DstUrl", "rtmp://push.example.com/other")]).await;
    assert_eq!(receiver.brief().await.1, 1);
    let (mut first, _) = timeout(PATIENCE, silent.accept()).await.unwrap().unwrap();
    let (_, told) = read_request(&mut first).await;
    assert_eq!(told["TaskStatus"], 1);
    // On a machine that stands still for seconds the first is sent again meanwhile; no other one may come.
    if let Ok(next) = timeout(Duration::from_millis(20), silent.accept()).await {
        assert_eq!(read_request(&mut next.unwrap().0).await.1, told);
    }
    let callbacks = emulator.callbacks();
    let of_first: Vec<_> = callbacks.iter().filter(|callback| callback.url == url).collect();
    assert_eq!(of_first.len(), 3);
    assert!(of_first.iter().all(|callback| callback.outcome == CallbackOutcome::Pending), "{of_first:?}");
}

#[tokio::test]
async fn what_cannot_be_told_is_noted_and_what_need_not_be_is_not() {
    let emulator = at_noon("callback-once,exit-event-none").await;
    let failing = Receiver::new(500).await;
    for (name, url) in [("failing", failing.url.as_str()), ("secure", "https://127.0.0.1:9"), ("silent", "")] {
        let destination = format!("rtmp://push.example.com/{name}");
        let id = create(&emulator, &[("CallbackUrl", url), ("DstUrl", &destination)]).await;
        on_task(&emulator, "DeleteLivePullToPush", &id).await;
    }
    let callbacks = settled(&emulator, 2).await;
    let ends: Vec<_> =
        callbacks.iter().map(|callback| (callback.outcome, callback.attempts, callback.status)).collect();
    assert_eq!(ends, [(CallbackOutcome::GivenUp, 1, Some(500)), (CallbackOutcome::NotSent, 0, None)]);
}

#[tokio::test]
async fn an_emulator_that_is_told_so_sends_nothing() {
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(clock).quota(Quotas::Off);
    let emulator = builder.callbacks(false).start().await.unwrap();
    let mut receiver = Receiver::new(200).await;
    let id = create(&emulator, &[("CallbackUrl", &receiver.url)]).await;
    emulator.fail_source(&id).unwrap();
    assert_eq!(emulator.tasks()[0].status, TaskStatus::Recovering);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(receiver.is_quiet() && emulator.callbacks().is_empty());
}
