//! Answers that are events.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;

use super::incoming::{Head, Incoming};
use super::sse::{Decoder, TooLong, Wire};
use crate::error::{Error, Kind, ServiceError};
use crate::outcome::Outcome;
use crate::record::{Value, decode_part};
use crate::transport::TransportError;

/// Takes what must not be seen out of a text.
pub(crate) type Redact = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Gives the events of an answer as they come.
///
/// The deadline of the call holds until the last event. Nothing is sent again once the answer has begun. Dropping it
/// ends the exchange. It ends after an error: where the stream is cut or too slow, where the data of an event cannot be decoded, and where
/// the cloud tells of an error, which then is a [`ServiceError`] as for any other call. [`Outcome::Executed`] is what became of a call
/// whose stream is cut, or that has given an event.
#[must_use = "events come when they are asked for"]
pub struct Events<T> {
    incoming: Incoming,
    decoder: Decoder,
    redact: Redact,
    given: bool,
    limit: usize,
    ended: bool,
    of: PhantomData<fn() -> T>,
}

/// Holds an event: its data, and what else the stream says of it.
#[derive(Clone, PartialEq)]
pub struct Event<T> {
    data: T,
    id: Option<String>,
    name: Option<String>,
    retry: Option<Duration>,
}

impl<T> Event<T> {
    /// Returns the data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// Takes the data.
    pub fn into_data(self) -> T {
        self.data
    }

    /// Returns the last id that the stream gave, with this event or before it.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns what kind of event the stream says it is.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns how long the stream asks to wait before it is asked for again.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }
}

impl<T: fmt::Debug> fmt::Debug for Event<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Event");
        out.field("data", &self.data).field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T: Value + Default> Events<T> {
    /// Reads events, each of so many bytes at most.
    pub(crate) fn new(incoming: Incoming, limit: usize, redact: Redact) -> Self {
        let decoder = Decoder::new(limit);
        Self { incoming, decoder, redact, given: false, limit, ended: false, of: PhantomData }
    }

    /// Returns what the answer says before its body.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.incoming.head
    }

    /// Returns the next event; nothing after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// See [`Events`].
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Event<T>, Error>>> {
        let next = ready!(self.poll_wire(context));
        let event = next.map(|wire| wire.and_then(|wire| self.read(wire).map_err(|error| self.incoming.end(error))));
        self.given |= matches!(event, Some(Ok(_)));
        self.ended |= !matches!(event, Some(Ok(_)));
        Poll::Ready(event)
    }

    fn poll_wire(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Wire, Error>>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            match self.decoder.next() {
                Ok(Some(wire)) => return Poll::Ready(Some(Ok(wire))),
                // What is left of an event that is not over is none.
                Ok(None) if self.decoder.is_over => return Poll::Ready(None),
                Ok(None) => {}
                Err(TooLong) => {
                    let too_long = TransportError::beyond(self.limit as u64, "an event");
                    let error = Error::transport(too_long.answered(self.head().http_status()));
                    return Poll::Ready(Some(Err(self.incoming.end(error))));
                }
            }
            match ready!(self.incoming.poll_piece(context)) {
                Some(Ok(piece)) => self.decoder.push(&piece),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.decoder.is_over = true,
            }
        }
    }

    fn read(&self, wire: Wire) -> Result<Event<T>, Error> {
        let body = Bytes::from(wire.data);
        if let Some(mut error) = refusal(&body, wire.name.as_deref(), self.head()) {
            error.redact(|message| (self.redact)(message));
            let outcome = if self.given { Outcome::Executed } else { error.outcome() };
            return Err(Error::new(Kind::Service(Box::new(error)), outcome));
        }
        let mut data = T::default();
        if let Err(source) = decode_part(&body, &mut data) {
            let (status, request_id) = (self.head().http_status(), self.head().request_id().map(str::to_owned));
            let kind = Kind::Undecodable { status, request_id, body, source };
            return Err(Error::new(kind, Outcome::Executed));
        }
        Ok(Event { data, id: wire.id, name: wire.name, retry: wire.retry })
    }
}

/// Reads an event as a refusal: one that is called an error, or that has nothing but what the gateway's errors have.
fn refusal(data: &Bytes, name: Option<&str>, head: &Head) -> Option<ServiceError> {
    const THEIRS: [&str; 9] = [
        "accessdenieddetail",
        "code",
        "hostid",
        "httpstatuscode",
        "message",
        "recommend",
        "requestid",
        "statuscode",
        "success",
    ];
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(data).ok()?;
    let find = |wanted: &str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value);
    let code = find("code")?.as_str().filter(|code| !code.is_empty())?;
    // Some products say with these that all is well.
    let is_fine = ["200", "ok", "success"].iter().any(|fine| code.eq_ignore_ascii_case(fine));
    let is_shaped = find("message").is_some() && fields.keys().all(|key| THEIRS.contains(&&*key.to_ascii_lowercase()));
    if name != Some("error") && (is_fine || !is_shaped) {
        return None;
    }
    let status = find("statuscode").or_else(|| find("httpstatuscode")).and_then(serde_json::Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(head.http_status());
    ServiceError::read(status, head.headers(), data, SystemTime::now())
}

impl<T: Value + Default> Stream for Events<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("head", &self.incoming.head).finish_non_exhaustive()
    }
}
