//! Typed calls whose answers come as streams and whose bodies are files, up to the transport.

#![allow(clippy::unwrap_used)]

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use apsara_core::generated::v1 as rt;
use apsara_core::observe::{CallEnded, CallObserver, CallStarted, Observer};
use apsara_core::sign::sha256_hex;
use apsara_core::transport::{Body, BoxFuture, Outgoing, Transport, TransportError};
use apsara_core::{Config, Credentials, Outcome};
use bytes::Bytes;
use futures_core::Stream as _;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };

#[derive(Clone, Debug)]
struct Client;

#[derive(Clone, Default)]
struct Store {
    body: Option<Vec<u8>>,
}

impl rt::Record for Store {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Body", body).body().required()];
}

impl rt::Request for Store {
    type Client = Client;
    type Response = Empty;
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "Store", repeat: rt::Repeat::Safe, ..rt::Operation::of(&PRODUCT) };
}

impl rt::Uploads for Store {}

impl rt::Streamed for Store {
    type Event = Part;
}

impl rt::Downloads for Store {}

#[derive(Debug, Default)]
struct Empty {}

impl rt::Record for Empty {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

#[derive(Debug, Default, PartialEq)]
struct Part {
    number: Option<i32>,
    list: Vec<String>,
}

impl rt::Record for Part {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Number", number), rt::field!("List", list)];
}

/// What is done while a request goes out, by the number of the attempt.
type Meanwhile = fn(&Path, u32);

/// What was read of a request: the hash that was signed and the body, or why there is no more of it.
type Read = Result<(String, Vec<u8>), String>;

/// Reads what is sent, and answers an error that may be repeated, then events.
#[derive(Clone, Debug)]
struct Reading {
    sent: Arc<Mutex<Vec<Read>>>,
    path: PathBuf,
    /// Before a body is read, and after its first piece.
    meanwhile: (Meanwhile, Meanwhile),
}

impl Transport for Reading {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        panic!("a body was read into memory")
    }

    fn open(&self, request: http::Request<Outgoing>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let attempt = self.sent.lock().unwrap().len() as u32 + 1;
            let (head, mut body) = request.into_parts();
            let hash = head.headers["x-acs-content-sha256"].to_str().unwrap().to_owned();
            let (length, mut read, mut pieces) = (body.length(), Vec::new(), 0);
            (self.meanwhile.0)(&self.path, attempt);
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
                match piece {
                    Ok(piece) => read.extend_from_slice(&piece),
                    Err(error) => {
                        self.sent.lock().unwrap().push(Err(error.to_string()));
                        return Err(TransportError::new("the connection broke").with_source(error));
                    }
                }
                pieces += 1;
                if pieces == 1 {
                    (self.meanwhile.1)(&self.path, attempt);
                }
            }
            assert_eq!(length, read.len() as u64);
            self.sent.lock().unwrap().push(Ok((hash, read)));
            let (status, text) = match attempt {
                1 => (503, r#"{"Code":"ServiceUnavailable"}"#),
                _ => (200, "data: {\"number\": \"7\", \"List\": null}\n\ndata: {\"Number\":\"x\"}\n\n"),
            };
            let answer = http::Response::builder().status(status).header("content-type", "text/event-stream");
            Ok(answer.body(Body::from(Bytes::from_static(text.as_bytes()))).unwrap())
        })
    }
}

/// A file in a folder of its own.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &[u8]) -> Self {
        let folder = std::env::temp_dir().join(format!("apsara-streams-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("file"), content).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("file")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn store(file: &File, meanwhile: (Meanwhile, Meanwhile)) -> (Reading, rt::Call<Store>) {
    let reading = Reading { sent: Arc::default(), path: file.path(), meanwhile };
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).transport(reading.clone()).concurrency_limit(1).build().unwrap();
    (reading, rt::Call::new(&rt::Client::new(&config, &PRODUCT)).with_file(file.path()))
}

const NOTHING: Meanwhile = |_, _| {};

