//! A server that gives keys: a metadata service, a server for a credentials URI, CloudSSO, and a login's server.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::read_message;

/// Serves on a free port of 127.0.0.1 until it is dropped. Every key that it issues has another number.
#[derive(Debug)]
pub struct KeyServer {
    url: String,
    state: Arc<Mutex<State>>,
    serving: AbortHandle,
}

#[derive(Debug)]
struct State {
    knows_tokens: bool,
    seconds: u64,
    asked: Vec<String>,
    issued: u32,
}

impl KeyServer {
    /// Starts to serve keys that last an hour.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn start() -> Self {
        Self::lasting(3600).await
    }

    /// Starts to serve keys that last so many seconds.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn lasting(seconds: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { knows_tokens: true, seconds, asked: Vec::new(), issued: 0 }));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, state, serving: serving.abort_handle() }
    }

    /// Makes the metadata service one of version 1, which has no tokens.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).knows_tokens = false;
        self
    }

    /// Returns the address, without a path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns what was asked: `GET /path`.
    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    while let Some(request) = read_message(&mut stream).await {
        let (status, body) = state.lock().unwrap_or_else(PoisonError::into_inner).answer(&request);
        let answer = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

const ROLES: &str = "/latest/meta-data/ram/security-credentials/";
const TOKEN: &str = "token-of-the-metadata-service";

impl State {
    fn answer(&mut self, request: &str) -> (u16, String) {
        let mut words = request.split_whitespace();
        let line = format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let has = |name: &str, value: &str| {
            let mut headers = request.lines().filter_map(|line| line.split_once(':'));
            headers.any(|(header, text)| header.eq_ignore_ascii_case(name) && text.trim() == value)
        };
        let is_let_in = !self.knows_tokens || has("x-aliyun-ecs-metadata-token", TOKEN);
        self.asked.push(line.clone());
        let (method, path) = line.split_once(' ').unwrap_or_default();
        match (method, path.split('?').next().unwrap_or_default()) {
            ("PUT", "/latest/api/token") if self.knows_tokens => (200, TOKEN.to_owned()),
            ("GET", ROLES) if is_let_in => (200, "web".to_owned()),
            ("GET", path) if path.strip_prefix(ROLES) == Some("web") && is_let_in => (200, self.key().to_string()),
            ("GET", path) if path.starts_with(ROLES) => (if is_let_in { 404 } else { 401 }, String::new()),
            ("GET", "/key") => (200, self.key().to_string()),
            ("POST", "/cloud-credentials") if has("authorization", "Bearer sso-token") => {
                (200, json!({ "CloudCredential": self.key() }).to_string())
            }
            ("POST", "/v1/token") if request.ends_with("refresh-1") || request.contains("refresh_token=refresh-1&") => {
                (
                    200,
                    json!({ "access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 7200 }).to_string(),
                )
            }
            ("POST", "/v1/exchange") if has("authorization", "Bearer access-2") => (200, self.key().to_string()),
            _ => (404, String::new()),
        }
    }

    fn key(&mut self) -> Value {
        self.issued += 1;
        let number = self.issued;
        let end = jiff::Timestamp::now().as_second() + i64::try_from(self.seconds).unwrap_or(i64::MAX);
        let end = jiff::Timestamp::from_second(end).unwrap_or(jiff::Timestamp::MAX);
        json!({
            "Code": "Success",
            "AccessKeyId": format!("STS.{number}"),
            "AccessKeySecret": format!("secret-{number}"),
            "SecurityToken": format!("token-{number}"),
            "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "LastUpdated": "2026-01-01T00:00:00Z",
        })
    }
}
