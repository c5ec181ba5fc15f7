//! Answers and errors of the cloud, and descriptions of operations: read, or refused by an error that says what became of the call.

use std::sync::{Arc, LazyLock};

use apsara::live;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::untyped::{Client, Description};
use apsara_core::{Error, Outcome, Retry, testing};
use bytes::Bytes;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::parts::parts;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
});

/// How many pages, events and pieces are asked for.
const MOST: usize = 20;

/// Gives the same answer to every call.
#[derive(Clone, Debug)]
struct Fixed(http::Response<Bytes>);

impl Transport for Fixed {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let answer = self.0.clone();
        Box::pin(async move { Ok(answer) })
    }
}

/// Takes an answer: a line with its status, its headers, an empty line, its body; or a description, as JSON in the part
/// `description`.
pub(crate) fn decode(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input)
        && let Some((_, text)) = parts(text).into_iter().find(|(name, _)| *name == "description")
    {
        return described(text);
    }
    let Some(answer) = answer(input) else { return };
    RUNTIME.block_on(async {
        typed(&answer).await;
        untyped(&answer).await;
    });
}

fn answer(input: &[u8]) -> Option<http::Response<Bytes>> {
    let end = input.windows(2).position(|two| two == b"\n\n")?;
    let (head, body) = (std::str::from_utf8(&input[..end]).ok()?, &input[end + 2..]);
    let mut lines = head.lines();
    let mut answer = http::Response::builder().status(lines.next()?.trim().parse::<u16>().ok()?);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        answer = answer.header(name.trim(), value.trim());
    }
    answer.body(Bytes::copy_from_slice(body)).ok()
}

/// Sees to it that an error of a call that was answered says so.
fn check<T>(result: Result<T, Error>, answer: &http::Response<Bytes>) -> Option<T> {
    let is_success = answer.status().is_success();
    match result {
        Ok(value) => {
            assert!(is_success, "{} was taken for a success", answer.status());
            Some(value)
        }
        Err(error) => {
            assert!(!format!("{error}\n{error:?}").trim().is_empty(), "an error says why");
            assert_ne!(error.outcome(), Outcome::NotSent, "{error}");
            if let Some(service) = error.service() {
                let _ = (service.retry_after(), service.signature_mismatch(), service.access_denied_detail());
                let _ = (error.gateway_code(), error.is_throttled(), error.request_id());
            }
            None
        }
    }
}

async fn typed(answer: &http::Response<Bytes>) {
    let client = live::Client::new(&testing::config(Fixed(answer.clone())));
    let restart = client.restart_live_pull_to_push().region("cn-shanghai").task_id("a");
    check(restart.with_retry(Retry::never()).send().await, answer);
    let list = client.describe_live_pull_to_push_list().region("cn-shanghai").with_retry(Retry::never());
    if let Some(page) = check(list.clone().send().await, answer) {
        let text = serde_json::to_string(&page).expect("an answer can be written");
        let again: live::DescribeLivePullToPushListResponse = serde_json::from_str(&text).expect("and read");
        let again = serde_json::to_string(&again).expect("and written");
        assert_eq!(text, again, "an answer is read as it was written");
    }
    let mut items = list.items();
    for _ in 0..MOST {
        let Some(item) = items.next().await else { break };
        if item.is_err() {
            break;
        }
    }
}

async fn untyped(answer: &http::Response<Bytes>) {
    let client = Client::new(&testing::config(Fixed(answer.clone())));
    let call = || client.call("Test", "2026-01-01", "DoThing").with_retry(Retry::never());
    if let Some(answered) = check(call().send().await, answer) {
        let _ = (answered.json().is_ok(), answered.request_id());
    }
    if let Some(mut events) = check(call().events().await, answer) {
        for _ in 0..MOST {
            let Some(event) = events.next().await else { break };
            if check(event, answer).is_none() {
                break;
            }
        }
    }
    if let Some(mut download) = check(call().download().await, answer) {
        let mut length = 0;
        while let Some(piece) = download.next().await {
            match piece {
                Ok(piece) => length += piece.len(),
                Err(_) => return,
            }
        }
        assert_eq!(length, answer.body().len(), "a body comes as it is");
    }
}

/// Reads a description, and prepares a call of what it describes.
fn described(text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let Ok(description) = Description::from_json(&value) else { return };
    let description = Arc::new(description);
    let answer = http::Response::new(Bytes::from_static(b"{}"));
    let mut call = Client::new(&testing::config(Fixed(answer))).described(&description).with_retry(Retry::never());
    for parameter in description.parameters() {
        call = call.param(parameter.name(), "1");
    }
    let _ = call.check();
    if let Err(error) = RUNTIME.block_on(call.send()) {
        assert!(!error.to_string().is_empty(), "an error says why");
    }
}