#[tokio::test]
async fn every_attempt_sends_the_file_from_its_start_and_events_are_decoded() {
    let content: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
    let file = File::new("again", &content);
    let (reading, call) = store(&file, (NOTHING, NOTHING));
    assert_eq!(call.check(), [], "the file is the body, which is required");
    let mut events = call.events().await.unwrap();
    let sent = reading.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|sent| *sent == Ok((sha256_hex(&content), content.clone()))));
    assert_eq!(events.head().attempts(), 2);
    // As leniently as any answer.
    assert_eq!(events.next().await.unwrap().unwrap().into_data(), Part { number: Some(7), list: Vec::new() });
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.is_undecodable() && error.outcome() == Outcome::Unknown, "{error}");
    assert!(error.to_string().contains("Number: expected a 32-bit integer"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_read_as_it_comes_is_under_way_until_it_begins() {
    let file = File::new("open", b"content");
    let (_, call) = store(&file, (NOTHING, NOTHING));
    let mut events = call.clone().events().await.unwrap();
    let meanwhile = tokio::time::timeout(std::time::Duration::from_secs(20), call.download());
    let begun = meanwhile.await.expect("it waits for the end of another stream");
    assert_eq!(begun.unwrap().head().attempts(), 1);
    assert!(events.next().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_file_that_changes_between_attempts_is_not_sent_again() {
    let file = File::new("between", b"before");
    let change: Meanwhile = |path, attempt| {
        if attempt == 1 {
            std::fs::write(path, "another length").unwrap();
        }
    };
    // Once the first attempt has read it, the content changes.
    let (reading, call) = store(&file, (NOTHING, change));
    let error = call.send().await.unwrap_err();
    assert!(error.to_string().contains("has changed since its hash was taken"), "{error}");
    assert_eq!(reading.sent.lock().unwrap().len(), 1);
    assert_eq!(error.outcome(), Outcome::Unknown, "the first attempt may have been executed");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_never_sent_whole() {
    for content in [vec![1; 300_000], vec![1; 100]] {
        let file = File::new(&format!("while-{}", content.len()), &content);
        let change: Meanwhile = |path, _| {
            // The length and the time stay.
            let modified = std::fs::metadata(path).unwrap().modified().unwrap();
            let mut content = std::fs::read(path).unwrap();
            *content.last_mut().unwrap() = 2;
            std::fs::write(path, content).unwrap();
            std::fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
        };
        let (reading, call) = store(&file, (change, NOTHING));
        let error = call.with_retry(rt::Retry::never()).send().await.unwrap_err();
        assert!(error.to_string().contains("the file changed while it was sent"), "{error}");
        assert_eq!(reading.sent.lock().unwrap()[0], Err("the file changed while it was sent".to_owned()));
    }
}

#[tokio::test]
async fn a_file_takes_the_place_of_the_body_and_of_nothing_else() {
    let file = File::new("place", b"content");
    let (reading, mut call) = store(&file, (NOTHING, NOTHING));
    call.request.body = Some(b"body".to_vec());
    let error = call.send().await.unwrap_err();
    assert!(error.to_string().contains("Body is set, and a file is given in its place as well"), "{error}");
    assert!(reading.sent.lock().unwrap().is_empty());
}

/// Answers with a body of a type.
#[derive(Debug)]
struct Fixed(&'static str, &'static str);

impl Transport for Fixed {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let answer = http::Response::builder().header("content-type", self.0).body(self.1.into()).unwrap();
        Box::pin(async { Ok(answer) })
    }
}

/// Is answered with events whose data are texts.
#[derive(Clone, Default)]
struct Talk {}

impl rt::Record for Talk {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

impl rt::Request for Talk {
    type Client = Client;
    type Response = Empty;
    const OPERATION: &'static rt::Operation = &rt::Operation { name: "Talk", ..rt::Operation::of(&PRODUCT) };
}

impl rt::Streamed for Talk {
    type Event = String;
}

#[tokio::test]
async fn the_data_of_an_event_may_be_a_text_as_it_is() {
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let texts = "data: hello\n\ndata: \"quoted\"\n\ndata: 7\n\ndata: {\ndata: \"a\"\n\n";
    let config = Config::builder().credentials(key).transport(Fixed("text/event-stream", texts)).build().unwrap();
    let mut events = rt::Call::<Talk>::new(&rt::Client::new(&config, &PRODUCT)).events().await.unwrap();
    for text in ["hello", "quoted", "7", "{\n\"a\""] {
        assert_eq!(events.next().await.unwrap().unwrap().into_data(), text);
    }
    assert!(events.next().await.is_none());
}

/// Keeps how calls ended.
#[derive(Clone, Debug, Default)]
struct Endings(Arc<Mutex<Vec<String>>>);

impl Observer for Endings {
    fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        Some(Box::new(self.clone()))
    }
}

impl CallObserver for Endings {
    fn ended(&mut self, call: &CallEnded<'_>) {
        self.0.lock().unwrap().push(format!("{:?} {:?} {:?}", call.ending, call.error_type, call.outcome));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_of_events_ends_the_call_as_a_failure_for_observers_too() {
    let endings = Endings::default();
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).transport(Fixed("application/json", "{}"));
    let config = config.observer(endings.clone()).build().unwrap();
    let mut call = rt::Call::<Store>::new(&rt::Client::new(&config, &PRODUCT));
    call.request.body = Some(b"body".to_vec());
    let error = call.events().await.unwrap_err();
    assert!(error.is_undecodable() && error.outcome() == Outcome::Executed, "{error}");
    assert_eq!(error.http_status(), Some(200));
    assert_eq!(*endings.0.lock().unwrap(), [r#"Failure Some("undecodable") Some(Executed)"#]);
}

#[tokio::test]
async fn a_stream_is_a_success_at_its_end_and_cancelled_if_it_is_dropped_before() {
    let endings = Endings::default();
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).transport(Fixed("text/event-stream", "data: 1\n\ndata: 2\n\n"));
    let config = config.observer(endings.clone()).build().unwrap();
    let told = || std::mem::take(&mut *endings.0.lock().unwrap());
    let call = || rt::Call::<Talk>::new(&rt::Client::new(&config, &PRODUCT));
    let mut events = call().events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().into_data(), "1");
    assert_eq!(told(), Vec::<String>::new());
    drop(events);
    assert_eq!(told(), [r#"Cancelled Some("cancelled") Some(Executed)"#]);
    let mut events = call().events().await.unwrap();
    while let Some(event) = events.next().await {
        event.unwrap();
    }
    assert_eq!(told(), ["Success None None"]);
}

/// Answers with one event, an error that repeats what the call was signed with.
#[derive(Debug)]
struct Telling(&'static str);

impl Transport for Telling {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let token = request.headers()["x-acs-security-token"].to_str().unwrap();
        let (key, body) = (self.0, String::from_utf8_lossy(request.body()));
        let text = format!(
            "event: error\ndata: {{\"Code\":\"InvalidToken\",\"Message\":\"{token} and {key} and {body} are wrong\"}}\n\n"
        );
        let answer = http::Response::builder().header("content-type", "text/event-stream");
        let answer = answer.body(Bytes::from(text)).unwrap();
        Box::pin(async { Ok(answer) })
    }
}

#[tokio::test]
async fn an_event_that_repeats_what_proves_who_called_does_not_show_it() {
    let secret = "a-secret-of-some-length";
    let key = Credentials::temporary("STS.id", secret, "a-token-of-some-length").unwrap();
    let config = Config::builder().credentials(key).transport(Telling(secret)).build().unwrap();
    let mut call = rt::Call::<Store>::new(&rt::Client::new(&config, &PRODUCT));
    call.request.body = Some(b"content".to_vec());
    let mut events = call.events().await.unwrap();
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.service().unwrap().message(), "[redacted] and [redacted] and content are wrong");
}

/// Answers without an end, of which the next piece is always there.
#[derive(Debug)]
struct Endless;

impl Transport for Endless {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        panic!("an endless body was read into memory")
    }

    fn open(&self, _: http::Request<Outgoing>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let pieces = std::iter::repeat_with(|| Ok(Bytes::from_static(b"piece")));
        Box::pin(async move { Ok(http::Response::new(Body::new(Pieces(pieces)))) })
    }
}

/// Gives what an iterator gives.
struct Pieces<I>(I);

impl<I: Iterator<Item = Result<Bytes, TransportError>> + Unpin> futures_core::Stream for Pieces<I> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_for_a_stream_that_never_lets_anybody_wait() {
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).transport(Endless).build().unwrap();
    let call = rt::Call::<Store>::new(&rt::Client::new(&config, &PRODUCT));
    let mut call = call.with_deadline(std::time::Duration::from_secs(1));
    call.request.body = Some(b"content".to_vec());
    let mut download = call.download().await.unwrap();
    for _ in 0..2 {
        assert_eq!(download.next().await.unwrap().unwrap(), "piece");
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    }
    let error = download.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout() && error.outcome() == Outcome::Executed, "{error}");
    assert!(download.next().await.is_none());
}

/// A transport that knows nothing of streams.
#[derive(Debug)]
struct Whole(Arc<Mutex<Option<Bytes>>>);

impl Transport for Whole {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        *self.0.lock().unwrap() = Some(request.into_body());
        Box::pin(async { Ok(http::Response::new(Bytes::from_static(b"bytes"))) })
    }
}

#[tokio::test]
async fn a_transport_without_streams_has_them_in_memory() {
    let (file, sent) = (File::new("memory", b"content"), Arc::default());
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).transport(Whole(Arc::clone(&sent))).build().unwrap();
    let call = rt::Call::<Store>::new(&rt::Client::new(&config, &PRODUCT)).with_file(file.path());
    assert_eq!(call.download().await.unwrap().bytes(10).await.unwrap(), "bytes");
    assert_eq!(sent.lock().unwrap().as_deref(), Some(b"content".as_slice()));
}
