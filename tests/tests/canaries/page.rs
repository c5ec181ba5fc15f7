//! What the explorer's server answers. What stands in its addresses is looked at in a browser, with the page's other tests.

use apsara::transport::{HyperTransport, Transport as _};
use apsara::{Config, Credentials};
use apsara_emulator::{Account, Emulator};
use apsara_explorer::Explorer;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::seen::Seen;
use crate::{PRIVATE_KEY, SECRET, callback_url, pull_url, push_url};

pub(crate) fn look(seen: &mut Seen) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let account = Account::new("1000000000000001").key("LTAI-known", SECRET);
        let cloud = Emulator::builder().account(account).start().await.unwrap();
        // The same key, once as the cloud has it and once another, which the cloud refuses.
        for (secret, expected) in [(SECRET.to_owned(), "succeeded"), (format!("{SECRET}x"), "rejected")] {
            let url = cloud.url().to_owned();
            let configure =
                move || Ok(Config::builder().credentials(Credentials::new("LTAI-known", &secret)?).endpoint(&url));
            let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
            pages(&explorer, expected, seen).await;
        }
    });
}

async fn pages(explorer: &Explorer, expected: &str, seen: &mut Seen) {
    let now = explorer.emulator().clock().now();
    let at = |seconds: u64| {
        let time = now.checked_add(std::time::Duration::from_secs(seconds)).unwrap();
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let create = json!({
        "Region": "cn-shanghai", "TaskName": "a", "StartTime": at(3600), "EndTime": at(7200), "SourceType": "live",
        "SourceProtocol": "rtmp", "SourceUrls": [pull_url()], "DstUrl": push_url(), "CallbackUrl": callback_url(),
    });
    let certificate = json!({ "DomainName": "example.com", "SSLProtocol": "on", "SSLPri": PRIVATE_KEY });
    let list = json!({ "Region": "cn-shanghai" });
    for (operation, request) in [
        ("CreateLivePullToPush", create),
        ("SetLiveDomainCertificate", certificate),
        ("DescribeLivePullToPushList", list),
    ] {
        for target in ["cloud", "emulator"] {
            let call = json!({
                "product": "live", "version": "2016-11-01", "operation": operation, "request": request, "target": target,
            });
            let answered = ask(explorer, "/api/send", Some(&call)).await;
            let outcome = if target == "emulator" { "succeeded" } else { expected };
            assert!(answered.contains(&format!("\"outcome\":\"{outcome}\"")), "{operation} {target}: {answered}");
            seen.text("explorer: calls", &answered);
            seen.text("explorer: policies", &ask(explorer, "/api/policy", Some(&call)).await);
            for language in apsara_code::Language::all() {
                let mut wanted = call.clone();
                wanted["language"] = json!(language.to_string());
                seen.text("explorer: code", &ask(explorer, "/api/code", Some(&wanted)).await);
            }
        }
    }
    for path in ["/", "/api/status", "/api/catalogue", "/api/operation/live/2016-11-01/CreateLivePullToPush"] {
        seen.text("explorer: pages", &ask(explorer, path, None).await);
    }
}

/// Asks as the page does, and returns head and body.
async fn ask(explorer: &Explorer, path: &str, body: Option<&Value>) -> String {
    let token = explorer.url().split_once("#token=").unwrap().1;
    let request = http::Request::builder()
        .method(if body.is_some() { "POST" } else { "GET" })
        .uri(format!("http://{}{path}", explorer.address()))
        .header("x-apsara-token", token)
        .body(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default());
    let answer = HyperTransport::new().unwrap().send(request.unwrap()).await.unwrap();
    assert!(answer.status().as_u16() != 404 && answer.status().as_u16() != 403, "{path}: {}", answer.status());
    format!("{:?} {}", answer.headers(), String::from_utf8_lossy(answer.body()))
}
