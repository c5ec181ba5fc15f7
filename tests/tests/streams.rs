//! Answers that are read as they come, and bodies that are files: against an emulator, and against servers that break off.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Duration;

use apsara::untyped::{Call, Client, Method};
use apsara::{Config, ConfigBuilder, Credentials, Outcome, SignatureVersion};
use apsara_emulator::{Emulator, Fault, FaultRule};
use apsara_tests::workspace::{root, target};
use apsara_tests::{credentials, on_transport};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A folder of this test, that is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = target().join(format!("streams-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts an emulator of the operations that the generator's tests have for streams.
async fn emulator(folder: &Folder) -> Emulator {
    let spec = |name: &str| -> Value {
        let path = root().join(format!("codegen/tests/fixtures/{name}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let document = json!({
        "info": { "style": "RPC", "product": "Test", "version": "2026-01-01" },
        "apis": { "Talk": spec("Talk"), "Fetch": spec("Fetch"), "Store": spec("Store") },
    });
    let document = folder.file("api-docs.json", document.to_string().as_bytes());
    Emulator::builder().spec_file(document).start().await.unwrap()
}

fn config(emulator: &Emulator) -> ConfigBuilder {
    let config = Config::builder().credentials(credentials(emulator)).endpoint(emulator.url());
    on_transport(config, module_path!(), None)
}

fn client(emulator: &Emulator) -> Client {
    Client::new(&config(emulator).build().unwrap())
}

fn talk(client: &Client) -> Call {
    client.call("Test", "2026-01-01", "Talk").param("Prompt", "hello")
}

fn fetch(client: &Client) -> Call {
    client.call("Test", "2026-01-01", "Fetch").method(Method::Get).param("Key", "a")
}

#[tokio::test]
async fn events_and_bytes_come_from_the_emulator() {
    let folder = Folder::new("come");
    let emulator = emulator(&folder).await;
    let client = client(&emulator);
    let mut events = talk(&client).events().await.unwrap();
    assert!(events.head().request_id().is_some());
    let first = events.next().await.unwrap().unwrap();
    assert_eq!((first.id(), first.name(), first.data()), (Some("1"), Some("result"), &json!({ "Text": "hel" })));
    assert_eq!(events.next().await.unwrap().unwrap().into_data()["Usage"]["Tokens"], "7");
    assert!(events.next().await.is_none());
    // The whole stream is an answer as well.
    assert!(talk(&client).send().await.unwrap().body().starts_with(b"id:1\nevent:result\ndata:{"));

    let mut download = fetch(&client).download().await.unwrap();
    let mut text = String::new();
    download.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "bytes of a file");
    assert_eq!(fetch(&client).download().await.unwrap().bytes(15).await.unwrap(), "bytes of a file");
    let error = fetch(&client).download().await.unwrap().bytes(14).await.unwrap_err();
    assert!(error.to_string().contains("more than the 14 bytes"), "{error}");
    assert_eq!(error.outcome(), Outcome::Executed);

    // A refusal is one before anything comes.
    let error = client.call("Test", "2026-01-01", "Talk").events().await.unwrap_err();
    assert_eq!(error.service().unwrap().code(), "MissingPrompt");
    let error = fetch(&client).events().await.unwrap_err();
    assert!(error.to_string().contains("expected a stream of events (text/event-stream), found"), "{error}");
    assert!(error.is_undecodable() && error.body().unwrap() == "bytes of a file", "{error}");
}

#[tokio::test]
async fn what_is_cut_is_an_error_and_was_executed() {
    let folder = Folder::new("cut");
    let emulator = emulator(&folder).await;
    let client = client(&emulator);
    emulator.faults().add(FaultRule::new(Fault::Truncate));
    let mut events = talk(&client).events().await.unwrap();
    let error = loop {
        match events.next().await.unwrap() {
            Ok(event) => assert_eq!(event.id(), Some("1")),
            Err(error) => break error,
        }
    };
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Executed, 1));
    assert!(events.next().await.is_none(), "a stream goes on after its error");
    let error = fetch(&client).download().await.unwrap().bytes(1000).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Executed, "{error}");
    assert_eq!(error.operation().unwrap().name, "Fetch");
}

