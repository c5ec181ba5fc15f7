//! What a server can do to the client: nothing without a bound.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use apsara::untyped::{self, Method};
use apsara::{Config, ConfigBuilder, Credentials, Error, Outcome, live};
use apsara_tests::{Scripted, Step, on_transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn config(endpoint: &str) -> ConfigBuilder {
    on_transport(bare(endpoint), module_path!(), None)
}

fn limited(endpoint: &str, bytes: usize) -> ConfigBuilder {
    on_transport(bare(endpoint), module_path!(), Some(bytes))
}

fn bare(endpoint: &str) -> ConfigBuilder {
    Config::builder().credentials(Credentials::new("LTAI-id", "secret").unwrap()).endpoint(endpoint)
}

async fn restart(config: ConfigBuilder) -> Result<live::RestartLivePullToPushResponse, Error> {
    let client = live::Client::new(&config.build().unwrap());
    client.restart_live_pull_to_push().region("cn-shanghai").task_id("some-task").send().await
}

/// Answers one request with these bytes, and returns what it read.
async fn raw(answer: Vec<u8>) -> (String, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 4096];
        let length = stream.read(&mut read).await.unwrap();
        read.truncate(length);
        let _ = stream.write_all(&answer).await;
        read
    });
    (address, served)
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit_whether_or_not_its_length_is_announced() {
    let body = |length: usize| format!(r#"{{"RequestId":"{}"}}"#, "r".repeat(length - 16));
    let fits = Scripted::start(Step::answer(200, body(1000))).await;
    assert_eq!(restart(limited(fits.url(), 1000)).await.unwrap().request_id.len(), 984);

    let announced = Scripted::start(Step::answer(200, body(1001))).await;
    let error = restart(limited(announced.url(), 1000)).await.unwrap_err();
    assert!(error.to_string().contains("the answer has more than the 1000 bytes that are allowed"), "{error}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Executed, 1));

    let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..100_000 {
        chunked.extend_from_slice(b"400\r\n");
        chunked.extend_from_slice(&[b' '; 0x400]);
        chunked.extend_from_slice(b"\r\n");
    }
    let (address, served) = raw(chunked).await;
    let error = restart(limited(&format!("http://{address}"), 10_000)).await.unwrap_err();
    assert!(error.to_string().contains("more than the 10000 bytes"), "{error}");
    assert_eq!(error.outcome(), Outcome::Executed);
    served.await.unwrap();
}

#[tokio::test]
async fn a_call_that_may_be_repeated_is_not_when_its_answer_is_too_long() {
    let server = Scripted::start(Step::answer(200, format!(r#"{{"RequestId":"{}"}}"#, "r".repeat(1000)))).await;
    let client = live::Client::new(&limited(server.url(), 1000).build().unwrap());
    let error = client.describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap_err();
    assert!(error.is_too_long(), "{error}");
    assert_eq!((error.attempts(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn what_is_nested_beyond_reason_is_undecodable_and_exhausts_no_stack() {
    let deep = 100_000;
    let json = format!("{{\"TaskId\":{}1{}}}", "[".repeat(deep), "]".repeat(deep));
    let unknown = format!("{{\"Unknown\":{}1{}}}", "[".repeat(deep), "]".repeat(deep));
    let xml = format!("<R>{}{}</R>", "<a>".repeat(deep), "</a>".repeat(deep));
    for (body, is_looked_at) in [(json, true), (xml, true), (unknown, false)] {
        let server = Scripted::start(Step::answer(200, body.clone())).await;
        match restart(config(server.url())).await {
            Err(error) if is_looked_at => {
                assert!(error.is_undecodable() && error.outcome() == Outcome::Executed, "{error}");
            }
            // What no field is for is passed over, however deep it is.
            answer => assert!(!is_looked_at && answer.is_ok(), "{answer:?}"),
        }
        // As the body of a refusal it has no shape.
        let server = Scripted::start(Step::answer(400, body)).await;
        let error = restart(config(server.url())).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
}

#[tokio::test]
async fn an_answer_has_a_hundred_headers_at_most() {
    let answer = |headers: usize| {
        let mut head = String::from("HTTP/1.1 200 OK\r\n");
        for number in 0..headers - 1 {
            write!(head, "x-{number}: {number}\r\n").unwrap();
        }
        format!("{head}content-length: 17\r\n\r\n{{\"RequestId\":\"r\"}}").into_bytes()
    };
    let (address, _served) = raw(answer(100)).await;
    restart(config(&format!("http://{address}"))).await.unwrap();
    let (address, _served) = raw(answer(101)).await;
    let error = restart(config(&format!("http://{address}"))).await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1), "{error}");
}

#[tokio::test]
async fn nothing_is_decompressed_and_nothing_compressed_is_asked_for() {
    let answer = Step::Answer { status: 200, headers: "content-encoding: gzip\r\n", body: "\u{1f}\u{8b}".to_owned() };
    let server = Scripted::start(answer).await;
    let error = restart(config(server.url())).await.unwrap_err();
    assert!(error.to_string().contains("it is compressed (gzip), which was not asked for"), "{error}");
    assert_eq!(error.outcome(), Outcome::Executed);
    assert!(!server.requests()[0].to_ascii_lowercase().contains("accept-encoding"), "{}", server.requests()[0]);
}

#[tokio::test]
async fn what_could_have_a_body_and_has_none_says_so() {
    let server = Scripted::start(Step::answer(200, r#"{"RequestId":"r"}"#)).await;
    let config = config(server.url()).region("cn-shanghai").build().unwrap();
    let call = |method| untyped::Client::new(&config).call("Ecs", "2014-05-26", "DoIt").method(method);
    let file = std::env::temp_dir().join(format!("apsara-empty-{}", std::process::id()));
    std::fs::write(&file, "").unwrap();
    let calls = [
        (call(Method::Post), Some("0")),
        (call(Method::Put), Some("0")),
        (call(Method::Patch), Some("0")),
        (call(Method::Post).body_file(&file), Some("0")),
        (call(Method::Post).body("text"), Some("6")),
        (call(Method::Get), None),
        (call(Method::Delete), None),
    ];
    for (number, (call, length)) in calls.into_iter().enumerate() {
        call.send().await.unwrap();
        let request = server.requests()[number].to_ascii_lowercase();
        let lengths: Vec<_> = request.lines().filter_map(|line| line.strip_prefix("content-length: ")).collect();
        assert_eq!(lengths, Vec::from_iter(length), "{request}");
    }
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn a_signed_request_follows_no_redirect() {
    let other = Scripted::start(Step::answer(200, r#"{"RequestId":"r"}"#)).await;
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("location: {}/\r\n", other.url()).leak();
        let server = Scripted::start(Step::Answer { status, headers, body: String::new() }).await;
        let error = restart(config(server.url())).await.unwrap_err();
        assert_eq!((error.outcome(), server.requests().len()), (Outcome::Unknown, 1), "{status}: {error}");
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn only_an_endpoint_that_says_http_is_called_without_tls() {
    let (address, served) = raw(Vec::new()).await;
    let error = restart(config(&address).retry(apsara::Retry::never())).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    let read = served.await.unwrap();
    assert_eq!(read[..2], [0x16, 0x03], "no handshake of TLS began");
    assert!(!String::from_utf8_lossy(&read).contains("Region="), "something of the request was sent");
}
