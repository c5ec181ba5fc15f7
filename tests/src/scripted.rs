//! A server that does with each connection what a script says, and remembers what it read.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Says what is done with a request once it was read whole.
#[derive(Clone, Debug)]
pub enum Step {
    /// Answer with a status, a header section and a body.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Further lines of the header section, each with its line break.
        headers: &'static str,
        /// The body.
        body: String,
    },
    /// Close the connection without an answer.
    Cut,
    /// Keep the connection and never answer.
    Hang,
}

impl Step {
    /// Answers with a status and a body, without further headers.
    pub fn answer(status: u16, body: impl Into<String>) -> Self {
        Self::Answer { status, headers: "", body: body.into() }
    }
}

/// Serves on a free port of 127.0.0.1 until it is dropped. The first request gets the first step, and so on; the last step is
/// done again and again.
#[derive(Debug)]
pub struct Scripted {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    serving: AbortHandle,
}

impl Scripted {
    /// Starts to serve.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn start(step: Step) -> Self {
        Self::start_script(vec![step]).await
    }

    /// Starts to serve by a script of several steps.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn start_script(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, script) = (Arc::clone(&requests), Arc::new(script));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { url, requests, serving: serving.abort_handle() }
    }

    /// Returns the address to send requests to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the requests that were read whole, head and body as they came.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Vec<Step>>, seen: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = read_message(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(request);
            seen.len()
        };
        let Some(step) = script.get(number - 1).or(script.last()) else { return };
        match step {
            Step::Answer { status, headers, body } => {
                let head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                    return;
                }
            }
            Step::Cut => return,
            Step::Hang => std::future::pending().await,
        }
    }
}

/// Reads a request or an answer whole, head and body; nothing at the end of the connection.
pub async fn read_message(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some(text.into_owned());
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}
