//! What is told of a call that went wrong, and how often it was sent.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use apsara::live::{self, RestartLivePullToPushError};
use apsara::transport::{BoxFuture, Transport, TransportError};
use apsara::{Config, Credentials, Error, GatewayCode, Outcome, Retry, SignatureVersion};
use apsara_emulator::{Clock, Emulator};
use apsara_tests::{Scripted, Step, config, live, on_transport};
use bytes::Bytes;

fn client(url: &str) -> live::Client {
    let credentials = Credentials::new("LTAI-id", "canary-secret").unwrap();
    let config = Config::builder().credentials(credentials).endpoint(url);
    live::Client::new(&on_transport(config, module_path!(), None).build().unwrap())
}

async fn restart(client: &live::Client) -> Result<live::RestartLivePullToPushResponse, Error> {
    client.restart_live_pull_to_push().region("cn-shanghai").task_id("some-task").send().await
}

/// Sends one restart to a server that answers every request alike; returns the error and what the server read.
async fn failed(step: Step) -> (Error, Vec<String>) {
    let server = Scripted::start(step).await;
    let error = restart(&client(server.url())).await.unwrap_err();
    (error, server.requests())
}

#[tokio::test]
async fn a_wrong_secret_is_a_typed_signature_mismatch() {
    let emulator = Emulator::start().await.unwrap();
    let credentials = Credentials::new(emulator.access_key_id(), "wrong-secret").unwrap();
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let config = Config::builder().credentials(credentials.clone()).endpoint(emulator.url()).signature(signature);
        let error = restart(&live::Client::new(&config.build().unwrap())).await.unwrap_err();
        assert_eq!(error.gateway_code(), Some(GatewayCode::SignatureDoesNotMatch), "{error}");
        assert!(error.is_signature_mismatch());
        assert_eq!(error.outcome(), Outcome::Rejected);
        assert!(!format!("{error} {error:?}").contains("wrong-secret"));
        let mismatch = error.service().unwrap().signature_mismatch().unwrap();
        assert!(mismatch.is_same_text(), "{mismatch}");
        assert!(error.to_string().contains("the secret is not that of the access key id"), "{error}");
    }
}

