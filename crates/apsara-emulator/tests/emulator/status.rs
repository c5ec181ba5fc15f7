//! The page that a browser gets to see.

use apsara_emulator::{Emulator, Fault, FaultRule};

use crate::client::{Reply, create, exchange, live};
use crate::control::in_a_year;

async fn get(emulator: &Emulator, path: &str, headers: &str) -> Reply {
    let host = emulator.host();
    exchange(emulator, format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n").as_bytes())
        .await
}

const BROWSER: &str = "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

#[tokio::test]
async fn a_browser_sees_tasks_calls_faults_and_clocks_and_nothing_is_run() {
    let emulator = Emulator::builder().control(true).start().await.unwrap();
    let [start, end] = in_a_year();
    create(&emulator, &[start, end, ("TaskName", "<script>alert(1)</script>")]).await;
    live(&emulator, "<img src=x>", &[]).v3(&emulator).await;
    let fault = Fault::Refuse { status: 403, code: "<b>".to_owned(), message: "\"'&".to_owned() };
    emulator.faults().add(FaultRule::new(fault).operation("<i>"));
    let page = get(&emulator, "/", BROWSER).await;
    assert_eq!(page.status, 200);
    for shown in ["&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;img src=x&gt;", "&lt;i&gt;", "&lt;b&gt;", "refuse"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    for hidden in ["<script", "<img", "<i>", "<b>", "http://", "https://", "push.example.com"] {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
    }
    for (name, part) in [
        ("content-security-policy", "default-src 'none'; style-src 'sha256-"),
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
    ] {
        assert!(page.headers[name].contains(part), "{page:?}");
    }
    assert_eq!(emulator.ledger_len(), 2, "who looks is not counted");
}

#[tokio::test]
async fn whoever_calls_the_cloud_gets_the_cloud() {
    let emulator = Emulator::builder().control(true).start().await.unwrap();
    for (path, headers) in [
        ("/?Action=Ask&Version=2016-11-01", BROWSER),
        ("/", "accept: application/json\r\n"),
        ("/", "accept: text/html\r\nx-acs-action: Ask\r\n"),
        ("/", "accept: text/html\r\nauthorization: ACS3-HMAC-SHA256 a\r\n"),
        ("/other", BROWSER),
    ] {
        let reply = get(&emulator, path, headers).await;
        assert!(reply.status >= 400 && !reply.body.contains("<html"), "{path} {headers}: {reply:?}");
    }
    let rebound = format!("GET / HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n{BROWSER}\r\n");
    assert_eq!(exchange(&emulator, rebound.as_bytes()).await.status, 403);
}
