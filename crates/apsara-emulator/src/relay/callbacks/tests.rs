//! Attempts and the waits between them, which nobody wants to wait for in seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::send::{MOST_AT_ONCE, Sender};
use super::*;
use crate::relay::rules::Rules;

/// Longer than any test may take.
const LONG: Duration = Duration::from_secs(600);

/// Answers each connection with the next status, the last one again and again; 0 is no answer.
async fn receiver(statuses: &'static [u16]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/told?key=sesame", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        let mut silent = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0u8; 1024];
            let _ = stream.read(&mut request).await.unwrap();
            let number = counted.fetch_add(1, Ordering::SeqCst);
            match statuses.get(number).or(statuses.last()) {
                Some(0) | None => silent.push(stream),
                Some(status) => {
                    let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\nlocation: /elsewhere\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        }
    });
    (url, count)
}

fn news(url: String) -> News {
    News {
        at: Timestamp::UNIX_EPOCH,
        origin_id: "t".to_owned(),
        task_id: "t".to_owned(),
        url,
        event: "E".to_owned(),
        body: "{}".to_owned(),
    }
}

async fn send(url: String, patience: Patience) -> Callback {
    let news = news(url);
    let log = Log::default();
    let number = log.begin(&news);
    Sender::new(patience).send(&news, &log, number).await;
    log.entries().remove(0)
}

#[tokio::test]
async fn a_callback_is_tried_six_times_until_it_is_answered_with_a_success() {
    let patience = Patience { pause: Duration::ZERO, answer: LONG, ..Patience::by(&Rules::default()) };
    let cases: [(&'static [u16], u32, u16, CallbackOutcome); 6] = [
        (&[200], 1, 200, CallbackOutcome::Delivered),
        (&[204], 1, 204, CallbackOutcome::Delivered),
        (&[500, 404, 200], 3, 200, CallbackOutcome::Delivered),
        (&[500, 500, 500, 500, 500, 200], 6, 200, CallbackOutcome::Delivered),
        (&[503], 6, 503, CallbackOutcome::GivenUp),
        // A redirect is not followed: who moves away is not told.
        (&[302], 6, 302, CallbackOutcome::GivenUp),
    ];
    for (statuses, attempts, status, outcome) in cases {
        let (url, count) = receiver(statuses).await;
        let callback = send(url, patience).await;
        let sent = u32::try_from(count.load(Ordering::SeqCst)).unwrap();
        assert_eq!((callback.attempts, sent), (attempts, attempts), "{statuses:?}");
        assert_eq!((callback.status, callback.outcome), (Some(status), outcome), "{statuses:?}");
    }
}

#[tokio::test]
async fn no_more_callbacks_are_under_way_at_once_than_there_may_be() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    let (sender, log) =
        (Sender::new(Patience { answer: LONG, pause: Duration::ZERO, retries: 0 }), Arc::new(Log::default()));
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..MOST_AT_ONCE + 20 {
        let (sender, log, news) = (sender.clone(), Arc::clone(&log), news(url.clone()));
        sending.spawn(async move { sender.send(&news, &log, log.begin(&news)).await });
    }
    let mut open = Vec::new();
    while open.len() < MOST_AT_ONCE {
        open.push(listener.accept().await.unwrap().0);
    }
    // All of them have been begun, and those that wait have not come here.
    for _ in 0..100 {
        tokio::task::yield_now().await;
        let next = std::future::poll_fn(|context| Poll::Ready(listener.poll_accept(context))).await;
        assert!(next.is_pending(), "one more than may be");
    }
    for number in 0..MOST_AT_ONCE + 20 {
        let mut stream = match open.pop() {
            Some(stream) => stream,
            None => listener.accept().await.unwrap().0,
        };
        let _ = stream.read(&mut [0u8; 1024]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n").await.unwrap();
        assert!(sending.join_next().await.is_some(), "{number}");
    }
    assert!(log.entries().iter().all(|callback| callback.outcome == CallbackOutcome::Delivered));
}

#[tokio::test]
async fn silence_is_a_failure_too() {
    let patience = Patience { answer: Duration::from_millis(5), pause: Duration::ZERO, retries: 2 };
    let (url, _) = receiver(&[0]).await;
    let callback = send(url, patience).await;
    assert_eq!((callback.attempts, callback.status, callback.outcome), (3, None, CallbackOutcome::GivenUp));
}

#[tokio::test]
async fn a_closed_port_is_tried_again() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let patience = Patience { answer: LONG, pause: Duration::ZERO, retries: 1 };
    let callback = send(format!("http://{closed}"), patience).await;
    assert_eq!((callback.attempts, callback.status, callback.outcome), (2, None, CallbackOutcome::GivenUp));
}

#[tokio::test]
async fn what_is_no_plain_http_is_not_sent() {
    let patience = Patience::by(&Rules::default());
    for url in ["https://127.0.0.1:9/", "nonsense", "ftp://127.0.0.1/", "http://", "/told"] {
        let callback = send(url.to_owned(), patience).await;
        assert_eq!((callback.attempts, callback.outcome), (0, CallbackOutcome::NotSent), "{url}");
    }
}

#[test]
fn the_waits_are_the_documented_ones() {
    let patience = Patience::by(&Rules::default());
    let seconds = (patience.answer.as_secs(), patience.pause.as_secs(), patience.retries);
    assert_eq!(seconds, (5, 1, 5));
    assert_eq!(Patience::by(&"callback-once".parse().unwrap()).retries, 0);
}