#[tokio::test]
async fn a_clock_20_minutes_off_is_corrected_by_the_clouds_and_told_where_it_must_not_be() {
    for minutes in [20, -20] {
        let clock = Clock::system();
        let there = clock.now().checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
        clock.set(&there.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap();
        let emulator = Emulator::builder().gateway_clock(clock).start().await.unwrap();
        let live = live(&emulator);
        let error = restart(&live).await.unwrap_err();
        assert_eq!(error.code(), Some(RestartLivePullToPushError::CodeTaskNotExist), "{error}");
        assert_eq!(error.attempts(), 2);
        assert_eq!(restart(&live).await.unwrap_err().attempts(), 1, "the next call knows");

        let call = apsara_tests::live(&emulator).restart_live_pull_to_push().region("cn-shanghai").task_id("some-task");
        let error = call.with_retry(Retry::never()).send().await.unwrap_err();
        assert!(error.is_clock_skew(), "{error}");
        assert_eq!(error.outcome(), Outcome::Rejected);
        let side = if minutes > 0 { "behind" } else { "ahead of" };
        let (near, told) = (if minutes > 0 { 19 } else { 20 }, error.to_string());
        let said = |minutes: i64| format!("This machine's clock is {minutes} minutes {side} the cloud's; set it.");
        assert!(told.contains(&said(near)) || told.contains(&said(20)), "{told}");
    }
}

#[tokio::test]
async fn missing_parameters_are_all_named_at_once_and_nothing_is_sent() {
    let server = Scripted::start(Step::Hang).await;
    let error = client(server.url()).create_live_pull_to_push().retry_interval(7).send().await.unwrap_err();
    assert!(error.is_invalid());
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
    let named: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    assert_eq!(
        named,
        [
            "DstUrl is required",
            "EndTime is required",
            "Region is required",
            "RetryInterval must be from 60 to 300",
            "SourceType is required",
            "SourceUrls is required and must not be empty",
            "StartTime is required",
        ]
    );
    assert!(named.iter().all(|rule| error.to_string().contains(rule)), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_unreachable_host_is_not_sent() {
    // The port was free a moment ago and nobody listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = restart(&client(&format!("http://127.0.0.1:{port}"))).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    assert!(error.is_connect() && error.to_string().contains("no connection to 127.0.0.1: "), "{error}");
    assert_eq!(error.attempts(), 3, "what was not sent may be tried again");
}

#[tokio::test]
async fn a_connection_cut_after_the_request_was_read_is_unknown_and_was_sent_once() {
    let (error, requests) = failed(Step::Cut).await;
    assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    assert_eq!((requests.len(), error.attempts()), (1, 1));
    assert!(requests[0].starts_with("GET /?Region=cn-shanghai&TaskId=some-task HTTP/1.1\r\n"), "{}", requests[0]);
}

#[tokio::test]
async fn a_connection_from_the_pool_that_is_cut_is_not_repeated_either() {
    let answer = Step::answer(200, r#"{"RequestId":"r","TaskId":"t"}"#);
    let server = Scripted::start_script(vec![answer.clone(), Step::Cut, answer]).await;
    let client = client(server.url());
    restart(&client).await.unwrap();
    let error = restart(&client).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    assert_eq!((server.requests().len(), error.attempts()), (2, 1));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_a_timeout_and_unknown() {
    let server = Scripted::start(Step::Hang).await;
    let call = client(server.url()).restart_live_pull_to_push().region("cn-shanghai").task_id("some-task");
    let error = call.with_deadline(Duration::from_millis(300)).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!((error.outcome(), server.requests().len()), (Outcome::Unknown, 1));
}

/// Never gets a connection.
#[derive(Debug)]
struct Unconnected;

impl Transport for Unconnected {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async { Err(TransportError::new("no connection").not_sent()) })
    }
}

#[tokio::test]
async fn time_that_runs_out_between_attempts_leaves_nothing_sent() {
    let credentials = Credentials::new("LTAI-id", "canary-secret").unwrap();
    let config = Config::builder().credentials(credentials).transport(Unconnected).build().unwrap();
    let call = live::Client::new(&config).restart_live_pull_to_push().region("cn-shanghai").task_id("some-task");
    let error = call.with_deadline(Duration::ZERO).send().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
}

#[tokio::test]
async fn a_success_with_an_undecodable_body_is_executed_and_its_body_is_kept() {
    for body in ["<html>canary</html>", r#"{"RequestId":"r","TaskId":"#] {
        let (error, requests) = failed(Step::answer(200, body)).await;
        assert!(error.is_undecodable(), "{error}");
        assert_eq!((error.outcome(), requests.len()), (Outcome::Executed, 1));
        assert_eq!(error.body().unwrap(), body);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn an_empty_success_has_the_request_id_of_its_header() {
    let step = Step::Answer { status: 200, headers: "x-acs-request-id: from-header\r\n", body: String::new() };
    let server = Scripted::start(step).await;
    let answer = restart(&client(server.url())).await.unwrap();
    assert_eq!((answer.request_id.as_str(), answer.task_id), ("from-header", None));
}

#[tokio::test]
async fn a_5xx_is_unknown_with_and_without_the_clouds_shape() {
    let shaped = r#"{"Code":"InternalError","Message":"m","RequestId":"r"}"#;
    for (status, body) in
        [(500, shaped), (502, "<html>bad gateway</html>"), (503, ""), (403, "<html>proxy</html>"), (302, "")]
    {
        let (error, requests) = failed(Step::answer(status, body)).await;
        assert_eq!(error.outcome(), Outcome::Unknown, "{status} {body}: {error}");
        assert_eq!(requests.len(), 1, "{status}: what may have been executed is not repeated");
    }
}

#[tokio::test]
async fn a_documented_code_is_told_only_of_its_own_operation() {
    let (error, _) = failed(Step::answer(400, r#"{"Code":"CodeTaskNotExist","Message":"m","RequestId":"r"}"#)).await;
    assert_eq!(error.code::<RestartLivePullToPushError>(), Some(RestartLivePullToPushError::CodeTaskNotExist));
    assert_eq!(error.code::<live::StopLivePullToPushError>(), None, "the same text, but another operation");
    assert_eq!((error.outcome(), error.request_id()), (Outcome::Rejected, Some("r")));
    let (error, _) = failed(Step::answer(400, r#"{"Code":"CodeOfTomorrow","Message":"m"}"#)).await;
    assert_eq!(error.code::<RestartLivePullToPushError>(), None);
    assert_eq!(error.service().unwrap().code(), "CodeOfTomorrow");
}

#[tokio::test]
async fn no_secret_is_in_an_error_whatever_happened() {
    for step in [Step::Cut, Step::answer(500, "canary"), Step::answer(200, "canary")] {
        let server = Scripted::start(step).await;
        let call = client(server.url())
            .create_live_pull_to_push()
            .region("cn-shanghai")
            .start_time("2026-01-01T00:00:00Z")
            .end_time("2026-01-02T00:00:00Z")
            .source_type("url")
            .source_urls(["https://user:canary@example.com/a.mp4?auth_key=canary"])
            .dst_url("rtmp://push.example.com/app/canary");
        assert!(!format!("{call:?}").contains("canary"), "{call:?}");
        let error = call.send().await.unwrap_err();
        let mut shown = format!("{error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            shown.push_str(&format!(" {error} {error:?}"));
            source = error.source();
        }
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn a_temporary_key_signs_with_its_token() {
    let emulator = Emulator::start().await.unwrap();
    let sts = apsara::sts::Client::new(&config(&emulator));
    let role = format!("acs:ram::{}:role/operator", emulator.account_id());
    let assumed = sts.assume_role().role_arn(role).role_session_name("night-shift").send().await.unwrap();
    let shown = format!("{assumed:?}");
    let key = assumed.credentials.unwrap();
    let (secret, token) = (key.access_key_secret.unwrap(), key.security_token.unwrap());
    assert!(!shown.contains(&secret) && !shown.contains(&token), "{shown}");
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let temporary = Credentials::temporary(key.access_key_id.clone().unwrap(), &secret, &token).unwrap();
        let config = Config::builder().credentials(temporary).endpoint(emulator.url()).signature(signature);
        let config = config.build().unwrap();
        let who = apsara::sts::Client::new(&config).get_caller_identity().send().await.unwrap();
        assert_eq!(who.account_id.as_deref(), Some(emulator.account_id()));
        let list =
            live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
        assert_eq!(list.total, Some(0));
    }
}
