//! Nobody but the page is answered, and nobody else has an effect.

use apsara_explorer::Explorer;
use serde_json::{Value, json};

use crate::asked::{get, live, own, raw, task, token};

/// What a request has of the page's own headers, and in their place.
fn strangers(explorer: &Explorer) -> Vec<(&'static str, Vec<(String, String)>)> {
    let host = explorer.address().to_string();
    let port = explorer.address().port();
    let token = token(explorer);
    let with = |more: &[(&str, &str)]| {
        let mut headers = own(explorer);
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers
    };
    let only = |headers: &[(&str, &str)]| {
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    vec![
        ("no token", only(&[("host", &host)])),
        ("an empty token", only(&[("host", &host), ("x-apsara-token", "")])),
        ("another token", only(&[("host", &host), ("x-apsara-token", &token.replace(&token[..1], "x"))])),
        ("the token as a cookie", only(&[("host", &host), ("cookie", &format!("x-apsara-token={token}"))])),
        ("another host", only(&[("host", &format!("rebound.example.com:{port}")), ("x-apsara-token", token)])),
        ("another port", only(&[("host", "127.0.0.1:1"), ("x-apsara-token", token)])),
        ("no host", only(&[("x-apsara-token", token)])),
        ("a page of the web", with(&[("origin", "https://example.com")])),
        ("a page of another port", with(&[("origin", "http://127.0.0.1:1")])),
        ("a page without an origin", with(&[("origin", "null")])),
        ("another site", with(&[("sec-fetch-site", "cross-site")])),
        ("another port of this site", with(&[("sec-fetch-site", "same-site")])),
    ]
}

#[tokio::test]
async fn a_stranger_is_refused_and_nothing_happens() {
    let explorer = Explorer::builder().start().await.unwrap();
    let send = live("CreateLivePullToPush", &task(&explorer)).to_string();
    for (who, headers) in strangers(&explorer) {
        for (method, path, body) in [
            ("GET", "/api/catalogue", ""),
            ("GET", "/api/status", ""),
            ("GET", "/api/emulator", ""),
            ("GET", "/api/operation/live/2016-11-01/RestartLivePullToPush", ""),
            ("POST", "/api/send", send.as_str()),
            ("POST", "/api/emulator", r#"{"fault":"throttled"}"#),
            ("POST", "/api/emulator", r#"{"advance":3600}"#),
            ("OPTIONS", "/api/send", ""),
        ] {
            let answered = raw(&explorer, method, path, &headers, body).await;
            // HTTP itself wants a host, before anybody looks who asks.
            let expected = if who == "no host" { [400, 403] } else { [403, 403] };
            assert!(expected.contains(&answered.status), "{who}: {method} {path}: {answered:?}");
            assert!(!answered.head.contains("access-control-allow"), "{who}: {answered:?}");
        }
    }
    let now = get(&explorer, "/api/emulator").await.json();
    assert_eq!((&now["calls"], &now["tasks"], &now["fault"]), (&json!(0), &json!(0), &Value::Null));
    assert_eq!((explorer.emulator().ledger_len(), explorer.emulator().tasks().len()), (0, 0));
    // The same request is carried out if it is the page's own.
    let answered = raw(&explorer, "POST", "/api/send", &own(&explorer), &send).await;
    assert_eq!((answered.status, explorer.emulator().tasks().len()), (200, 1), "{answered:?}");
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_own_scripts_and_holds_no_token() {
    let explorer = Explorer::builder().start().await.unwrap();
    let host = vec![("host".to_owned(), explorer.address().to_string())];
    for path in ["/", "/main.js", "/style.css", "/icon.svg"] {
        let answered = raw(&explorer, "GET", path, &host, "").await;
        assert_eq!(answered.status, 200, "{path}");
        assert!(!answered.text.contains(token(&explorer)), "{path}");
        for header in [
            "default-src 'none'; script-src 'self'; style-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cross-origin-opener-policy: same-origin",
        ] {
            assert!(answered.head.contains(header), "{path} lacks {header}: {}", answered.head);
        }
        assert!(!answered.head.contains("unsafe-inline") && !answered.head.contains("set-cookie"), "{}", answered.head);
    }
    assert_eq!(raw(&explorer, "GET", "/nothing.js", &host, "").await.status, 404);
    assert_eq!(raw(&explorer, "POST", "/", &host, "").await.status, 404);
    // An answer to a stranger says as much of what a page may do.
    let refused = raw(&explorer, "GET", "/api/status", &host, "").await;
    assert!(refused.status == 403 && refused.head.contains("default-src 'none'"), "{refused:?}");
}

#[tokio::test]
async fn every_start_has_a_token_of_its_own_and_listens_at_loopback() {
    let (one, other) = (Explorer::builder().start().await.unwrap(), Explorer::builder().start().await.unwrap());
    assert_ne!(token(&one), token(&other));
    assert!(one.address().ip().is_loopback() && one.address() != other.address());
    let mut headers = own(&one);
    headers[0].1 = other.address().to_string();
    assert_eq!(raw(&other, "GET", "/api/status", &headers, "").await.status, 403);
    let taken = Explorer::builder().port(one.address().port()).start().await.unwrap_err().to_string();
    assert!(taken.contains("cannot be listened at"), "{taken}");
    let address = one.address();
    drop(one);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_is_too_long_or_no_json_is_refused() {
    let explorer = Explorer::builder().start().await.unwrap();
    let long = raw(&explorer, "POST", "/api/send", &own(&explorer), &"x".repeat((1 << 20) + 1)).await;
    assert_eq!(long.status, 413, "{long:?}");
    let wrong = raw(&explorer, "POST", "/api/send", &own(&explorer), "{").await;
    assert_eq!(wrong.status, 400, "{wrong:?}");
}
