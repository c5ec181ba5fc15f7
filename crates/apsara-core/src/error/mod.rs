//! What can go wrong with a call: one opaque error for every operation.

mod code;
mod display;
mod gateway;
mod mismatch;
mod predicates;
mod service;
mod violation;

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use code::{ErrorCode, fits_form};
pub use gateway::GatewayCode;
pub use mismatch::SignatureMismatch;
pub use service::ServiceError;
pub(crate) use service::{REQUEST_ID, asked_to_wait, outcome_of};
pub use violation::Violation;

use crate::operation::{Operation, Quota};
use crate::outcome::Outcome;
use crate::pacing::PacingError;
use crate::transport::{Sent, TransportError};

/// Says what went wrong with a call, and by [`Error::outcome`] what became of it.
///
/// It is one type for every operation of every product, so that `?` works across them. Ask it by its predicates; the codes
/// that an operation documents are a generated enum, see [`Error::code`].
pub struct Error(Held);

/// Holds it behind a table of functions: what drops it is compiled once, and not wherever an error may be dropped.
struct Held(Box<dyn Access>);

trait Access: Send + Sync {
    fn get(&self) -> &Inner;
    fn get_mut(&mut self) -> &mut Inner;
}

impl Access for Inner {
    fn get(&self) -> &Inner {
        self
    }

    fn get_mut(&mut self) -> &mut Inner {
        self
    }
}

impl Deref for Held {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        self.0.get()
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Inner {
        self.0.get_mut()
    }
}

struct Inner {
    kind: Kind,
    operation: Option<&'static Operation>,
    outcome: Outcome,
    attempts: u32,
    paced: Duration,
    client_token: Option<String>,
}

pub(crate) enum Kind {
    Config(String),
    /// Whatever gives the credentials failed, with an outcome of its own.
    Credentials(Error),
    Invalid(Vec<Violation>),
    Transport(TransportError),
    Deadline(Duration),
    /// As many attempts were under way as there may be, until the deadline, for which the call then waited for so long.
    ConcurrencyLimit(usize, Duration),
    /// There was no grant, with the quota where it is known.
    Paced(PacingError, Option<Quota>),
    Service(Box<ServiceError>),
    /// An answer that is neither a success nor a refusal in the cloud's shape.
    Unshaped {
        status: u16,
        request_id: Option<String>,
        asked_to_wait: Option<Duration>,
        body: Bytes,
    },
    Undecodable {
        status: u16,
        request_id: Option<String>,
        body: Bytes,
        source: serde_json::Error,
    },
    /// Calls were answered, but what they were made for did not come about; the flag says whether time ran out.
    GivenUp(String, bool),
    /// What went wrong, and where; several callers may be told the same one.
    Within(String, Arc<Error>),
}