#[tokio::test]
async fn a_file_is_sent_with_its_hash() {
    let folder = Folder::new("sent");
    let emulator = emulator(&folder).await;
    let content: Vec<u8> = (0..400_000_u32).flat_map(|number| [number as u8, (number >> 8) as u8]).collect();
    for (name, content) in [("large", content), ("empty", Vec::new())] {
        let path = folder.file(name, &content);
        for signature in [SignatureVersion::V3, SignatureVersion::V3Sm3, SignatureVersion::V1] {
            let client = Client::new(&config(&emulator).signature(signature).build().unwrap());
            let call = client.call("Test", "2026-01-01", "Store").param("Key", name).body_file(&path);
            let answer = call.send().await;
            // The spec wants a body, and an empty file is none.
            match name {
                "large" => assert_eq!(answer.unwrap().http_status(), 200, "{signature:?}"),
                _ => assert_eq!(answer.unwrap_err().service().unwrap().code(), "MissingBody", "{signature:?}"),
            }
        }
    }
    let client = client(&emulator);
    let call = client.call("Test", "2026-01-01", "Store").body_file(folder.0.join("absent"));
    let error = call.send().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("absent cannot be read"), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let folder = Folder::new("pipe");
    let emulator = emulator(&folder).await;
    let pipe = folder.0.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = client(&emulator).call("Test", "2026-01-01", "Store").body_file(pipe).send().await.unwrap_err();
    assert!(error.to_string().contains("it is no file that could be read a second time"), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
}

/// Accepts a connection, reads a request, and answers with a head and the beginning of a body without end.
async fn begin(listener: &TcpListener, content_type: &str, body: &str) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    apsara_tests::read_message(&mut stream).await.unwrap();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("{:x}\r\n{body}\r\n", body.len());
    stream.write_all(format!("{head}{chunk}").as_bytes()).await.unwrap();
    stream
}

async fn slow() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = on_transport(Config::builder().credentials(key).endpoint(url), module_path!(), Some(100));
    (listener, Client::new(&config.build().unwrap()))
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let (listener, client) = slow().await;
    let call = async {
        let mut events = talk(&client).events().await.unwrap();
        // It is given before the next one is there.
        assert_eq!(events.next().await.unwrap().unwrap().into_data(), json!(1));
        events
    };
    let (mut stream, events) = tokio::join!(begin(&listener, "text/event-stream", "data: 1\n\n"), call);
    drop(events);
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the connection is still open");

    let call = async { fetch(&client).download().await.unwrap() };
    let (mut stream, mut download) = tokio::join!(begin(&listener, "application/octet-stream", "half"), call);
    assert_eq!(download.next().await.unwrap().unwrap(), "half");
    drop(download);
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the connection is still open");
}

#[tokio::test]
async fn the_deadline_holds_until_the_end_of_a_body() {
    let (listener, client) = slow().await;
    let call = async {
        let mut events = talk(&client).with_deadline(Duration::from_millis(300)).events().await.unwrap();
        let first = events.next().await.unwrap().unwrap().into_data();
        (first, events.next().await.unwrap().unwrap_err())
    };
    let (mut stream, (first, error)) = tokio::join!(begin(&listener, "text/event-stream", "data: 1\n\ndata"), call);
    assert_eq!(first, json!(1));
    assert!(error.is_timeout() && error.outcome() == Outcome::Executed, "{error}");
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "the connection is still open");
}

#[tokio::test]
async fn an_event_has_a_limit_and_may_be_an_error() {
    let (listener, client) = slow().await;
    let long = format!("data: {}", "x".repeat(100));
    for (body, given, told, outcome) in [
        (&*long, 0, "an event has more than the 100 bytes", Outcome::Executed),
        ("data: {\"Code\":\"Throttling\",\"Message\":\"slow down\"}\n\n", 0, "Throttling", Outcome::Rejected),
        ("data:1\n\ndata:{\"code\":\"Throttling\",\"message\":\"m\"}\n\n", 1, "Throttling", Outcome::Executed),
        (
            "event:error\ndata:{\"code\":\"InvalidParameter\",\"x\":1,\"message\":\"hello\"}\n\n",
            0,
            "[redacted]",
            Outcome::Unknown,
        ),
        (
            "data:{\"Code\":\"200\",\"Message\":\"fine\"}\n\ndata:{\"Code\":\"A\",\"Message\":\"b\",\"More\":1}\n\ndata:[DONE]\n\n",
            2,
            "cannot be decoded",
            Outcome::Executed,
        ),
    ] {
        let call = async {
            let mut events =
                talk(&client).sensitive("Prompt").with_deadline(Duration::from_secs(5)).events().await.unwrap();
            let mut count = 0;
            loop {
                match events.next().await.unwrap() {
                    Ok(_) => count += 1,
                    Err(error) => return (count, error),
                }
            }
        };
        let (_stream, (count, error)) = tokio::join!(begin(&listener, "text/event-stream; charset=utf-8", body), call);
        assert_eq!((count, error.outcome(), error.attempts()), (given, outcome, 1), "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
}
