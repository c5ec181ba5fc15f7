//! What the tests of credentials share: a transport that answers by the address, and files.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::time::Instant;

use super::cache::Clock;
use crate::transport::{BoxFuture, Transport, TransportError};

/// A row of answers: what a request begins with (`GET http://host/path`), the status, the body. Status 0 is no connection.
pub(super) type Row = (&'static str, u16, String);

/// Answers each request by the first row that it begins with, and keeps what was asked. Rows are taken anew from a function for every
/// request, so that a test can change its mind.
#[derive(Clone)]
pub(super) struct Answers {
    rows: Arc<Mutex<Vec<Row>>>,
    asked: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Answers {
    pub(super) fn new(rows: impl IntoIterator<Item = Row>) -> Self {
        Self { rows: Arc::new(Mutex::new(rows.into_iter().collect())), asked: Arc::default() }
    }

    pub(super) fn set(&self, rows: impl IntoIterator<Item = Row>) {
        *self.rows.lock().unwrap() = rows.into_iter().collect();
    }

    pub(super) fn asked(&self) -> Vec<http::Request<Bytes>> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked, without queries: `GET http://host/path`.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(line).collect()
    }
}

fn line(request: &http::Request<Bytes>) -> String {
    let url = request.uri().to_string();
    format!("{} {}", request.method(), url.split('?').next().unwrap_or_default())
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

impl Transport for Answers {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let line = line(&request);
        self.asked.lock().unwrap().push(request);
        let row = self.rows.lock().unwrap().iter().find(|(start, ..)| line.starts_with(start)).cloned();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            match row {
                Some((_, status, body)) if status > 0 => {
                    Ok(http::Response::builder().status(status).body(body.into()).unwrap())
                }
                _ => Err(TransportError::new(format!("no connection for {line}")).not_sent()),
            }
        })
    }
}

/// A clock that goes with tokio's, from a fixed time on.
pub(super) fn clock() -> Clock {
    let (start, now) = (Instant::now(), start());
    Clock::new(move || now + start.elapsed())
}

pub(super) fn start() -> SystemTime {
    humantime::parse_rfc3339("2026-01-01T00:00:00Z").unwrap()
}

/// A key as the metadata service writes it, which lasts so many seconds.
pub(super) fn key(id: &str, seconds: u64) -> String {
    let end = humantime::format_rfc3339_seconds(SystemTime::now() + Duration::from_secs(seconds));
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","AccessKeySecret":"canary-secret","SecurityToken":"canary-token","Expiration":"{end}"}}"#
    )
}

/// What the token service answers.
pub(super) fn assumed(id: &str) -> String {
    format!(r#"{{"RequestId":"r","Credentials":{}}}"#, key(id, 3600))
}