impl Error {
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config(message.into()), Outcome::NotSent)
    }

    /// Says that there is no answer, and what became of the request by that.
    pub(crate) fn transport(error: TransportError) -> Self {
        let outcome = match (error.sent(), error.status()) {
            (Sent::No, _) => Outcome::NotSent,
            // The answer began, and by its status the call was executed; only what it said is lost.
            (Sent::Maybe, Some(status)) if (200..300).contains(&status) => Outcome::Executed,
            (Sent::Maybe, _) => Outcome::Unknown,
        };
        Self::new(Kind::Transport(error), outcome)
    }

    pub(crate) fn new(kind: Kind, outcome: Outcome) -> Self {
        Self::held(Inner { kind, operation: None, outcome, attempts: 0, paced: Duration::ZERO, client_token: None })
    }

    /// Says of which operation it is, after how many attempts, and what the worst of them came to.
    pub(crate) fn of(mut self, operation: &'static Operation, attempts: u32, before: Outcome) -> Self {
        self.0.operation = Some(operation);
        self.0.attempts = attempts;
        self.0.outcome = self.0.outcome.or_worse(before);
        self
    }

    /// Says where it went wrong, in front of what went wrong.
    pub(crate) fn within(self, place: impl Into<String>) -> Self {
        Self::shared(&Arc::new(self), place)
    }

    /// Tells one more caller what went wrong.
    pub(crate) fn shared(error: &Arc<Self>, place: impl Into<String>) -> Self {
        let inner = &error.0;
        let (outcome, attempts, paced, client_token) =
            (inner.outcome, inner.attempts, inner.paced, inner.client_token.clone());
        let kind = Kind::Within(place.into(), Arc::clone(error));
        Self::held(Inner { kind, operation: None, outcome, attempts, paced, client_token })
    }

    fn held(inner: Inner) -> Self {
        Self(Held(Box::new(inner)))
    }

    /// Returns why there were no credentials, where that is what failed.
    pub(crate) fn of_credentials(&self) -> Option<&Self> {
        match self.kind() {
            Kind::Credentials(error) => Some(error),
            _ => None,
        }
    }

    /// Returns what went wrong, wherever that was.
    fn kind(&self) -> &Kind {
        match &self.0.kind {
            Kind::Within(_, error) => error.kind(),
            kind => kind,
        }
    }

    /// Says how long the call waited for its quota.
    pub(crate) fn paced(mut self, paced: Duration) -> Self {
        self.0.paced = paced;
        self
    }

    /// Keeps the client token that was made for the call.
    pub(crate) fn with_client_token(mut self, token: Option<String>) -> Self {
        self.0.client_token = token;
        self
    }

    /// Returns what became of the call: the worst of its attempts.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Returns how many times the call was tried; 0 if it was refused before the first.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns how long the call waited for its quota, over all attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.0.paced
    }

    /// Returns the client token that was made for the call. Who sends the same request with it again has it executed once,
    /// whatever became of this call.
    #[must_use]
    pub fn client_token(&self) -> Option<&str> {
        self.0.client_token.as_deref()
    }

    /// Returns the operation that was called; nothing for an error of a configuration.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        match &self.0.kind {
            Kind::Within(_, error) => error.operation(),
            _ => self.0.operation,
        }
    }

    /// Returns the refusal that the cloud answered with, if it was one.
    #[must_use]
    pub fn service(&self) -> Option<&ServiceError> {
        match self.kind() {
            Kind::Service(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the documented code, if this is a refusal of the very operation that documents it.
    #[must_use]
    pub fn code<C: ErrorCode>(&self) -> Option<C> {
        let code = self.service()?.code();
        if !self.operation()?.is(C::OPERATION) {
            return None;
        }
        code::find(code)
    }

    /// Returns the gateway's code, if the gateway refused the call before it reached the product.
    #[must_use]
    pub fn gateway_code(&self) -> Option<GatewayCode> {
        GatewayCode::find(self.service()?.code())
    }

    /// Returns everything that is wrong with the request, if it was refused before it was sent.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self.kind() {
            Kind::Invalid(violations) => violations,
            _ => &[],
        }
    }

    /// Returns the id of the request, which Alibaba Cloud's support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self.kind() {
            Kind::Service(error) => error.request_id(),
            Kind::Unshaped { request_id, .. } | Kind::Undecodable { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// Returns how long the cloud asks to wait, whether or not the answer has its shape.
    pub(crate) fn asked_to_wait(&self) -> Option<Duration> {
        match self.kind() {
            Kind::Service(error) => error.retry_after(),
            Kind::Unshaped { asked_to_wait, .. } => *asked_to_wait,
            _ => None,
        }
    }

    /// Returns the HTTP status of the answer, if there was one, whether or not it could be used.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        match self.kind() {
            Kind::Service(error) => Some(error.http_status()),
            Kind::Unshaped { status, .. } | Kind::Undecodable { status, .. } => Some(*status),
            Kind::Transport(error) => error.status(),
            _ => None,
        }
    }

    /// Returns the cloud's code, or a word: one of few texts, for labels.
    pub(crate) fn error_type(&self) -> Cow<'_, str> {
        Cow::Borrowed(match &self.0.kind {
            Kind::Config(_) => "config",
            Kind::Credentials(_) => "credentials",
            Kind::Invalid(_) => "invalid",
            Kind::Transport(error) if error.is_connect() => "connect",
            Kind::Transport(error) if error.is_timeout() => "timeout",
            Kind::Transport(error) if error.sent() == Sent::No => "malformed",
            Kind::Transport(_) => "connection",
            Kind::Deadline(_) => "deadline",
            Kind::ConcurrencyLimit(..) => "concurrency",
            Kind::Paced(..) => "quota",
            Kind::Service(error) => error.code(),
            Kind::Unshaped { status, .. } => return Cow::Owned(status.to_string()),
            Kind::Undecodable { .. } => "undecodable",
            Kind::GivenUp(..) => "given_up",
            Kind::Within(_, error) => return error.error_type(),
        })
    }

    /// Returns the body of an answer that could not be used. It may hold secrets, so nothing here prints it.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        match self.kind() {
            Kind::Unshaped { body, .. } | Kind::Undecodable { body, .. } => Some(body),
            Kind::Service(error) => Some(error.body()),
            _ => None,
        }
    }
}
