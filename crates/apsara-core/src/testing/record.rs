//! A transport that writes down what another one answers.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;

use serde_json::Value;

use super::file::{Body, Came, Exchange, FORMAT, Recording};
use super::for_keys::is_for_keys;
use super::redact::Redaction;
use super::request::Asked;
use crate::transport::{BoxFuture, Sent, Transport, TransportError};

/// Sends requests by another transport and keeps what was asked and answered, so that [`Replay`](super::Replay) can answer
/// it again. Clones keep the same recording.
///
/// No secret is in the recording: not who called, when, and with which signature; not what the specs or the names of parameters and
/// fields (`Password`, `Secret` and so on) say is sensitive, nor what [`redact`](Recorder::redact) names; of URLs, neither user
/// information nor query, nor the last segment of those of streams; and none of these values where an answer repeats it, unless it
/// has less than four bytes. Bodies that are no text are kept as they are. Requests by which a provider asks for keys are sent and
/// not kept. A call whose answer is a stream, or whose body is a file, is recorded as any other: as a whole, in memory.
///
/// ```no_run
/// use apsara_core::testing::Recorder;
/// use apsara_core::transport::ReqwestTransport;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::new(ReqwestTransport::new()?).redact("StreamName");
/// let config = apsara_core::ConfigBuilder::from_vars(|name| std::env::var(name).ok())?.transport(recorder.clone()).build()?;
/// // … calls …
/// recorder.save("tests/recordings/restart.json")?;
/// # let _ = config;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    transport: Arc<dyn Transport>,
    more_names: Vec<String>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

/// The headers of an answer that say something of its connection, or are secret.
const NOT_RECORDED: [&str; 8] = [
    "connection",
    "content-length",
    "keep-alive",
    "server",
    "set-cookie",
    "trailer",
    "transfer-encoding",
    "www-authenticate",
];

impl Recorder {
    /// Records what a transport does.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self { transport: Arc::new(transport), more_names: Vec::new(), exchanges: Arc::default() }
    }

    /// Takes out the values of a parameter, field or header too, by its name on the wire in whatever case.
    #[must_use]
    pub fn redact(mut self, name: impl Into<String>) -> Self {
        self.more_names.push(name.into());
        self
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the recording, in the place of what is there: whole or not at all, and for nobody but the user to read.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let exchanges = self.exchanges().clone();
        Recording { apsara_recording: FORMAT, exchanges }.write(path.as_ref())
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recorded = self.exchanges().len();
        f.debug_struct("Recorder").field("transport", &self.transport).field("recorded", &recorded).finish()
    }
}

impl Transport for Recorder {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        if is_for_keys(&request) {
            return self.transport.send(request);
        }
        Box::pin(async move {
            let mut redaction = Redaction::of(&request, &self.more_names);
            let mut asked = Asked::read(&request);
            redaction.asked(&mut asked);
            let result = self.transport.send(request).await;
            let came = match &result {
                Ok(answer) => answered(answer, &mut redaction),
                Err(error) => Came::Error {
                    message: redaction.text(&error.to_string()),
                    maybe_sent: error.sent() == Sent::Maybe,
                    status: error.status(),
                    timeout: error.is_timeout(),
                    too_long: error.is_too_long(),
                    malformed: error.sent() == Sent::No && !error.is_connect(),
                },
            };
            self.exchanges().push(Exchange { asked, came });
            result
        })
    }

    fn response_limit(&self) -> usize {
        self.transport.response_limit()
    }
}

fn answered(answer: &http::Response<Bytes>, redaction: &mut Redaction) -> Came {
    let body = answer.body();
    let body = match (serde_json::from_slice(body), std::str::from_utf8(body)) {
        (Ok(mut json), _) => {
            redaction.answer(&mut json);
            Body::Json(json)
        }
        (Err(_), Ok(text)) => {
            let mut text = Value::from(text);
            redaction.answer(&mut text);
            Body::Text(text.as_str().unwrap_or_default().to_owned())
        }
        (Err(_), Err(_)) => Body::Base64(BASE64_STANDARD.encode(body)),
    };
    let headers = answer.headers().iter().filter(|(name, _)| !NOT_RECORDED.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| {
        let value = redaction.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        (name.as_str().to_owned(), value)
    });
    Came::Answer { status: answer.status().as_u16(), headers: headers.collect(), body }
}
