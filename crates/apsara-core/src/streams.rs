//! Answers that are read as they come: bytes, and events.

mod download;
mod events;
mod incoming;
mod sse;

use std::sync::Arc;

use crate::call::Answer;
use crate::error::{Error, Kind};
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::{Value, without_values};
use crate::transport::Body;

pub use self::download::Download;
pub(crate) use self::events::Redact;
pub use self::events::{Event, Events};
pub use self::incoming::Head;
pub(crate) use self::incoming::Incoming;

/// Gives the events of an answer, each of so many bytes at most, unless it is another answer.
pub(crate) async fn begin_events<T: Value + Default>(
    operation: &'static Operation,
    mut answer: Answer,
    limit: usize,
    redact: Redact,
) -> Result<Events<T>, Error> {
    let content_type = answer.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let found = content_type.unwrap_or("none").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if found == "text/event-stream" {
        let secrets = std::mem::take(&mut answer.secrets);
        let redact: Redact = Arc::new(move |text| {
            let redacted = redact(text);
            let secrets = secrets.iter().map(|secret| secret.expose().as_str());
            without_values(redacted.as_deref().unwrap_or(text), secrets).or(redacted)
        });
        return Ok(Events::new(Incoming::new(operation, answer), limit, redact));
    }
    let (status, deadline) = (answer.status, answer.deadline);
    let body = answer.stream.take().unwrap_or_else(|| Body::from(std::mem::take(&mut answer.body)));
    let body = tokio::time::timeout_at(deadline.0, body.gather(limit)).await;
    let mut incoming = Incoming::new(operation, answer);
    let body = match body {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Err(incoming.end(Error::transport(error.answered(status)))),
        Err(_) => return Err(incoming.end(Error::new(Kind::Deadline(deadline.1), Outcome::Executed))),
    };
    let source = format!("expected a stream of events (text/event-stream), found the content type {found}");
    let source = <serde_json::Error as serde::de::Error>::custom(source);
    let request_id = incoming.head.request_id().map(str::to_owned);
    let kind = Kind::Undecodable { status, request_id, body, source };
    Err(incoming.end(Error::new(kind, Outcome::Executed)))
}
