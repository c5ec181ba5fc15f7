//! Servers that take their time.

use std::time::Duration;

use apsara::transport::ReqwestTransport;
use apsara::{Outcome, Retry, live};
use apsara_tests::{Scripted, Step};

use crate::{ANSWER, config, restart, restart_by};

#[tokio::test]
async fn an_attempt_that_runs_out_is_unknown_and_made_again_only_if_it_may_be_executed_twice() {
    let slow = || Scripted::start_script(vec![Step::Hang, Step::answer(200, ANSWER)]);
    let soon = Duration::from_millis(300);

    let server = slow().await;
    let error = restart(config(server.url()).retry(Retry::new()).attempt_timeout(soon)).await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts(), server.requests().len()), (Outcome::Unknown, 1, 1), "{error}");
    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains("an attempt had no answer within 300ms"), "{error}");

    let server = slow().await;
    let client = live::Client::new(&config(server.url()).retry(Retry::new()).build().unwrap());
    let list = client.describe_live_pull_to_push_list().region("cn-shanghai").with_attempt_timeout(soon);
    assert_eq!(list.send_raw().await.unwrap().attempts(), 2);
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_sent_nothing() {
    // It accepts, and then says nothing of TLS.
    let server = Scripted::start(Step::Hang).await;
    let endpoint = server.url().replace("http://", "https://");
    let started = std::time::Instant::now();
    let error = restart(config(&endpoint).connect_timeout(Duration::from_millis(300))).await.unwrap_err();
    assert!(error.is_connect() && error.is_timeout(), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn the_user_agent_is_sent_with_what_was_added() {
    let server = Scripted::start(Step::answer(200, ANSWER)).await;
    restart(config(server.url()).user_agent("billing-job/1.4")).await.unwrap();
    let sent = server.requests()[0].to_ascii_lowercase();
    assert!(sent.contains("user-agent: apsara/") && sent.contains(" (rust) billing-job/1.4\r\n"), "{sent}");
}

#[tokio::test]
async fn a_pool_of_nothing_keeps_no_connection() {
    for (max_idle, connections) in [(0, 2), (1, 1)] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let accepted = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = std::sync::Arc::clone(&accepted);
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                tokio::spawn(async move {
                    while apsara_tests::read_message(&mut stream).await.is_some() {
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
                        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        let transport = ReqwestTransport::builder().pool_max_idle_per_host(max_idle).build().unwrap();
        for _ in 0..2 {
            restart(config(&address).transport(transport.clone())).await.unwrap();
        }
        assert_eq!(accepted.load(std::sync::atomic::Ordering::Relaxed), connections);
        serving.abort();
    }
    // A transport can be told all of it at once.
    let all = ReqwestTransport::builder()
        .pool_idle_timeout(Duration::from_secs(1))
        .tcp_keep_alive(None)
        .connect_timeout(Duration::from_secs(1))
        .response_limit(10);
    let server = Scripted::start(Step::answer(200, ANSWER)).await;
    let error = restart_by(server.url(), all).await.unwrap_err();
    assert!(error.to_string().contains("more than the 10 bytes"), "{error}");
}
