//! Requests as they stand on the wire, and what is answered.

use apsara_explorer::Explorer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// Returns the token of an explorer's address.
pub(crate) fn token(explorer: &Explorer) -> &str {
    explorer.url().split_once("#token=").unwrap().1
}

/// Returns the headers of the page's own requests.
pub(crate) fn own(explorer: &Explorer) -> Vec<(String, String)> {
    let host = explorer.address().to_string();
    vec![("host".to_owned(), host), ("x-apsara-token".to_owned(), token(explorer).to_owned())]
}

/// Sends a request with these headers and no others, and returns the connection that its answer comes on.
pub(crate) async fn begin(
    explorer: &Explorer,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: &str,
) -> TcpStream {
    let mut stream = TcpStream::connect(explorer.address()).await.unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Sends a request with these headers and no others.
pub(crate) async fn raw(
    explorer: &Explorer,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: &str,
) -> Answered {
    let mut stream = begin(explorer, method, path, headers, body).await;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, text) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answered { status, head: head.to_lowercase(), text: text.to_owned() }
}

/// Reads something as the page does.
pub(crate) async fn get(explorer: &Explorer, path: &str) -> Answered {
    raw(explorer, "GET", path, &own(explorer), "").await
}

/// Has something done as the page does.
pub(crate) async fn post(explorer: &Explorer, path: &str, body: &Value) -> Answered {
    raw(explorer, "POST", path, &own(explorer), &body.to_string()).await
}

/// A call of an operation of Live, to the emulator.
pub(crate) fn live(operation: &str, request: &Value) -> Value {
    json!({ "product": "live", "version": "2016-11-01", "operation": operation, "request": request, "target": "emulator" })
}

/// The parameters of a task that runs at once.
pub(crate) fn task(explorer: &Explorer) -> Value {
    let now = explorer.emulator().clock().now();
    let at = |seconds: u64| {
        let time = now.checked_add(std::time::Duration::from_secs(seconds)).unwrap();
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    json!({
        "Region": "cn-shanghai", "TaskName": "a", "StartTime": at(0), "EndTime": at(3600), "SourceType": "live",
        "SourceProtocol": "rtmp", "SourceUrls": ["rtmp://pull.example.com/app/stream"],
        "DstUrl": "rtmp://push.example.com/app/push-key-canary",
    })
}
